//! What is counted, in memory that all workers share.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use token::{Claims, Reason};

use crate::nginx::{List, Shareable, Shared, Zone};

/// The longest label, and the longest name of a secret.
pub(crate) const LONGEST_NAME: usize = 64;
/// How many reasons there are.
const REASONS: usize = Reason::ALL.len();
/// The upper bounds, in seconds, between which lifetimes are told apart.
pub(crate) const LIFETIMES: [u64; 9] = [
    60, 300, 900, 3_600, 10_800, 43_200, 86_400, 604_800, 2_592_000,
];
/// What a lifetime counts for at most: a hundred years, in seconds.
const LONGEST_LIFETIME: u64 = 3_155_760_000;
/// What lies in the zone, as a number: a version of this module that means something else by it has another, and
/// begins anew. The revision is to be raised where neither sizes nor reasons show a change.
const LAYOUT: u64 = {
    const REVISION: usize = 1;
    let mut layout = 0xcbf2_9ce4_8422_2325;
    layout = mixed(layout, &REVISION.to_le_bytes());
    layout = mixed(layout, &size_of::<Record<Decisions>>().to_le_bytes());
    layout = mixed(layout, &size_of::<Record<Passes>>().to_le_bytes());
    layout = mixed(layout, &size_of::<Record<Lifetimes>>().to_le_bytes());
    let mut reasons = Reason::ALL.as_slice();
    while let [reason, rest @ ..] = reasons {
        layout = mixed(layout, reason.as_str().as_bytes());
        reasons = rest;
    }
    layout
};

/// The hash FNV-1a, gone on with.
const fn mixed(mut hash: u64, mut bytes: &[u8]) -> u64 {
    while let [byte, rest @ ..] = bytes {
        hash = (hash ^ *byte as u64).wrapping_mul(0x0000_0100_0000_01b3);
        bytes = rest;
    }
    hash
}

/// Everything that is counted.
pub(crate) struct Counts {
    layout: u64,
    requests: List<Record<Decisions>>,
    keys: List<Record<Passes>>,
    lifetimes: List<Record<Lifetimes>>,
}

// SAFETY: numbers and lists of numbers.
unsafe impl Shareable for Counts {}

/// Counters and what they are of.
pub(crate) struct Record<C> {
    pub(crate) label: Name,
    /// The scheme's name, or the secret's; empty where there is only a label.
    pub(crate) of: Name,
    pub(crate) counters: C,
}

// SAFETY: names are bytes, and counters are atomics.
unsafe impl<C: Sync> Shareable for Record<C> {}

/// A short text, with its length where every process finds it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    length: u8,
    bytes: [u8; LONGEST_NAME],
}

impl Name {
    /// What is too long is cut off; configurations are refused before it comes to that.
    fn new(text: &[u8]) -> Self {
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
    fn add(&self, seconds: u64) {
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

/// What a location counts, and where.
pub(crate) struct Counters {
    pub(crate) label: Box<[u8]>,
    pub(crate) scheme: &'static str,
    /// Names of the secrets, by position.
    pub(crate) keys: Vec<Box<[u8]>>,
    places: OnceCell<Places>,
}

struct Places {
    decisions: Shared<Record<Decisions>>,
    keys: Vec<Shared<Record<Passes>>>,
    lifetimes: Shared<Record<Lifetimes>>,
}

impl Counters {
    pub(crate) fn new(label: Box<[u8]>, scheme: &'static str, keys: Vec<Box<[u8]>>) -> Self {
        Self {
            label,
            scheme,
            keys,
            places: OnceCell::new(),
        }
    }

    /// Counts a request that passed. `claims` of a preflight are `None`; `now` in Unix seconds.
    pub(crate) fn passed(&self, claims: Option<&Claims>, now: u64) {
        let Some(places) = self.places.get() else {
            return;
        };
        if let Some(decisions) = places.decisions.get() {
            decisions.counters.passed.add(1);
        }
        let Some(claims) = claims else {
            return;
        };
        if let Some(key) = places.keys.get(claims.secret()).and_then(Shared::get) {
            key.counters.0.add(1);
        }
        if let (Some(expires), Some(lifetimes)) = (claims.expires(), places.lifetimes.get()) {
            lifetimes.counters.add(expires.saturating_sub(now));
        }
    }

    /// Counts a request that was refused, or spared by the dry run.
    pub(crate) fn refused(&self, reason: Reason, dry_run: bool) {
        let Some(decisions) = self.places.get().and_then(|places| places.decisions.get()) else {
            return;
        };
        let counters = if dry_run {
            &decisions.counters.spared
        } else {
            &decisions.counters.refused
        };
        if let Some(counter) = counters.get(reason as usize) {
            counter.add(1);
        }
    }
}

/// The zone has no room for all that is to be counted.
pub(crate) struct Full {
    /// Whether there were counters of earlier configurations in it.
    pub(crate) was_in_use: bool,
}

/// Finds the place of every counter in the zone, and makes those that are not there yet.
///
/// # Errors
/// [`Full`]; what found no place is not counted.
pub(crate) fn settle<'c>(
    zone: &Zone,
    all: impl Iterator<Item = &'c Counters>,
) -> (Option<Shared<Counts>>, Result<(), Full>) {
    let full = Full {
        was_in_use: !zone.is_fresh(),
    };
    // SAFETY: this module alone uses the zone, and every version of it begins with the layout.
    let before = unsafe { zone.root::<Counts>() }.filter(|counts| counts.layout == LAYOUT);
    let fresh = || Counts {
        layout: LAYOUT,
        requests: List::new(),
        keys: List::new(),
        lifetimes: List::new(),
    };
    let Some(counts) = before.or_else(|| zone.set_root(fresh())) else {
        return (None, Err(full));
    };
    let mut requests = Index::new(zone, &counts.requests);
    let mut keys = Index::new(zone, &counts.keys);
    let mut lifetimes = Index::new(zone, &counts.lifetimes);
    let mut place = |counters: &Counters| {
        let label = Name::new(&counters.label);
        let places = Places {
            decisions: requests.place(label, Name::new(counters.scheme.as_bytes()))?,
            lifetimes: lifetimes.place(label, Name::new(b""))?,
            keys: counters
                .keys
                .iter()
                .map(|key| keys.place(label, Name::new(key)))
                .collect::<Option<_>>()?,
        };
        // Set once: every configuration has counters of its own.
        counters.places.set(places).ok()
    };
    // Each of them is tried, so that as many as possible are counted.
    let homeless = all.filter(|counters| place(counters).is_none()).count();
    let settled = if homeless == 0 { Ok(()) } else { Err(full) };
    (zone.share(counts), settled)
}

/// The records of a list by their names.
struct Index<'z, C: Sync> {
    zone: &'z Zone,
    list: &'z List<Record<C>>,
    records: BTreeMap<(Name, Name), &'z Record<C>>,
}

impl<'z, C: Sync + Default> Index<'z, C> {
    fn new(zone: &'z Zone, list: &'z List<Record<C>>) -> Self {
        let records = list
            .iter()
            .map(|record| ((record.label, record.of), record));
        Self {
            zone,
            list,
            records: records.collect(),
        }
    }

    fn place(&mut self, label: Name, of: Name) -> Option<Shared<Record<C>>> {
        if let Some(record) = self.records.get(&(label, of)) {
            return self.zone.share(*record);
        }
        let counters = C::default();
        let record = self.list.push(
            self.zone,
            Record {
                label,
                of,
                counters,
            },
        )?;
        self.records.insert((label, of), record);
        self.zone.share(record)
    }
}

impl Counts {
    /// Decisions, by label and scheme.
    pub(crate) fn decisions(&self) -> impl Iterator<Item = &Record<Decisions>> {
        self.requests.iter()
    }

    /// Passed requests, by label and the name of the secret that opened.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Record<Passes>> {
        self.keys.iter()
    }

    /// Lifetimes, by label.
    pub(crate) fn lifetimes(&self) -> impl Iterator<Item = &Record<Lifetimes>> {
        self.lifetimes.iter()
    }
}
