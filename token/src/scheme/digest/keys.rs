//! The keys of digest schemes.

use zeroize::Zeroize as _;

use super::Row;
use crate::format::LONGEST_KEY;
use crate::hmac::HmacSha1;
use crate::key::Prepared;
use crate::{Function, Key, KeyError, Secret};

/// What is made of a secret beforehand.
pub(super) fn prepare<R: Row>(secret: Secret<'_>) -> Result<Option<Key>, KeyError> {
    match R::FORMAT.digest.function {
        // The secret itself is hashed, somewhere in the message.
        Function::Md5 => Ok(None),
        Function::HmacSha1 => {
            let key = hmac_sha1::<R>(secret.expose())?;
            Ok(Some(Key(Prepared::HmacSha1(key))))
        }
    }
}

/// The key of a secret that was not prepared, such as a variable's.
#[cold]
pub(super) fn hmac_sha1<R: Row>(secret: &[u8]) -> Result<HmacSha1, KeyError> {
    let mut room = [0; LONGEST_KEY];
    let key = R::FORMAT.secret.key(secret, &mut room);
    let hmac = key.and_then(|key| HmacSha1::new(key).ok_or(KeyError::TooLong));
    room.zeroize();
    hmac
}
