//! What is kept of a value of which the end is yet to come.

use crate::text::put;

/// The longest URI that is looked at, with blanks around it; a longer one is left.
pub const LONGEST: usize = 8192;

/// The beginning of a value that chunks cut.
#[derive(Debug)]
pub(super) struct Held {
    room: [u8; LONGEST],
    len: usize,
}

impl Held {
    pub(super) const fn new() -> Self {
        Held {
            room: [0; LONGEST],
            len: 0,
        }
    }

    /// Keeps another piece; false, and nothing changes, if it does not fit.
    pub(super) fn add(&mut self, piece: &[u8]) -> bool {
        let end = put(&mut self.room, self.len, piece);
        self.len = end.unwrap_or(self.len);
        end.is_some()
    }

    /// The value, of which `piece` is the end: not copied if it is all. `None` if it is too long.
    pub(super) fn with<'v>(&'v mut self, piece: &'v [u8]) -> Option<&'v [u8]> {
        if self.len == 0 {
            return (piece.len() <= LONGEST).then_some(piece);
        }
        self.add(piece).then_some(self.room.get(..self.len)?)
    }

    /// What is kept, which is no longer kept.
    pub(super) fn take(&mut self) -> &[u8] {
        let len = core::mem::take(&mut self.len);
        self.room.get(..len).unwrap_or_default()
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }
}
