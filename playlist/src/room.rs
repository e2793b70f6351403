//! Room for the path of a link, or its token.

use core::ops::{Deref, DerefMut};

/// The longest path that is looked at.
pub const LONGEST_PATH: usize = 8192;

/// The longest of nearly all links, with the path that they are resolved against.
const USUAL: usize = 384;

/// Room for the path of a link, on the stack. Clearing room for the longest would cost each link more than all else that is
/// done for it.
#[allow(
    clippy::large_enum_variant,
    reason = "it is never moved, and never in the heap"
)]
#[derive(Debug)]
pub(crate) enum Room {
    Usual([u8; USUAL]),
    Longest([u8; LONGEST_PATH]),
}

impl Room {
    /// Room for so many bytes, if there may be so many in a path.
    #[inline]
    pub(crate) fn of(length: usize) -> Self {
        if length <= USUAL {
            Self::Usual([0; USUAL])
        } else {
            Self::Longest([0; LONGEST_PATH])
        }
    }

    /// Has room for so many bytes, if there may be so many; what is there stays.
    #[inline]
    pub(crate) fn grow(&mut self, length: usize) {
        if let Self::Usual(usual) = self
            && length > USUAL
        {
            let mut longest = [0; LONGEST_PATH];
            if let Some(place) = longest.get_mut(..USUAL) {
                place.copy_from_slice(usual);
            }
            *self = Self::Longest(longest);
        }
    }
}

impl Deref for Room {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Usual(room) => room,
            Self::Longest(room) => room,
        }
    }
}

impl DerefMut for Room {
    fn deref_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Usual(room) => room,
            Self::Longest(room) => room,
        }
    }
}
