//! Names of parameters.

use alloc::borrow::Cow;
use core::fmt;
use core::ops::Deref;

/// The name of a parameter. Names are compared byte by byte.
#[derive(Clone, PartialEq, Eq)]
pub struct Name {
    text: Cow<'static, [u8]>,
    /// Its bytes as a number, and which bytes of eight those are. None where it is longer.
    word: u64,
    mask: u64,
}

impl Name {
    /// A name that is known beforehand.
    pub(crate) const fn of(text: &'static str) -> Self {
        let (word, mask) = word(text.as_bytes());
        Self {
            text: Cow::Borrowed(text.as_bytes()),
            word,
            mask,
        }
    }

    /// Any name.
    pub fn new(text: &[u8]) -> Self {
        let (word, mask) = word(text);
        Self {
            text: Cow::Owned(text.to_vec()),
            word,
            mask,
        }
    }

    /// What stands behind the name at the beginning of a text. `None` where the text begins otherwise.
    #[inline(always)]
    pub(crate) fn strip<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        let is_short = self.mask != 0;
        let Some(chunk) = text.first_chunk::<8>().filter(|_| is_short) else {
            return self.strip_slowly(text);
        };
        if (u64::from_le_bytes(*chunk) ^ self.word) & self.mask != 0 {
            return None;
        }
        text.get(self.text.len()..)
    }

    /// Byte by byte: most others differ in the first one.
    #[inline(never)]
    fn strip_slowly<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        let rest = text.get(self.text.len()..)?;
        let begins = self.text.iter().zip(text).all(|(one, other)| one == other);
        begins.then_some(rest)
    }
}

const fn word(text: &[u8]) -> (u64, u64) {
    let (mut word, mut mask, mut shift) = (0, 0, 0u32);
    let mut rest = text;
    while let [byte, behind @ ..] = rest {
        if shift >= u64::BITS {
            return (0, 0);
        }
        word |= (*byte as u64) << shift;
        mask |= 0xff << shift;
        shift = shift.wrapping_add(u8::BITS);
        rest = behind;
    }
    (word, mask)
}

impl Deref for Name {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.text
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", alloc::string::String::from_utf8_lossy(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_any_length_is_known_in_a_text_of_any_length() {
        for name in [
            "s",
            "st",
            "expires",
            "security",
            "signature",
            "a-long-name-of-a-token",
        ] {
            for behind in ["", "=", "=1", "=m6WCATfRgS_5lcyChCPgrw"] {
                let text = [name, behind].concat();
                let (known, new) = (Name::of(name), Name::new(name.as_bytes()));
                assert_eq!(known, new);
                assert_eq!(
                    new.strip(text.as_bytes()),
                    Some(behind.as_bytes()),
                    "{text}"
                );
                for at in 0..name.len() {
                    let mut other = text.clone().into_bytes();
                    other[at] ^= 1;
                    assert_eq!(new.strip(&other), None, "{other:?}");
                    assert_eq!(new.strip(&text.as_bytes()[..at]), None);
                }
            }
        }
    }
}
