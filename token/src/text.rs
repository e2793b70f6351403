//! Text taken apart, and short text on the stack.

use core::fmt;

/// What stands between the separators. Faster than the slices' own `split` for more than a few bytes.
pub(crate) fn split(text: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> + Clone {
    let mut rest = Some(text);
    core::iter::from_fn(move || match split_once(rest?, separator) {
        Some((piece, behind)) => {
            rest = Some(behind);
            Some(piece)
        }
        None => rest.take(),
    })
}

/// What stands in front of the first separator, and what stands behind it.
#[inline]
pub(crate) fn split_once(text: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(separator, text)?;
    let (front, behind) = text.split_at_checked(at)?;
    Some((front, behind.get(1..)?))
}

/// The longest text of an IPv6 address; an expiry is shorter.
const LONGEST: usize = 39;

/// Text that is written without allocation.
pub(crate) struct Text {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Text {
    pub(crate) const fn new() -> Self {
        Self {
            bytes: [0; LONGEST],
            length: 0,
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        // Only whole pieces of text are ever written.
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl fmt::Write for Text {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let end = self.length.saturating_add(part.len());
        let room = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        room.copy_from_slice(part.as_bytes());
        self.length = end;
        Ok(())
    }
}
