//! What some signers hash behind everything else.

use alloc::boxed::Box;
use core::fmt;

use crate::encoding;

/// A salt. It is a second, weaker secret, and is never printed.
pub(super) struct Salt(Box<[u8]>);

impl Salt {
    /// `None` for an empty text, and for one with control characters, which is never hashed.
    pub(super) fn new(text: &[u8]) -> Option<Self> {
        (!text.is_empty() && encoding::is_plain(text)).then(|| Self(text.into()))
    }

    /// The text, to be hashed.
    pub(super) fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(..)")
    }
}
