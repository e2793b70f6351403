//! The shared secret that signs and opens links.

use core::fmt;

/// A borrowed secret: raw bytes that are never printed.
#[derive(Clone, Copy)]
pub struct Secret<'a>(&'a [u8]);

impl<'a> Secret<'a> {
    /// Takes the secret's text as it is.
    pub const fn new(text: &'a [u8]) -> Self {
        Self(text)
    }

    /// The text, to be hashed.
    pub(crate) const fn expose(self) -> &'a [u8] {
        self.0
    }

    /// An empty secret is no secret: it opens and signs nothing.
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
