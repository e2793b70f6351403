//! What a scheme makes of a secret once, so that requests need not make it again.

use alloc::boxed::Box;
use core::fmt;

use crate::cipher::{Cfb, Gcm, Nonces};
use crate::hmac::Hmac;

/// A key that was prepared from a secret. It is wiped when it is dropped.
pub struct Key(pub(crate) Prepared);

pub(crate) enum Prepared {
    /// Of tokens that are encrypted.
    Sealed {
        gcm: Box<Gcm>,
        cfb: Option<Box<Cfb>>,
        nonces: Option<Box<Nonces>>,
    },
    /// Of tokens that are a HMAC.
    Hmac(Box<Hmac>),
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
    /// The scheme's secrets are written in base64url, and this is not.
    NotBase64Url,
    /// The scheme's secrets are written in hexadecimal digits, and this is not.
    NotHex,
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
            Self::NotBase64Url => {
                "is not base64url, as this scheme's are written: A-Z, a-z, 0-9, \"-\" and \"_\"; \
                 \"openssl rand -base64 32 | tr +/ -_\" makes one"
            }
            Self::NotHex => {
                "is not hexadecimal, as this scheme's are written: an even number of the digits 0-9 and a-f; \
                 \"openssl rand -hex 32\" makes one"
            }
            Self::TooLong => "is longer than 1026 bytes once it is decoded; write a shorter one",
        })
    }
}

impl core::error::Error for KeyError {}
