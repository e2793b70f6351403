//! Texts that can be cut into parts in two ways.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::bytes::Bytes;
use super::language::Language;

/// The position of a part in the message.
pub(super) type PartId = usize;

/// What takes any message that a format makes, and knows of each byte which part it is of.
pub(super) struct Automaton {
    states: Vec<State>,
}

#[derive(Default)]
struct State {
    edges: Vec<Edge>,
    /// The states that are as good as this one.
    same: Vec<usize>,
}

#[derive(Clone, Copy)]
struct Edge {
    bytes: Bytes,
    to: usize,
    part: PartId,
}

/// A text, and for each of its bytes the part that it is of, cut in one way and in another.
pub(super) type Cuts = Vec<(u8, [PartId; 2])>;

impl Automaton {
    /// Where every text begins.
    pub(super) const START: usize = 0;

    /// Pairs of steps that are looked at. Only formats that nobody writes have more.
    const MOST_LOOKS: usize = 1_000_000;

    pub(super) fn new() -> Self {
        Self {
            states: alloc::vec![State::default()],
        }
    }

    pub(super) fn add_state(&mut self) -> usize {
        self.states.push(State::default());
        self.states.len().saturating_sub(1)
    }

    /// Makes a state as good as another, which comes behind it.
    pub(super) fn join(&mut self, state: usize, other: usize) {
        if let Some(state) = self.states.get_mut(state) {
            state.same.push(other);
        }
    }

    fn add_edge(&mut self, from: usize, edge: Edge) {
        if let Some(state) = self.states.get_mut(from) {
            state.edges.push(edge);
        }
    }

    /// Adds what a part may be behind a state, and returns the state behind it.
    pub(super) fn add(&mut self, from: usize, part: PartId, language: &Language) -> usize {
        match language {
            Language::One(bytes) => {
                let to = self.add_state();
                self.add_edge(
                    from,
                    Edge {
                        bytes: *bytes,
                        to,
                        part,
                    },
                );
                to
            }
            Language::Any(bytes) => {
                let to = self.add_state();
                self.join(from, to);
                self.add_edge(
                    to,
                    Edge {
                        bytes: *bytes,
                        to,
                        part,
                    },
                );
                to
            }
            Language::Escaped(bytes) => {
                let to = self.add(from, part, &Language::Any(bytes.without(b"%")));
                let digits = [b"%".as_slice(), b"23456", b"0123456789abcdefABCDEF"];
                let end = digits.iter().fold(to, |from, digits| {
                    let digit = Language::One(Bytes::NONE.and(digits));
                    self.add(from, part, &digit)
                });
                self.join(end, to);
                to
            }
            Language::Without(bytes, [first, second]) => {
                let to = self.add(from, part, &Language::Any(bytes.without(&[*first])));
                let one = Language::One(Bytes::NONE.and(&[*first]));
                let other = Language::One(bytes.without(&[*first, *second]));
                let end = [one, other]
                    .iter()
                    .fold(to, |from, byte| self.add(from, part, byte));
                self.join(end, to);
                to
            }
            Language::All(languages) => languages
                .iter()
                .fold(from, |from, language| self.add(from, part, language)),
            Language::Either(languages) => {
                let to = self.add_state();
                for language in languages {
                    let end = self.add(from, part, language);
                    self.join(end, to);
                }
                to
            }
        }
    }

    /// What leads on from each state, be it from one that is as good, and whether that is the end.
    fn reach(&self, end: usize) -> Vec<Reach> {
        let reach = |start: usize| {
            let mut known = BTreeSet::from([start]);
            let mut waiting = alloc::vec![start];
            let mut edges = Vec::new();
            while let Some(state) = waiting.pop().and_then(|id| self.states.get(id)) {
                edges.extend(&state.edges);
                waiting.extend(state.same.iter().filter(|id| known.insert(**id)));
            }
            Reach {
                edges,
                is_end: known.contains(&end),
            }
        };
        (0..self.states.len()).map(reach).collect()
    }

    /// The shortest text that can be cut in two ways. `None` also for a format that takes too long to look at.
    pub(super) fn two_cuts(&self, end: usize) -> Option<Cuts> {
        let reach = self.reach(end);
        let mut walks = alloc::vec![Walk {
            states: [Self::START; 2],
            is_cut: false,
            step: None,
        }];
        let mut known = BTreeSet::from([([Self::START; 2], false)]);
        let mut index = 0usize;
        let mut looks = 0usize;
        while let Some(Walk { states, is_cut, .. }) = walks.get(index).copied() {
            let [one, other] = states.map(|state| reach.get(state));
            let (one, other) = (one?, other?);
            if is_cut && one.is_end && other.is_end {
                return Some(cuts(&walks, index));
            }
            looks = looks.saturating_add(one.edges.len().saturating_mul(other.edges.len()));
            if looks > Self::MOST_LOOKS {
                return None;
            }
            for one in &one.edges {
                for other in &other.edges {
                    let bytes = one.bytes.in_both(other.bytes);
                    let states = [one.to, other.to];
                    let is_cut = is_cut || one.part != other.part;
                    if bytes.is_some() && known.insert((states, is_cut)) {
                        walks.push(Walk {
                            states,
                            is_cut,
                            step: Some((index, bytes.example()?, [one.part, other.part])),
                        });
                    }
                }
            }
            index = index.saturating_add(1);
        }
        None
    }
}

/// What is reached from a state.
struct Reach {
    edges: Vec<Edge>,
    is_end: bool,
}

/// How far one has come on two ways at once.
#[derive(Clone, Copy)]
struct Walk {
    states: [usize; 2],
    /// Whether the ways have parted, be it that they have met again.
    is_cut: bool,
    /// Where from, by which byte, and of which parts that is.
    step: Option<(usize, u8, [PartId; 2])>,
}

fn cuts(walks: &[Walk], last: usize) -> Cuts {
    let steps = core::iter::successors(walks.get(last), |walk| walks.get(walk.step?.0));
    let mut cuts: Cuts = steps
        .filter_map(|walk| walk.step.map(|(_, byte, parts)| (byte, parts)))
        .collect();
    cuts.reverse();
    cuts
}
