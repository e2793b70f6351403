//! What the functions of [`inspect`](crate::inspect) know of this scheme.

use alloc::vec;
use alloc::vec::Vec;

use super::claims::{ClaimList, Form};
use super::{LONGEST, NONCE_LENGTH, Sealed, TAG_LENGTH, decoded};
use crate::cipher::Gcm;
use crate::judge::{Demands as _, Obstacle};
use crate::{Failure, Reason, Request, Rules, Secret};

/// Whether a text could be a token under some secret.
pub(super) fn has_form(token: &[u8], is_legacy: bool) -> bool {
    Sealed::decode(token, is_legacy, &mut [0; decoded(LONGEST)]).is_some()
}

/// The claims of a token. `None` where the secret does not fit.
pub(super) fn unseal(token: &[u8], secret: Secret<'_>, is_legacy: bool) -> Option<Vec<u8>> {
    let mut buffer = [0; decoded(LONGEST)];
    let mut sealed = Sealed::decode(token, is_legacy, &mut buffer)?;
    sealed.open(secret).then(|| sealed.text().to_vec())
}

/// What stands behind the nonce, its tag not looked at.
pub(super) fn decipher(sealed: &[u8], secret: Secret<'_>) -> Option<Vec<u8>> {
    let (nonce, text) = sealed.split_first_chunk::<NONCE_LENGTH>()?;
    // The cipher is a stream: what encrypts a text a second time decrypts it.
    let mut room = vec![0; sealed.len().checked_add(TAG_LENGTH)?];
    let end = sealed.len();
    room.get_mut(NONCE_LENGTH..end)?.copy_from_slice(text);
    Gcm::new(secret).seal(*nonce, &mut room)?;
    Some(room.get(NONCE_LENGTH..end)?.to_vec())
}

/// The first demand of these claims that a request does not meet, their expiry apart.
pub(super) fn refusal(
    claims: &[u8],
    request: &impl Request,
    rules: &Rules,
) -> Result<Option<Reason>, Failure> {
    match ClaimList::parse(claims, Form::Authentic).hold(request, rules) {
        Ok(()) => Ok(None),
        Err(Obstacle::Because(reason)) => Ok(Some(reason)),
        Err(Obstacle::Unknown(failure)) => Err(failure),
    }
}
