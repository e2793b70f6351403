//! Sets of bytes.

/// A set of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bytes {
    ascii: u128,
    others: u128,
}

impl Bytes {
    pub(super) const NONE: Self = Self {
        ascii: 0,
        others: 0,
    };

    /// Stands for the secret, which nobody knows who has a link: no field and no text of a format has this byte.
    pub(super) const SECRET: Self = Self::NONE.and(b"\0");

    pub(super) const DIGITS: Self = Self::NONE.and(b"0123456789");
    pub(super) const HEX_DIGITS: Self = Self::DIGITS.and(b"abcdef");

    /// What a path and decoded fields may hold: no control characters.
    pub(super) const PLAIN: Self = Self {
        ascii: !(u32::MAX as u128) & !(1 << 127),
        others: u128::MAX,
    };

    /// What can stand in a link as it is sent.
    pub(super) const SENT: Self = Self::PLAIN.without(b" #");

    pub(super) const fn and(self, bytes: &[u8]) -> Self {
        let Self {
            mut ascii,
            mut others,
        } = self;
        let mut rest = bytes;
        while let [byte, behind @ ..] = rest {
            let bit = 1u128.wrapping_shl(*byte as u32);
            if byte.is_ascii() {
                ascii |= bit;
            } else {
                others |= bit;
            }
            rest = behind;
        }
        Self { ascii, others }
    }

    pub(super) const fn without(self, bytes: &[u8]) -> Self {
        let other = Self::NONE.and(bytes);
        Self {
            ascii: self.ascii & !other.ascii,
            others: self.others & !other.others,
        }
    }

    pub(super) const fn in_both(self, other: Self) -> Self {
        Self {
            ascii: self.ascii & other.ascii,
            others: self.others & other.others,
        }
    }

    const fn has(self, byte: u8) -> bool {
        self.in_both(Self::NONE.and(&[byte])).is_some()
    }

    pub(super) const fn is_some(self) -> bool {
        self.ascii != 0 || self.others != 0
    }

    /// The one of them that reads best in an example.
    pub(super) fn example(self) -> Option<u8> {
        let letters = b'a'..=b'z';
        let best = b"xa2".iter().copied().chain(letters);
        best.chain(b'!'..=b'~')
            .chain(0..=u8::MAX)
            .find(|byte| self.has(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_was_put_in_and_not_taken_out() {
        let set = Bytes::SENT.without(b"/\xff");
        for byte in 0..=u8::MAX {
            let is_sent = !byte.is_ascii_control() && !b" #/\xff".contains(&byte);
            assert_eq!(set.has(byte), is_sent, "{byte}");
            assert_eq!(Bytes::NONE.and(&[byte]).example(), Some(byte));
        }
        assert_eq!(Bytes::NONE.example(), None);
    }
}
