//! HMAC (RFC 2104) with the hash functions that schemes use it with.

use hmac::{Hmac as State, KeyInit as _, Mac as _};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq as _;

use crate::{Hash, TokenId};

/// A key's inner and outer state, so that the key itself is not hashed again for every message. A clone of it takes
/// a message.
#[derive(Clone)]
pub(crate) enum Hmac {
    Md5(State<Md5>),
    Sha1(State<Sha1>),
    Sha256(State<Sha256>),
    Sha384(State<Sha384>),
    Sha512(State<Sha512>),
}

/// Does with the state of any function what is to be done.
macro_rules! with_state {
    ($hmac:expr, $state:ident => $done:expr) => {
        match $hmac {
            Hmac::Md5($state) => $done,
            Hmac::Sha1($state) => $done,
            Hmac::Sha256($state) => $done,
            Hmac::Sha384($state) => $done,
            Hmac::Sha512($state) => $done,
        }
    };
}

impl Hmac {
    /// Of a key of any length.
    pub(crate) fn new(hash: Hash, key: &[u8]) -> Option<Self> {
        Some(match hash {
            Hash::Md5 => Self::Md5(State::new_from_slice(key).ok()?),
            Hash::Sha1 => Self::Sha1(State::new_from_slice(key).ok()?),
            Hash::Sha256 => Self::Sha256(State::new_from_slice(key).ok()?),
            Hash::Sha384 => Self::Sha384(State::new_from_slice(key).ok()?),
            Hash::Sha512 => Self::Sha512(State::new_from_slice(key).ok()?),
        })
    }

    #[inline]
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        with_state!(self, state => state.update(bytes));
    }

    pub(crate) fn finish(self) -> Code {
        with_state!(self, state => Code::widened(&state.finalize().into_bytes()))
    }
}

/// Bytes of the longest code.
const LONGEST: usize = 64;

/// What a HMAC makes of a message, with zeros behind it.
pub(crate) struct Code([u8; LONGEST]);

impl Code {
    fn widened(code: &[u8]) -> Self {
        let mut bytes = [0; LONGEST];
        for (room, byte) in bytes.iter_mut().zip(code) {
            *room = *byte;
        }
        Self(bytes)
    }

    /// Reads hexadecimal digits in lower case. `None` for another number of them than the function's codes have.
    pub(crate) fn from_hex(hash: Hash, text: &[u8]) -> Option<Self> {
        let mut bytes = [0; LONGEST];
        crate::encoding::hex_lower(text, bytes.get_mut(..hash.length())?)?;
        Some(Self(bytes))
    }

    /// The bytes that a function's code has.
    pub(crate) fn bytes(&self, hash: Hash) -> &[u8] {
        self.0.get(..hash.length()).unwrap_or_default()
    }

    /// What a token with this code is known by.
    pub(crate) fn id(&self) -> TokenId {
        TokenId::of(&self.0)
    }

    /// So many bytes at its beginning.
    pub(crate) fn first<const N: usize>(&self) -> Option<[u8; N]> {
        self.0.first_chunk().copied()
    }

    /// Its bytes, and zeros behind them.
    pub(crate) const fn all(self) -> [u8; LONGEST] {
        self.0
    }

    /// Compares in the same time whatever the bytes are.
    pub(crate) fn is(&self, other: &Self) -> bool {
        // As numbers: subtle looks at the bytes of a slice one by one.
        let (one, _) = self.0.as_chunks();
        let (other, _) = other.0.as_chunks();
        let differing = one.iter().zip(other).fold(0, |found, (one, other)| {
            found | (u128::from_ne_bytes(*one) ^ u128::from_ne_bytes(*other))
        });
        differing.ct_eq(&0).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 2202, test case 2; RFC 4231, test case 2.
    const JEFE: [(Hash, &str); 5] = [
        (Hash::Md5, "750c783e6ab0b503eaa86e310a5db738"),
        (Hash::Sha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        (
            Hash::Sha256,
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            Hash::Sha384,
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
        ),
        (
            Hash::Sha512,
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd\
             caeab1a34d4a6b4b636e070a38bce737",
        ),
    ];

    #[test]
    fn every_function_makes_the_codes_of_its_document_from_a_key_that_is_used_twice() {
        for (hash, expected) in JEFE {
            let key = Hmac::new(hash, b"Jefe").unwrap();
            for pieces in [
                &["what do ya want ", "for nothing?"][..],
                &["what do ya want for nothing?"],
            ] {
                let mut hmac = key.clone();
                pieces
                    .iter()
                    .for_each(|piece| hmac.update(piece.as_bytes()));
                let code = hmac.finish();
                let expected = Code::from_hex(hash, expected.as_bytes()).unwrap();
                assert!(code.is(&expected), "{hash:?}");
                assert_eq!(code.bytes(hash), expected.bytes(hash));
            }
        }
    }

    #[test]
    fn a_code_that_differs_in_one_bit_is_another() {
        for (hash, text) in JEFE {
            let code = || Code::from_hex(hash, text.as_bytes()).unwrap();
            for at in 0..hash.length() {
                for bit in 0..8 {
                    let mut other = code();
                    other.0[at] ^= 1 << bit;
                    assert!(!code().is(&other), "{hash:?}, byte {at}");
                }
            }
        }
    }

    #[test]
    fn a_code_has_one_spelling() {
        for (hash, text) in JEFE {
            let upper = text.to_ascii_uppercase();
            for other in ["", &text[1..], &text[2..], &upper, &[text, "00"].concat()] {
                assert!(Code::from_hex(hash, other.as_bytes()).is_none(), "{other}");
            }
        }
    }
}
