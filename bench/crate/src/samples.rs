//! Times of two kinds of inputs, measured in turns that nobody can foresee, as dudect does (Reparaz, Balasch,
//! Verbauwhede: "Dude, is my code constant time?", 2017).

use std::hint::black_box;
use std::sync::atomic::{Ordering, fence};
use std::time::Instant;

use crate::welch::{self, Moments};

/// How many of all values are kept, from the shortest on: what interrupts a measurement makes it longer, by a thousand
/// times what is looked for.
const KEPT: [f64; 6] = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999];

/// Nanoseconds of both kinds, of each link apart.
#[derive(Default)]
pub struct Samples(Vec<[Vec<f64>; 2]>);

/// What came out, of the way to keep values in which it is plainest.
pub struct Difference {
    /// Welch's t of all values.
    pub welch: f64,
    /// Student's t of the links' differences. What a verification takes goes a little by the characters of a link, which
    /// who sends it knows; Welch's t takes that for more where it happens to be of one kind.
    pub of_links: f64,
    /// Nanoseconds that the first kind takes longer.
    pub nanoseconds: f64,
    /// How many values are kept.
    pub count: usize,
}

impl Samples {
    /// Measures with a link. `prepare` makes the state into an input of the kind 0 or 1, which takes the same steps for both and is
    /// not measured.
    ///
    /// # Panics
    /// Where there are no random bytes.
    pub fn add<S, R>(
        &mut self,
        count: usize,
        state: &mut S,
        mut prepare: impl FnMut(&mut S, usize),
        measured: impl Fn(&S) -> R,
    ) {
        // The first ones are for the caches.
        let spare = count / 50;
        let mut random = vec![0; count + spare];
        getrandom::fill(&mut random).expect("random bytes");
        let mut times = [Vec::new(), Vec::new()];
        for (turn, byte) in random.iter().enumerate() {
            let kind = usize::from(byte & 1);
            prepare(state, kind);
            // What was written is read from where it stands, and not while it is on its way.
            fence(Ordering::SeqCst);
            let begin = Instant::now();
            black_box(measured(black_box(state)));
            let time = begin.elapsed();
            if turn >= spare {
                times[kind].push(time.as_nanos() as f64);
            }
        }
        self.0.push(times);
    }

    /// What they differ by.
    pub fn difference(&self) -> Option<Difference> {
        let mut all: Vec<f64> = self.0.iter().flatten().flatten().copied().collect();
        all.sort_by(f64::total_cmp);
        let found = KEPT.into_iter().filter_map(|share| {
            let last = ((all.len() as f64 * share) as usize).checked_sub(1)?;
            self.up_to(*all.get(last)?)
        });
        // Of values that are all the same t is no number, and nothing to go by.
        found
            .filter(|found| !found.of_links.is_nan())
            .max_by(|one, other| one.of_links.abs().total_cmp(&other.of_links.abs()))
    }

    /// What the values up to this one differ by. `None` where there are too few of one kind.
    fn up_to(&self, limit: f64) -> Option<Difference> {
        let kept = |times: &Vec<f64>| times.clone().into_iter().filter(move |time| *time <= limit);
        let of_kind = |kind: usize| Moments::of(self.0.iter().flat_map(|times| kept(&times[kind])));
        let [one, other] = [0, 1].map(of_kind);
        if one.count().min(other.count()) < one.count().max(other.count()) / 2 {
            return None;
        }
        let differences = self.0.iter().filter_map(|[one, other]| {
            let [one, other] = [one, other].map(|times| Moments::of(kept(times)));
            let has_both = one.count() > 0 && other.count() > 0;
            has_both.then(|| one.mean() - other.mean())
        });
        Some(Difference {
            welch: welch::t(&one, &other),
            of_links: Moments::of(differences).t(),
            nanoseconds: one.mean() - other.mean(),
            count: one.count() + other.count(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hundred links with a hundred values of each kind, the second so much longer.
    fn samples(longer: f64) -> Samples {
        let value = |link: usize, at: usize| 100.0 + (at * 7919 % 101) as f64 + (link % 10) as f64;
        let values = |link, more: f64| (0..100).map(|at| value(link, at) + more).collect();
        let links = (0..100).map(|link| [values(link, 0.0), values(link, longer)]);
        Samples(links.collect())
    }

    #[test]
    fn what_takes_longer_is_found_and_by_how_much() {
        for longer in [20.0, 1000.0, -1000.0] {
            let found = samples(longer).difference().unwrap();
            assert!(found.welch * longer < 0.0, "{longer}");
            assert!(found.of_links * longer < 0.0, "{longer}");
            assert!(found.nanoseconds * longer < 0.0, "{longer}");
        }
    }

    #[test]
    fn what_takes_as_long_is_not() {
        let found = samples(0.0).difference();
        assert!(found.is_none_or(|found| found.of_links.abs() < 4.5));
    }
}
