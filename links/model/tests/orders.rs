//! What holds in whatever order workers come between each other, and where one is stopped for good: a scheduler chooses at
//! each atomic operation who goes on. A worker that it never lets go on is one that was killed, so what the others were
//! told until then is what they are told beside a dead one.

#[path = "../../tests/common/mod.rs"]
mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use common::{NOW, clients, link, uses, wanted};
use links::{Bucket, Limits, Links, RevokedSet, Use};
use shuttle::sync::atomic::{AtomicU64, Ordering::SeqCst};
use shuttle::thread;

/// How many orders are tried out of each scenario, and of each number of turns at which the scheduler changes its mind.
fn orders() -> usize {
    let orders = std::env::var("ORDERS");
    orders.map_or(20_000, |orders| orders.parse().expect("ORDERS is a number"))
}

type Worker = Box<dyn FnOnce() + Send>;

/// Has the workers of a scenario do what they do in many orders. A scenario makes what they share, and says what has to hold
/// when all of them are done.
fn in_many_orders<Check: FnOnce()>(
    scenario: impl Fn() -> (Vec<Worker>, Check) + Clone + Send + Sync + 'static,
) {
    let run = move || {
        let (workers, check) = scenario();
        let all: Vec<_> = workers.into_iter().map(thread::spawn).collect();
        for worker in all {
            worker.join().unwrap();
        }
        check();
    };
    for turns in 1..=5 {
        shuttle::check_pct(run.clone(), orders(), turns);
    }
    shuttle::check_random(run, orders());
}

/// A bucket, and what happened to the links there.
#[derive(Default)]
struct Scene {
    buckets: [Bucket; 1],
    opened: [AtomicUsize; 8],
}

impl Scene {
    fn open(&self, number: u64, wanted: Use, limits: Limits) -> bool {
        let links = Links {
            buckets: &self.buckets,
        };
        let opened = links.open(wanted, limits).is_ok();
        if opened {
            self.opened[number as usize].fetch_add(1, Relaxed);
        }
        opened
    }

    fn opened(&self, number: u64) -> usize {
        self.opened[number as usize].load(Relaxed)
    }
}

/// One that was over long ago, so that others may have its place.
fn over(number: u64) -> Use {
    Use {
        link: link(number),
        end: NOW - 1000,
        now: NOW - 2000,
    }
}

/// Whether one of two links that are not over has to go for a third one, and that is said.
fn forgets_one(scene: &Scene) -> bool {
    let later = Use {
        now: NOW + 1000,
        ..wanted(3)
    };
    let links = Links {
        buckets: &scene.buckets,
    };
    links.open(later, uses(1)).unwrap().forgotten == 1
}

fn worker(scene: &Arc<Scene>, work: impl FnOnce(&Scene) + Send + 'static) -> Worker {
    let scene = Arc::clone(scene);
    Box::new(move || work(&scene))
}

#[test]
fn a_one_time_link_opens_once() {
    in_many_orders(|| {
        let scene = Arc::new(Scene::default());
        let open = |scene: &Scene| {
            scene.open(0, wanted(0), uses(1));
        };
        let workers = (0..3).map(|_| worker(&scene, open)).collect();
        (workers, move || assert_eq!(scene.opened(0), 1))
    });
}

#[test]
fn one_time_links_that_take_the_places_of_others_open_once() {
    in_many_orders(|| {
        let scene = Arc::new(Scene::default());
        for number in [6, 7] {
            scene.open(number, over(number), uses(1));
        }
        let both = |first, second| {
            move |scene: &Scene| {
                for number in [first, second] {
                    scene.open(number, wanted(number), uses(1));
                }
            }
        };
        let workers = vec![
            worker(&scene, both(0, 1)),
            worker(&scene, both(1, 0)),
            worker(&scene, both(0, 1)),
        ];
        let check = move || assert_eq!([scene.opened(0), scene.opened(1)], [1, 1]);
        (workers, check)
    });
}

#[test]
fn a_link_is_used_as_often_as_may_be_where_its_place_is_new_to_all() {
    in_many_orders(|| {
        let scene = Arc::new(Scene::default());
        scene.open(6, over(6), uses(9));
        scene.open(7, over(7), uses(9));
        let open = |scene: &Scene| {
            for _ in 0..2 {
                scene.open(0, wanted(0), uses(3));
            }
        };
        let workers = (0..3).map(|_| worker(&scene, open)).collect();
        (workers, move || assert_eq!(scene.opened(0), 3))
    });
}

#[test]
fn the_end_of_a_link_is_its_own_whoever_had_the_place_before() {
    in_many_orders(|| {
        let scene = Arc::new(Scene::default());
        for number in [6, 7] {
            scene.open(number, over(number), uses(1));
        }
        let workers = [0, 1, 0].map(|number| {
            worker(&scene, move |scene: &Scene| {
                scene.open(number, wanted(number), uses(1));
            })
        });
        let check = move || {
            assert!(forgets_one(&scene));
        };
        (workers.into(), check)
    });
}

#[test]
fn a_link_that_is_not_over_is_forgotten_only_where_that_is_said() {
    in_many_orders(|| {
        let scene = Arc::new(Scene::default());
        let forgotten = Arc::new(AtomicUsize::new(0));
        scene.open(0, wanted(0), uses(1));
        let workers = [5, 6, 7].map(|number| {
            let forgotten = Arc::clone(&forgotten);
            worker(&scene, move |scene: &Scene| {
                let links = Links {
                    buckets: &scene.buckets,
                };
                let opened = links.open(over(number), uses(1)).unwrap();
                forgotten.fetch_add(opened.forgotten as usize, Relaxed);
                scene.open(0, wanted(0), uses(1));
            })
        });
        let check = move || {
            let times = 1 + forgotten.load(Relaxed);
            assert!(scene.opened(0) <= times, "{} of {times}", scene.opened(0));
        };
        (workers.into(), check)
    });
}

#[test]
fn a_worker_that_was_stopped_for_minutes_counts_nothing_twice() {
    in_many_orders(|| {
        let scene = Arc::new(Scene::default());
        for number in [6, 7] {
            scene.open(number, over(number), uses(1));
        }
        let stopped = worker(&scene, |scene: &Scene| {
            scene.open(0, wanted(0), uses(1));
        });
        let other = worker(&scene, |scene: &Scene| {
            // It comes by while the link has a place and no end yet, and again when that one's time is up.
            let short = Use {
                end: NOW + 10,
                ..wanted(1)
            };
            scene.open(1, short, uses(1));
            for number in [2, 0] {
                let later = Use {
                    now: NOW + 200,
                    ..wanted(number)
                };
                scene.open(number, later, uses(1));
            }
        });
        let check = move || {
            assert_eq!(scene.opened(0), 1);
            assert!(forgets_one(&scene), "the end of one that had the place");
        };
        (vec![stopped, other], check)
    });
}

#[test]
fn as_many_clients_get_in_as_may_and_stay_in() {
    // With two places of the link's: each has room for two here.
    for most in [1, 3] {
        in_many_orders(move || {
            let scene = Arc::new(Scene::default());
            let workers = (0..4).map(|client| {
                worker(&scene, move |scene: &Scene| {
                    let limits = clients(client, most);
                    let first = scene.open(0, wanted(0), limits);
                    assert_eq!(scene.open(1, wanted(0), limits), first);
                })
            });
            let workers = workers.collect();
            let check = move || assert_eq!([scene.opened(0), scene.opened(1)], [most, most]);
            (workers, check)
        });
    }
}

#[test]
fn a_client_that_comes_twice_at_the_same_time_is_one() {
    in_many_orders(|| {
        let scene = Arc::new(Scene::default());
        let workers = [0, 0, 1].map(|client| {
            worker(&scene, move |scene: &Scene| {
                assert!(scene.open(0, wanted(0), clients(client, 2)));
            })
        });
        (workers.into(), || ())
    });
}

#[test]
fn who_only_asks_changes_nothing() {
    in_many_orders(|| {
        let scene = Arc::new(Scene::default());
        for number in [6, 7] {
            scene.open(number, over(number), uses(1));
        }
        let ask = |scene: &Scene| {
            let links = Links {
                buckets: &scene.buckets,
            };
            for number in [0, 6] {
                let _ = links.peek(link(number), uses(1));
            }
        };
        let open = |scene: &Scene| {
            scene.open(0, wanted(0), uses(1));
        };
        let workers = vec![
            worker(&scene, ask),
            worker(&scene, open),
            worker(&scene, open),
        ];
        (workers, move || assert_eq!(scene.opened(0), 1))
    });
}

/// What was revoked, in so few places that entries are in each other's way.
struct Revoked([AtomicU64; 4]);

impl Revoked {
    fn set(&self) -> RevokedSet<'_> {
        RevokedSet {
            entries: &self.0,
            epoch: NOW,
        }
    }
}

#[test]
fn what_several_revoke_is_revoked_from_then_on_and_has_one_place() {
    in_many_orders(|| {
        let revoked = Arc::new(Revoked(Default::default()));
        let new = Arc::new(AtomicUsize::new(0));
        let workers = [[0, 1], [1, 0], [0, 2]].map(|numbers| {
            let (revoked, new) = (Arc::clone(&revoked), Arc::clone(&new));
            let work = move || {
                for number in numbers {
                    let is_new = revoked.set().add(link(number), NOW).unwrap();
                    new.fetch_add(usize::from(is_new), Relaxed);
                    revoked.set().end_at(link(number), NOW + 3600);
                    assert!(revoked.set().has(link(number)));
                }
            };
            Box::new(work) as Worker
        });
        let check = move || {
            let taken = revoked.0.iter().filter(|entry| entry.load(SeqCst) != 0);
            assert_eq!((new.load(Relaxed), taken.count()), (3, 3));
        };
        (workers.into(), check)
    });
}

#[test]
fn what_takes_the_place_of_what_is_over_is_not_lost() {
    in_many_orders(|| {
        let revoked = Arc::new(Revoked(Default::default()));
        for number in 4..8 {
            revoked.set().add(link(number), NOW).unwrap();
            revoked.set().end_at(link(number), NOW + 1);
        }
        let workers = [0, 1, 0].map(|number| {
            let revoked = Arc::clone(&revoked);
            let work = move || {
                let now = NOW + 100_000;
                revoked.set().add(link(number), now).unwrap();
                assert!(revoked.set().has(link(number)));
                // Of one that had the place before.
                revoked.set().end_at(link(4), now - 1);
            };
            Box::new(work) as Worker
        });
        let check = move || {
            for number in [0, 1] {
                assert!(revoked.set().has(link(number)), "{number}");
            }
        };
        (workers.into(), check)
    });
}
