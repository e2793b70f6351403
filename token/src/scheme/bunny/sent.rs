//! Text as it stands in a link.

use crate::encoding::escaped_byte;

/// A name or a value: as it was sent, or as it is meant.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SentText<'a> {
    bytes: &'a [u8],
    /// `%` and `+` stand for other bytes.
    is_escaped: bool,
}

impl<'a> SentText<'a> {
    /// Of an argument in a link.
    pub(super) const fn escaped(bytes: &'a [u8]) -> Self {
        let is_escaped = true;
        Self { bytes, is_escaped }
    }

    /// Text that stands for itself.
    pub(super) const fn plain(bytes: &'a [u8]) -> Self {
        let is_escaped = false;
        Self { bytes, is_escaped }
    }

    /// The bytes that are meant. A broken escape stands for itself: see [`is_whole`](Self::is_whole).
    pub(super) fn decoded(self) -> impl Iterator<Item = u8> + Clone + use<'a> {
        let mut rest = self.bytes;
        core::iter::from_fn(move || {
            let (&first, behind) = rest.split_first()?;
            rest = behind;
            if !self.is_escaped {
                return Some(first);
            }
            match first {
                b'+' => Some(b' '),
                b'%' => match escaped_byte(behind) {
                    Some(byte) => {
                        rest = behind.get(2..).unwrap_or_default();
                        Some(byte)
                    }
                    None => Some(first),
                },
                byte => Some(byte),
            }
        })
    }

    /// Whether every escape in it is one.
    pub(super) fn is_whole(self) -> bool {
        let mut escapes = self.bytes.iter().enumerate();
        !self.is_escaped
            || escapes.all(|(at, &byte)| {
                let behind = self.bytes.get(at..).and_then(|rest| rest.get(1..));
                byte != b'%' || behind.and_then(escaped_byte).is_some()
            })
    }

    /// Whether this very text stands there, and not another spelling of it.
    pub(super) fn is_spelt(self, text: &[u8]) -> bool {
        self.bytes == text
    }

    /// Whether this text is meant.
    pub(super) fn means(self, text: &[u8]) -> bool {
        self.decoded().eq(text.iter().copied())
    }

    /// Hands the bytes that are meant to what hashes them.
    pub(super) fn feed(self, ignore_case: bool, take: &mut impl FnMut(&[u8])) {
        let stands_for_itself = |byte: &u8| !matches!(byte, b'%' | b'+');
        if !ignore_case && (!self.is_escaped || self.bytes.iter().all(stands_for_itself)) {
            return take(self.bytes);
        }
        let mut decoded = self.decoded();
        loop {
            let mut buffer = [0; 64];
            let mut length = 0usize;
            for (slot, byte) in buffer.iter_mut().zip(&mut decoded) {
                *slot = if ignore_case {
                    byte.to_ascii_lowercase()
                } else {
                    byte
                };
                length = length.saturating_add(1);
            }
            take(buffer.get(..length).unwrap_or_default());
            if length < buffer.len() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use super::*;

    fn meant(text: &str) -> String {
        let bytes = SentText::escaped(text.as_bytes()).decoded().collect();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn escapes_are_decoded_once_and_a_plus_is_a_blank() {
        assert_eq!(meant("a%2Cb+c%2bd%2525"), "a,b c+d%25");
        assert!(SentText::plain(b"a%2Cb+c").means(b"a%2Cb+c"));
    }

    #[test]
    fn a_broken_escape_is_noticed() {
        for text in ["%", "%4", "a%zz", "%2C%", "%%41", "%+1"] {
            assert!(!SentText::escaped(text.as_bytes()).is_whole(), "{text}");
        }
        for text in ["", "%41", "a%2c%2Cb", "+"] {
            assert!(SentText::escaped(text.as_bytes()).is_whole(), "{text}");
        }
    }

    #[test]
    fn text_of_any_length_is_hashed_as_it_is_meant() {
        for length in 0..200 {
            let sent = "%41b".repeat(length);
            for ignore_case in [false, true] {
                let mut hashed = Vec::new();
                let take = &mut |bytes: &[u8]| hashed.extend_from_slice(bytes);
                SentText::escaped(sent.as_bytes()).feed(ignore_case, take);
                let meant = if ignore_case { "ab" } else { "Ab" };
                assert_eq!(hashed, meant.repeat(length).as_bytes());
            }
        }
    }
}
