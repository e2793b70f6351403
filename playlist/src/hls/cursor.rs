//! A chunk of a playlist.

/// A chunk: what was read of it, and what was handed on.
pub(super) struct Cursor<'c> {
    chunk: &'c [u8],
    at: usize,
    handed: usize,
}

impl<'c> Cursor<'c> {
    pub(super) fn new(chunk: &'c [u8]) -> Self {
        Cursor {
            chunk,
            at: 0,
            handed: 0,
        }
    }

    pub(super) fn rest(&self) -> &'c [u8] {
        self.chunk.get(self.at..).unwrap_or_default()
    }

    pub(super) fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    /// Goes to what was found, or to the end.
    pub(super) fn skip_to(&mut self, found: Option<usize>) -> Option<u8> {
        let rest = self.rest();
        self.skip(found.unwrap_or(rest.len()));
        rest.get(found?).copied()
    }

    /// What was read and not handed on, which is handed on from now.
    pub(super) fn take(&mut self) -> &'c [u8] {
        let taken = self.chunk.get(self.handed..self.at).unwrap_or_default();
        self.handed = self.at;
        taken
    }
}
