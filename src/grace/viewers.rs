//! Who watches what, in memory that all workers share.
//!
//! No lock is ever held: what two workers write at the same time, or one that dies over it, is at worst forgotten, and
//! who is forgotten has no grace.

use std::cell::{Cell, OnceCell};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::trace::Trace;
use crate::nginx::{Failed, Level, Shareable, Shared, Table, Zone};

/// The directive that has the zone for it.
const ZONE: &str = "secure_token_playback_zone";
/// What lies in the zone: to be raised where a version of this module means something else by it.
/// Another one than any other zone of this module has: NGINX hands a zone on by its name, whatever directive has it.
const LAYOUT: u64 = u64::from_le_bytes(*b"viewers1");
/// How many are in a bucket, which is a line of the processor's cache.
const WAYS: usize = 5;
/// How often at most it is told that there is no room, in seconds.
const TELLING: u32 = 60;

/// Who watches what.
#[derive(Default)]
pub(crate) struct Viewers {
    memory: OnceCell<Shared<Memory>>,
    /// The longest grace that is in force anywhere, in seconds.
    longest: Cell<u64>,
}

/// What all workers share.
#[repr(C)]
struct Memory {
    layout: u64,
    /// Known to nobody, so that nobody can make two viewers look alike.
    key: [u8; 16],
    buckets: Table<Bucket>,
    /// When it was told last that there is no room.
    told: AtomicU32,
}

#[derive(Default)]
#[repr(C, align(64))]
struct Bucket {
    /// 0 is nobody.
    tags: [AtomicU64; WAYS],
    /// The second from which on nobody asks for it any more.
    ends: [AtomicU32; WAYS],
}

// SAFETY: it is made of numbers, atomics, and a table that promises the same.
unsafe impl Shareable for Memory {}
// SAFETY: it is made of atomics.
unsafe impl Shareable for Bucket {}

/// There was no room for a viewer.
pub(super) struct NoRoom {
    /// Whether it has not been told for a while.
    pub(super) is_news: bool,
}

impl Viewers {
    /// To be called once the zone's memory is there. Whoever was remembered under an earlier configuration still is.
    pub(crate) fn settle(&self, zone: &Zone) -> Result<(), Failed> {
        // SAFETY: NGINX gives the zone to this module alone, and whatever version of it put something there began with
        // the layout.
        let memory = match unsafe { zone.root::<Memory>() } {
            Some(memory) if memory.layout == LAYOUT => memory,
            Some(_) => {
                zone.log(
                    Level::Error,
                    ZONE,
                    "has what another version of the module put there, and remembers nobody until it gets another size",
                );
                return Ok(());
            }
            None => {
                let Some(buckets) = zone.table(Bucket::default) else {
                    zone.log(Level::Emergency, ZONE, "is too small; give it 1m");
                    return Err(Failed);
                };
                let mut key = [0; 16];
                getrandom::fill(&mut key).map_err(|_| Failed)?;
                let memory = Memory {
                    layout: LAYOUT,
                    key,
                    buckets,
                    told: AtomicU32::new(0),
                };
                zone.set_root(memory).ok_or(Failed)?
            }
        };
        let memory = zone.share(memory).ok_or(Failed)?;
        // Set once: every configuration has viewers of its own.
        self.memory.set(memory).map_err(|_| Failed)
    }

    /// To be called with each grace that is in force.
    pub(crate) fn keep_for(&self, seconds: u64) {
        self.longest.set(self.longest.get().max(seconds));
    }

    /// What their traces are made with; `None` where nobody can be remembered.
    pub(super) fn key(&self) -> Option<&[u8; 16]> {
        self.memory().map(|memory| &memory.key)
    }

    /// Whether the trace is there.
    pub(super) fn know(&self, trace: Trace) -> bool {
        let bucket = self.memory().and_then(|memory| memory.bucket(trace));
        bucket.is_some_and(|bucket| {
            let mut tags = bucket.tags.iter();
            tags.any(|tag| tag.load(Ordering::Relaxed) == trace.tag)
        })
    }

    /// Remembers a trace for the longest grace from `begin` on, when the token opens no more by itself. Where the bucket is
    /// full the one that is asked for last gives way: until then it will have been remembered again, for every request of
    /// a viewer is a new occasion. By another grace than its neighbours' one would outdo those that have expired, who are
    /// remembered no more. `now` and `begin` in Unix seconds.
    pub(super) fn remember(&self, trace: Trace, begin: u64, now: u64) -> Result<(), NoRoom> {
        let Some(memory) = self.memory() else {
            return Ok(());
        };
        let Some(bucket) = memory.bucket(trace) else {
            return Ok(());
        };
        let end = seconds(begin.saturating_add(self.longest.get()));
        let now = seconds(now);
        let mut latest: Option<(&AtomicU64, &AtomicU32, u32)> = None;
        for (tag, its_end) in bucket.tags.iter().zip(&bucket.ends) {
            let its_tag = tag.load(Ordering::Relaxed);
            if its_tag == trace.tag {
                return Ok(());
            }
            let ends = its_end.load(Ordering::Relaxed);
            let is_free = its_tag == 0 || ends < now;
            let ends = if is_free { u32::MAX } else { ends };
            if latest.is_none_or(|(.., latest)| ends > latest) {
                latest = Some((tag, its_end, ends));
            }
        }
        match latest {
            Some((tag, its_end, latest)) if latest > end || latest == u32::MAX => {
                its_end.store(end, Ordering::Relaxed);
                tag.store(trace.tag, Ordering::Relaxed);
                Ok(())
            }
            _ => Err(NoRoom {
                is_news: memory.is_news(now),
            }),
        }
    }

    fn memory(&self) -> Option<&Memory> {
        self.memory.get()?.get()
    }
}

impl Memory {
    fn bucket(&self, trace: Trace) -> Option<&Bucket> {
        let buckets = self.buckets.as_slice();
        // As many for each bucket, whatever their number is.
        let position = u128::from(trace.bucket).wrapping_mul(buckets.len() as u128) >> 64;
        buckets.get(position as usize)
    }

    /// One worker is told so.
    fn is_news(&self, now: u32) -> bool {
        let told = self.told.load(Ordering::Relaxed);
        let order = Ordering::Relaxed;
        now.saturating_sub(told) >= TELLING
            && self.told.compare_exchange(told, now, order, order).is_ok()
    }
}

/// What lies behind the last second that there is room for is the last one.
fn seconds(time: u64) -> u32 {
    time.try_into().unwrap_or(u32::MAX)
}
