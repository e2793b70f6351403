//! Links that several workers, here threads, use at the same time.

mod common;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use common::{KEY, NOW, clients, link, uses, wanted};
use links::{Bucket, Kind, Limits, Links, NoRoom, Prefixes, Refusal, RevokedSet, Use};

const WORKERS: usize = 4;

fn buckets(number: usize) -> Vec<Bucket> {
    (0..number).map(|_| Bucket::default()).collect()
}

fn links(buckets: &[Bucket]) -> Links<'_> {
    Links { buckets }
}

/// Has all workers do something at the same time, and again for each of so many rounds.
fn at_the_same_time(rounds: u64, work: impl Fn(usize, u64) + Sync) {
    let barrier = Barrier::new(WORKERS);
    thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (barrier, work) = (&barrier, &work);
            scope.spawn(move || {
                for round in 0..rounds {
                    barrier.wait();
                    work(worker, round);
                }
            });
        }
    });
}

#[test]
fn a_one_time_link_opens_for_exactly_one_of_many_at_the_same_time() {
    // One bucket for all of them, so that each has to get a place while others do.
    let buckets = buckets(1);
    let links = links(&buckets);
    for batch in 0..2000 {
        let opened = AtomicUsize::new(0);
        let batch = batch * 4;
        at_the_same_time(1, |_, _| {
            for number in batch..batch + 4 {
                if links.open(wanted(number), uses(1)).is_ok() {
                    opened.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        assert_eq!(opened.into_inner(), 4, "links from {batch} on");
    }
}

#[test]
fn every_use_counts_once_whoever_counts() {
    let buckets = buckets(64);
    let links = links(&buckets);
    let opened = AtomicU64::new(0);
    at_the_same_time(1, |_, _| {
        for number in 0..20_000 {
            if links.open(wanted(number % 500), uses(100)).is_ok() {
                opened.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    // Each worker asks for each link 40 times.
    assert_eq!(opened.into_inner(), 500 * 100);
}

#[test]
fn as_many_clients_as_may_get_in_and_stay_in() {
    for most in [1, 2, 5, 6, 11, 100] {
        let buckets = buckets(64);
        let links = links(&buckets);
        for number in 0..50 {
            let all: Vec<AtomicUsize> = (0..most + 10).map(|_| AtomicUsize::new(0)).collect();
            at_the_same_time(2, |worker, round| {
                for step in 0..all.len() {
                    // Every worker meets every client, each in an order of its own.
                    let client = (step * (worker * 2 + 1) + worker) % all.len();
                    let limits = clients(client as u32, most);
                    let opened = links.open(wanted(number), limits).is_ok();
                    assert!(opened || links.peek(link(number), limits).is_err());
                    if opened {
                        all[client].fetch_add(1, Ordering::Relaxed);
                    } else if round == 1 {
                        assert_eq!(all[client].load(Ordering::Relaxed), 0, "client {client}");
                    }
                }
            });
            let inside = all.iter().filter(|times| times.load(Ordering::Relaxed) > 0);
            assert_eq!(inside.count(), most, "of {most}");
        }
    }
}

#[test]
fn a_client_that_comes_twice_at_the_same_time_is_one() {
    let buckets = buckets(1);
    let links = links(&buckets);
    for number in 0..2000 {
        at_the_same_time(1, |_, _| {
            assert!(links.open(wanted(number), clients(1, 1)).is_ok())
        });
        let other = links.open(wanted(number), clients(2, 1));
        assert_eq!(other, Err(Refusal::Shared));
    }
}

#[test]
fn who_is_refused_uses_nothing_up() {
    let buckets = buckets(1);
    let links = links(&buckets);
    let both = |client| Limits {
        uses: Some(2),
        ..clients(client, 1)
    };
    assert!(links.open(wanted(1), both(1)).is_ok());
    for client in 2..10 {
        assert_eq!(links.open(wanted(1), both(client)), Err(Refusal::Shared));
    }
    assert!(links.open(wanted(1), both(1)).is_ok());
    assert_eq!(links.open(wanted(1), both(1)), Err(Refusal::Used));
    assert_eq!(links.peek(link(1), both(1)), Err(Refusal::Used));
}

#[test]
fn to_peek_counts_nothing() {
    let buckets = buckets(1);
    let links = links(&buckets);
    for _ in 0..3 {
        assert!(links.peek(link(1), uses(1)).is_ok());
        assert!(links.peek(link(1), clients(1, 1)).is_ok());
    }
    assert!(links.open(wanted(1), uses(1)).is_ok());
    assert!(links.open(wanted(1), clients(2, 1)).is_ok());
}

#[test]
fn where_there_is_no_room_the_link_that_came_first_is_forgotten() {
    let buckets = buckets(1);
    let links = links(&buckets);
    let room = Bucket::LINKS as u64;
    for number in 0..room {
        assert_eq!(links.open(wanted(number), uses(1)).unwrap().forgotten, 0);
    }
    assert_eq!(links.open(wanted(room), uses(1)).unwrap().forgotten, 1);
    for number in 1..=room {
        assert_eq!(
            links.open(wanted(number), uses(1)),
            Err(Refusal::Used),
            "{number}"
        );
    }
    assert!(links.open(wanted(0), uses(1)).is_ok());
}

#[test]
fn a_link_that_is_over_goes_before_one_that_is_not() {
    let buckets = buckets(1);
    let links = links(&buckets);
    let room = Bucket::LINKS as u64;
    for number in 0..room {
        let end = if number == 20 { NOW + 10 } else { NOW + 3600 };
        let wanted = Use {
            end,
            ..wanted(number)
        };
        assert!(links.open(wanted, uses(1)).is_ok());
    }
    assert_eq!(buckets[0].taken(NOW), Bucket::LINKS);
    let later = |number| Use {
        now: NOW + 100,
        ..wanted(number)
    };
    assert_eq!(buckets[0].taken(NOW + 100), Bucket::LINKS - 1);
    assert_eq!(links.open(later(room), uses(1)).unwrap().forgotten, 0);
    for number in (0..=room).filter(|number| *number != 20) {
        assert_eq!(
            links.open(later(number), uses(1)),
            Err(Refusal::Used),
            "{number}"
        );
    }
}

#[test]
fn a_link_that_never_expires_is_remembered_when_others_are_over() {
    let buckets = buckets(1);
    let links = links(&buckets);
    let forever = Use {
        end: u64::MAX,
        ..wanted(0)
    };
    assert!(links.open(forever, uses(1)).is_ok());
    for number in 1..200 {
        let now = NOW + number * 1000;
        let wanted = Use {
            end: now + 10,
            now,
            ..wanted(number)
        };
        assert_eq!(links.open(wanted, uses(1)).unwrap().forgotten, 0);
    }
    assert_eq!(links.open(forever, uses(1)), Err(Refusal::Used));
}

#[test]
fn places_that_change_hands_all_the_time_let_nobody_in_twice() {
    // Links come and go in one bucket, and each generation leaves something of itself behind.
    let buckets = buckets(1);
    let links = links(&buckets);
    at_the_same_time(1, |worker, _| {
        for step in 0..60_000u64 {
            let number = (worker as u64) << 32 | step;
            let own = wanted(number);
            assert!(
                links.open(own, uses(1)).is_ok(),
                "the first use of {number}"
            );
            let limits = clients(worker as u32, 1);
            assert!(
                links.open(own, limits).is_ok(),
                "the first client of {number}"
            );
        }
    });
}

fn set(entries: &[AtomicU64]) -> RevokedSet<'_> {
    RevokedSet {
        entries,
        epoch: NOW,
    }
}

fn entries(number: usize) -> Vec<AtomicU64> {
    (0..number).map(|_| AtomicU64::new(0)).collect()
}

#[test]
fn what_is_revoked_stays_so() {
    let entries = entries(4096);
    let set = set(&entries);
    for number in 0..2000 {
        assert_eq!(set.add(link(number), NOW), Ok(true), "{number}");
    }
    for number in 0..2000 {
        assert!(set.has(link(number)), "{number}");
        assert!(!set.has(link(number + 2000)), "{number}");
        assert_eq!(set.add(link(number), NOW), Ok(false), "{number}");
    }
}

#[test]
fn what_several_revoke_at_the_same_time_has_one_place() {
    for _ in 0..20 {
        let entries = entries(4096);
        let set = set(&entries);
        let new = AtomicUsize::new(0);
        at_the_same_time(1, |_, _| {
            for number in 0..2000 {
                if set.add(link(number), NOW).unwrap() {
                    new.fetch_add(1, Ordering::Relaxed);
                }
                assert!(set.has(link(number)));
            }
        });
        let taken = entries
            .iter()
            .filter(|entry| entry.load(Ordering::Relaxed) != 0);
        assert_eq!((new.into_inner(), taken.count()), (2000, 2000));
    }
}

#[test]
fn networks_are_told_apart_whatever_they_look_like() {
    let buckets = buckets(64);
    let links = links(&buckets);
    let address = |number: u64| match number % 4 {
        0 => IpAddr::from(Ipv4Addr::from_bits(number as u32)),
        1 => IpAddr::from(Ipv4Addr::from_bits((number as u32).reverse_bits())),
        2 => IpAddr::from(Ipv6Addr::from_bits(u128::from(number) << 64)),
        _ => IpAddr::from(Ipv6Addr::from_bits(u128::from(number.reverse_bits()) << 64)),
    };
    let limits = |number| Limits {
        clients: Some((Prefixes::new(32, 64).network(address(number)), 1)),
        ..Limits::default()
    };
    for number in 0..100 {
        links.open(wanted(number), limits(0)).unwrap();
        for other in 1..10_000 {
            let refused = links.peek(link(number), limits(other));
            assert_eq!(refused, Err(Refusal::Shared), "{number}: {other}");
        }
    }
}

#[test]
fn a_key_is_not_a_session_of_the_same_name() {
    let entries = entries(64);
    let set = set(&entries);
    set.add(KEY.revoked(Kind::Key, b"2026"), NOW).unwrap();
    assert!(set.has(KEY.revoked(Kind::Key, b"2026")));
    assert!(!set.has(KEY.revoked(Kind::Session, b"2026")));
}

#[test]
fn three_quarters_of_a_large_set_can_be_taken() {
    let entries = entries(81_920);
    let set = set(&entries);
    for number in 0..61_000 {
        assert_eq!(set.add(link(number), NOW), Ok(true), "{number}");
    }
}

#[test]
fn where_there_is_no_room_nothing_is_forgotten_until_it_would_be_over() {
    let entries = entries(8);
    let set = set(&entries);
    for number in 0..8 {
        assert_eq!(set.add(link(number), NOW), Ok(true));
    }
    assert_eq!(set.add(link(8), NOW), Err(NoRoom));
    set.end_at(link(3), NOW + 3600);
    assert_eq!(set.add(link(8), NOW + 3600), Err(NoRoom));
    assert!(set.has(link(3)));
    assert_eq!(set.add(link(8), NOW + 3 * 3600), Ok(true));
    assert!((0..=8).all(|number| set.has(link(number)) == (number != 3)));
}
