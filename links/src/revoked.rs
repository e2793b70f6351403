//! What was revoked while the server ran. Nothing of it is forgotten before it is over.

use crate::Trace;
use crate::atomic::{AtomicU64, SeqCst};

/// How many places are looked at for one entry. So many that three quarters of a large table can be taken before one finds none.
const PROBES: usize = 512;
/// Bits of an entry by which it is known.
const TAG_BITS: u32 = 44;
/// Bits of an entry that say when it is over.
const END_BITS: u32 = 20;
/// What those count, in seconds: they last for 68 years.
const UNIT: u64 = 2048;
/// The end of what is never over.
const NEVER: u64 = (1 << END_BITS) - 1;

/// What was revoked while the server ran: entries that are one word each, none of which is ever taken out.
#[derive(Clone, Copy)]
pub struct RevokedSet<'m> {
    /// 0 where nothing is.
    pub entries: &'m [AtomicU64],
    /// The second, in Unix time, since which ends are counted.
    pub epoch: u64,
}

/// There was no room for an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRoom;

impl<'m> RevokedSet<'m> {
    /// Whether it is there.
    #[inline]
    pub fn has(&self, trace: Trace) -> bool {
        self.find(trace).is_some()
    }

    /// Puts it there for good. Whether it was not there before.
    ///
    /// # Errors
    /// [`NoRoom`] where all places that it could have are taken.
    pub fn add(&self, trace: Trace, now: u64) -> Result<bool, NoRoom> {
        let tag = trace.tag::<TAG_BITS>();
        let entry = tag << END_BITS | NEVER;
        let is_it = |there: u64| there >> END_BITS == tag;
        loop {
            // One look at each place: whoever comes there with the same entry swaps it at the place that was read here.
            let mut free = None;
            let mut known = None;
            for (place, there) in self.places(trace) {
                if is_it(there) {
                    known = Some((place, there));
                    break;
                }
                if there == 0 || self.is_over(there & NEVER, now) {
                    free = free.or(Some((place, there)));
                }
                if there == 0 {
                    break;
                }
            }
            let (place, there) = known.or(free).ok_or(NoRoom)?;
            // One that was there may have had an end: from now on it has none until that is said of it again.
            if there == entry || place.compare_exchange(there, entry, SeqCst, SeqCst).is_ok() {
                return Ok(known.is_none());
            }
        }
    }

    /// To be told when it would have been over by itself, in Unix seconds: from then on others may have its place.
    pub fn end_at(&self, trace: Trace, end: u64) {
        let Some((place, there)) = self.find(trace) else {
            return;
        };
        let end = end
            .saturating_sub(self.epoch)
            .div_ceil(UNIT)
            .saturating_add(1);
        if end < NEVER && there & NEVER == NEVER {
            // Where that fails somebody else has said so.
            let _ = place.compare_exchange(there, there & !NEVER | end, SeqCst, SeqCst);
        }
    }

    fn is_over(&self, end: u64, now: u64) -> bool {
        end != NEVER && end < now.saturating_sub(self.epoch).div_euclid(UNIT)
    }

    #[inline]
    fn find(&self, trace: Trace) -> Option<(&'m AtomicU64, u64)> {
        let tag = trace.tag::<TAG_BITS>();
        self.places(trace)
            .take_while(|(_, there)| *there != 0)
            .find(|(_, there)| there >> END_BITS == tag)
    }

    /// Its places, in the order in which they are taken.
    #[inline]
    fn places(&self, trace: Trace) -> impl Iterator<Item = (&'m AtomicU64, u64)> + use<'m> {
        let at = trace.position(self.entries.len());
        let (front, behind) = self.entries.split_at_checked(at).unwrap_or_default();
        let places = behind.iter().chain(front).take(PROBES);
        places.map(|place| (place, place.load(SeqCst)))
    }
}
