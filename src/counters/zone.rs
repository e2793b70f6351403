//! Where in the zone the counters of a configuration are: those of the one before go on.

use std::collections::BTreeMap;

use token::Reason;

use super::record::{Decisions, Lifetimes, Name, Passes, Record};
use super::{Counters, Places};
use crate::nginx::{List, Shareable, Shared, Zone};

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
#[repr(C)]
pub(crate) struct Counts {
    layout: u64,
    requests: List<Record<Decisions>>,
    secrets: List<Record<Passes>>,
    lifetimes: List<Record<Lifetimes>>,
}

// SAFETY: it is a number and three lists, and the records in those promise to be shareable themselves.
unsafe impl Shareable for Counts {}

impl Counts {
    /// Decisions, by label and scheme.
    pub(crate) fn decisions(&self) -> impl Iterator<Item = &Record<Decisions>> {
        self.requests.iter()
    }

    /// Passed requests, by label and id of the secret that opened.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &Record<Passes>> {
        self.secrets.iter()
    }

    /// Lifetimes, by label.
    pub(crate) fn lifetimes(&self) -> impl Iterator<Item = &Record<Lifetimes>> {
        self.lifetimes.iter()
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
    // SAFETY: NGINX gives the zone to this module alone, and whatever version of it put something there began
    // with the layout.
    let before = unsafe { zone.root::<Counts>() }.filter(|counts| counts.layout == LAYOUT);
    let fresh = || Counts {
        layout: LAYOUT,
        requests: List::new(),
        secrets: List::new(),
        lifetimes: List::new(),
    };
    let Some(counts) = before.or_else(|| zone.set_root(fresh())) else {
        return (None, Err(full));
    };
    let mut requests = Index::new(zone, &counts.requests);
    let mut secrets = Index::new(zone, &counts.secrets);
    let mut lifetimes = Index::new(zone, &counts.lifetimes);
    let mut place = |counters: &Counters| {
        let label = Name::new(counters.label.as_bytes());
        let places = Places {
            decisions: requests.place(label, Name::new(counters.scheme.as_bytes()))?,
            lifetimes: lifetimes.place(label, Name::new(b""))?,
            secrets: counters
                .secret_ids
                .iter()
                .map(|id| secrets.place(label, Name::new(id)))
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
struct Index<'z, C: Shareable> {
    zone: &'z Zone,
    list: &'z List<Record<C>>,
    records: BTreeMap<(Name, Name), &'z Record<C>>,
}

impl<'z, C: Shareable + Default> Index<'z, C> {
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
