//! The zone in which links are remembered: `secure_token_links`.

use std::cell::{Cell, OnceCell};
use std::sync::atomic::{AtomicU64, Ordering};

use links::{Bucket, Key, RevokedSet};

use super::revocations::Totals;
use crate::nginx::{Failed, Level, Shareable, Shared, Table, Zone};

/// The directive that has the zone for it.
const ZONE: &str = "secure_token_links";
/// What lies in the zone: to be raised where a version of this module means something else by it.
/// Another one than any other zone of this module has: NGINX hands a zone on by its name, whatever directive has it.
const LAYOUT: u64 = u64::from_le_bytes(*b"links..1");
/// One of so many parts of the zone is for what was revoked.
const PARTS: usize = 16;
/// How often at most it is told that there is no room, in seconds.
const TELLING: u64 = 1;

/// What all workers share.
#[repr(C)]
pub(super) struct Memory {
    layout: u64,
    key: Key,
    /// When it was made, in Unix seconds.
    epoch: u64,
    /// How large the zone is, in bytes.
    size: usize,
    buckets: Table<Bucket>,
    revoked: Table<AtomicU64>,
    /// How many links were forgotten that were not over.
    forgotten: AtomicU64,
    /// When it was told last that there is no room.
    told: AtomicU64,
    totals: Totals,
}

// SAFETY: it is made of numbers, atomics, and tables that promise the same.
unsafe impl Shareable for Memory {}
// SAFETY: it is made of atomics.
unsafe impl Shareable for Bucket {}

/// The links that are remembered.
#[derive(Default)]
pub(crate) struct Links {
    memory: OnceCell<Shared<Memory>>,
    /// How many seconds after its expiry a token opens at most, anywhere.
    slack: Cell<u64>,
}

/// How many links there are.
pub(crate) struct Occupancy {
    /// That have room.
    pub(crate) room: u64,
    /// That are remembered and not over.
    pub(crate) taken: u64,
    /// That were forgotten before they were over.
    pub(crate) forgotten: u64,
    /// Tokens, secrets and sessions that were revoked.
    pub(crate) revoked: u64,
}

impl Links {
    /// To be called once the zone's memory is there. What was remembered under an earlier configuration still is.
    pub(crate) fn settle(&self, zone: &Zone, now: u64) -> Result<(), Failed> {
        // SAFETY: NGINX gives the zone to this module alone, and whatever version of it put something there began with
        // the layout.
        let memory = match unsafe { zone.root::<Memory>() } {
            Some(memory) if memory.layout == LAYOUT => memory,
            Some(_) => {
                zone.log(
                    Level::Emergency,
                    ZONE,
                    "has what another version of the module put there, and nothing could be counted; give it another \
                     name or size, or restart NGINX",
                );
                return Err(Failed);
            }
            None => {
                let memory = Memory::new(zone, now)?;
                zone.set_root(memory).ok_or(Failed)?
            }
        };
        let memory = zone.share(memory).ok_or(Failed)?;
        // Set once: every configuration has links of its own.
        self.memory.set(memory).map_err(|_| Failed)
    }

    /// To be told for each location how many seconds after its expiry a token opens there.
    pub(crate) fn keep_for(&self, seconds: u64) {
        self.slack.set(self.slack.get().max(seconds));
    }

    pub(super) fn slack(&self) -> u64 {
        self.slack.get()
    }

    pub(super) fn memory(&self) -> Option<&Memory> {
        self.memory.get()?.get()
    }

    /// How many links there are, at a time in Unix seconds. `None` where none is remembered.
    pub(crate) fn occupancy(&self, now: u64) -> Option<Occupancy> {
        let memory = self.memory()?;
        let buckets = memory.buckets.as_slice();
        let taken: usize = buckets.iter().map(|bucket| bucket.taken(now)).sum();
        Some(Occupancy {
            room: buckets.len().saturating_mul(Bucket::LINKS) as u64,
            taken: taken as u64,
            forgotten: memory.forgotten.load(Ordering::Relaxed),
            revoked: memory.totals.marks(),
        })
    }
}

impl Memory {
    fn new(zone: &Zone, now: u64) -> Result<Self, Failed> {
        let revoked = zone.table_in(PARTS, || AtomicU64::new(0));
        let buckets = revoked.as_ref().and_then(|_| zone.table(Bucket::default));
        let (Some(revoked), Some(buckets)) = (revoked, buckets) else {
            zone.log(Level::Emergency, ZONE, "is too small; give it 1m");
            return Err(Failed);
        };
        let mut key = [0; 16];
        getrandom::fill(&mut key).map_err(|_| Failed)?;
        Ok(Self {
            layout: LAYOUT,
            key: Key(key),
            epoch: now,
            size: zone.size(),
            buckets,
            revoked,
            forgotten: AtomicU64::new(0),
            told: AtomicU64::new(0),
            totals: Totals::default(),
        })
    }

    pub(super) fn key(&self) -> &Key {
        &self.key
    }

    pub(super) fn links(&self) -> links::Links<'_> {
        links::Links {
            buckets: self.buckets.as_slice(),
        }
    }

    pub(super) fn totals(&self) -> &Totals {
        &self.totals
    }

    pub(super) fn revoked(&self) -> RevokedSet<'_> {
        RevokedSet {
            entries: self.revoked.as_slice(),
            epoch: self.epoch,
        }
    }

    /// Counts links that were forgotten. How large the zone should be, in bytes, where that was not told for a while.
    pub(super) fn forget(&self, number: u32, now: u64) -> Option<usize> {
        let order = Ordering::Relaxed;
        self.forgotten.fetch_add(number.into(), order);
        let told = self.told.load(order);
        let is_news = now.saturating_sub(told) >= TELLING
            && self.told.compare_exchange(told, now, order, order).is_ok();
        is_news.then(|| self.size.saturating_mul(2))
    }
}
