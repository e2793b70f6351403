//! The shared secret that signs and opens links.

use core::fmt;

use crate::Key;

/// A borrowed secret: raw bytes that are never printed.
#[derive(Clone, Copy)]
pub struct Secret<'a> {
    text: &'a [u8],
    key: Option<&'a Key>,
}

impl<'a> Secret<'a> {
    /// Takes the secret's text as it is.
    pub const fn new(text: &'a [u8]) -> Self {
        Self { text, key: None }
    }

    /// The longest file that holds a secret, in bytes.
    pub const LONGEST_FILE: usize = 64 * 1024;

    /// The secret in the text of a file: all of it but one newline at its end, which editors put there.
    pub fn in_file(text: &[u8]) -> &[u8] {
        match text.strip_suffix(b"\n") {
            Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
            None => text,
        }
    }

    /// The same secret with what [`Scheme::prepare`](crate::Scheme::prepare) made of it.
    #[must_use]
    pub const fn with_key(self, key: Option<&'a Key>) -> Self {
        Self { key, ..self }
    }

    /// The text, to be hashed.
    pub(crate) const fn expose(self) -> &'a [u8] {
        self.text
    }

    /// What was made of it beforehand.
    pub(crate) const fn key(self) -> Option<&'a Key> {
        self.key
    }

    /// An empty secret is no secret: it opens and signs nothing.
    pub const fn is_empty(self) -> bool {
        self.text.is_empty()
    }
}

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
