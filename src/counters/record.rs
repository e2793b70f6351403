//! The numbers themselves, and the names that they go by.

use std::sync::atomic::{AtomicU64, Ordering};

use token::Reason;

use super::LONGEST_NAME;
use crate::nginx::Shareable;

/// How many reasons there are.
const REASONS: usize = Reason::ALL.len();
/// The upper bounds, in seconds, between which lifetimes are told apart.
const LIFETIMES: [u64; 9] = [
    60, 300, 900, 3_600, 10_800, 43_200, 86_400, 604_800, 2_592_000,
];
/// What a lifetime counts for at most: a hundred years, in seconds.
const LONGEST_LIFETIME: u64 = 3_155_760_000;

/// Counters and what they are of.
pub(crate) struct Record<C> {
    pub(crate) label: Name,
    /// The scheme's name, or the secret's id; empty where there is only a label.
    pub(crate) of: Name,
    pub(crate) counters: C,
}

// SAFETY: its names are bytes that nobody changes, and what it counts with promises the same.
unsafe impl<C: Shareable> Shareable for Record<C> {}
// SAFETY: it is made of `Counter`s, which are atomics.
unsafe impl Shareable for Decisions {}
// SAFETY: it is made of a `Counter`, which is an atomic.
unsafe impl Shareable for Passes {}
// SAFETY: it is made of `Counter`s, which are atomics.
unsafe impl Shareable for Lifetimes {}

/// A short text, with its length where every process finds it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    length: u8,
    bytes: [u8; LONGEST_NAME],
}

impl Name {
    /// What is too long is cut off; configurations are refused before it comes to that.
    pub(super) fn new(text: &[u8]) -> Self {
        let mut bytes = [0; LONGEST_NAME];
        let mut length = 0;
        for (slot, byte) in bytes.iter_mut().zip(text) {
            *slot = *byte;
            length = u8::saturating_add(length, 1);
        }
        Self { length, bytes }
    }

    pub(crate) fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.length));
        str::from_utf8(bytes.unwrap_or_default()).unwrap_or_default()
    }
}

/// Decisions under one label and scheme.
#[derive(Default)]
pub(crate) struct Decisions {
    passed: Counter,
    refused: [Counter; REASONS],
    /// Refused but for the dry run.
    spared: [Counter; REASONS],
}

impl Decisions {
    pub(super) fn add_pass(&self) {
        self.passed.add(1);
    }

    pub(super) fn add_refusal(&self, reason: Reason, dry_run: bool) {
        let counters = if dry_run { &self.spared } else { &self.refused };
        if let Some(counter) = counters.get(reason as usize) {
            counter.add(1);
        }
    }

    /// How many requests passed.
    pub(crate) fn passed(&self) -> u64 {
        self.passed.get()
    }

    /// How many were refused, for each reason.
    pub(crate) fn refused(&self) -> impl Iterator<Item = (Reason, u64)> {
        Reason::ALL
            .into_iter()
            .zip(self.refused.iter().map(Counter::get))
    }

    /// How many would have been refused but for the dry run, for each reason.
    pub(crate) fn spared(&self) -> impl Iterator<Item = (Reason, u64)> {
        Reason::ALL
            .into_iter()
            .zip(self.spared.iter().map(Counter::get))
    }
}

/// Requests that one secret opened.
#[derive(Default)]
pub(crate) struct Passes(Counter);

impl Passes {
    pub(super) fn add(&self) {
        self.0.add(1);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.get()
    }
}

/// How long the tokens that opened a label still had.
#[derive(Default)]
pub(crate) struct Lifetimes {
    /// One for each bound of [`LIFETIMES`], and one for what lies above the last.
    buckets: [Counter; LIFETIMES.len() + 1],
    seconds: Counter,
}

impl Lifetimes {
    pub(super) fn add(&self, seconds: u64) {
        let bucket = LIFETIMES
            .iter()
            .take_while(|bound| seconds > **bound)
            .count();
        if let Some(bucket) = self.buckets.get(bucket) {
            bucket.add(1);
            // An expiry may have 19 digits, and two of those would be more than the sum can hold.
            self.seconds.add(seconds.min(LONGEST_LIFETIME));
        }
    }

    /// How many tokens had at most so many seconds; `None` for any number.
    pub(crate) fn cumulated(&self) -> impl Iterator<Item = (Option<u64>, u64)> {
        let bounds = LIFETIMES.into_iter().map(Some).chain([None]);
        let mut sum = 0u64;
        bounds.zip(&self.buckets).map(move |(bound, bucket)| {
            sum = sum.wrapping_add(bucket.get());
            (bound, sum)
        })
    }

    /// All their seconds together.
    pub(crate) fn seconds(&self) -> u64 {
        self.seconds.get()
    }
}

/// A number that workers raise at the same time.
#[derive(Default)]
struct Counter(AtomicU64);

impl Counter {
    fn add(&self, number: u64) {
        self.0.fetch_add(number, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
