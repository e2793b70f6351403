//! A number that belongs to one of the links that have a place one after the other.

use crate::atomic::{AtomicU64, SeqCst};

const BITS: u32 = 48;
/// The largest number that a word has room for.
pub(crate) const MOST: u64 = (1 << BITS) - 1;

/// A number of 48 bits, and the generation of the link that it is of.
///
/// Whoever still has to do with an earlier link reads and writes under that one's generation, and so does the later one no
/// harm.
#[derive(Default)]
#[repr(transparent)]
pub(crate) struct Word(AtomicU64);

/// What stood in a word.
#[derive(Clone, Copy)]
pub(crate) struct Read(u64);

impl Read {
    /// Whether nothing stood there.
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The number; `None` where it is of another link.
    #[inline]
    pub(crate) fn of(self, generation: u16) -> Option<u64> {
        (self.0 >> BITS == u64::from(generation) && self.0 != 0).then_some(self.0 & MOST)
    }
}

impl Word {
    /// Puts nothing there, unless something else stands there than was read.
    pub(crate) fn clear(&self, read: Read) {
        // Where that fails somebody who counts was faster.
        let _ = self.0.compare_exchange(read.0, 0, SeqCst, SeqCst);
    }

    #[inline]
    pub(crate) fn read(&self) -> Read {
        Read(self.0.load(SeqCst))
    }

    /// Puts a number there, unless something else stands there than was read. What was read of another generation may be
    /// replaced only by who knows that the link still has its place: that generation may be a later one.
    #[inline]
    pub(crate) fn replace(&self, read: Read, generation: u16, number: u64) -> bool {
        let new = u64::from(generation) << BITS | number.min(MOST);
        self.0.compare_exchange(read.0, new, SeqCst, SeqCst).is_ok()
    }
}
