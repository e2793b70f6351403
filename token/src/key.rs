//! What a scheme makes of a secret once, so that requests need not make it again.

use alloc::boxed::Box;
use core::fmt;

use crate::cipher::{Cfb, Gcm};
use crate::hmac::HmacSha1;

/// A key that was prepared from a secret. It is wiped when it is dropped.
pub struct Key(pub(crate) Prepared);

pub(crate) enum Prepared {
    /// Of tokens that are encrypted.
    Sealed {
        gcm: Box<Gcm>,
        cfb: Option<Box<Cfb>>,
    },
    /// Of tokens that are a HMAC.
    HmacSha1(HmacSha1),
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

/// Why a scheme cannot use a secret. It reads as what follows "the secret".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// It is empty, and anybody could sign with it.
    Empty,
    /// The scheme's secrets are written in base64, and this is none.
    NotBase64,
    /// It is longer than any key of the scheme.
    TooLong,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "is empty, and anybody could sign with it; write the secret itself",
            Self::NotBase64 => {
                "is not base64, as this scheme's are written: A-Z, a-z, 0-9, \"+\" and \"/\", padded with \"=\" to a \
                 multiple of four; \"openssl rand -base64 32\" makes one"
            }
            Self::TooLong => "has more than 1368 characters of base64; write a shorter one",
        })
    }
}

impl core::error::Error for KeyError {}
