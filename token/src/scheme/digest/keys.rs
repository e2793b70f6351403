//! The keys of digest schemes.

use alloc::boxed::Box;

use zeroize::Zeroize as _;

use crate::format::LONGEST_KEY;
use crate::hmac::Hmac;
use crate::key::Prepared;
use crate::{Format, Key, KeyError, Secret, SecretSpelling};

/// What is made of a secret beforehand.
pub(super) fn prepare(format: &Format, secret: Secret<'_>) -> Result<Option<Key>, KeyError> {
    if !format.digest.is_keyed {
        // The secret itself is hashed, somewhere in the message.
        return match format.secret {
            SecretSpelling::Text => Ok(None),
            _ => with_bytes(format, secret, |_| None),
        };
    }
    hmac(format, secret.expose()).map(|key| Some(Key(Prepared::Hmac(Box::new(key)))))
}

/// Does with the bytes that a secret's text means what is to be done.
///
/// # Errors
/// For a secret that is not written as the format says.
#[cold]
pub(super) fn with_bytes<T>(
    format: &Format,
    secret: Secret<'_>,
    then: impl FnOnce(Secret<'_>) -> T,
) -> Result<T, KeyError> {
    let mut room = [0; LONGEST_KEY];
    let key = format.secret.key(secret.expose(), &mut room);
    let done = key.map(|key| then(Secret::new(key)));
    room.zeroize();
    done
}

/// The key of a secret that was not prepared, such as a variable's.
#[cold]
pub(super) fn hmac(format: &Format, secret: &[u8]) -> Result<Hmac, KeyError> {
    let mut room = [0; LONGEST_KEY];
    let key = format.secret.key(secret, &mut room);
    let hmac = key.and_then(|key| Hmac::new(format.digest.hash, key).ok_or(KeyError::TooLong));
    room.zeroize();
    hmac
}
