//! A token in the path, which is no part of the file's name.

use ngx::http::Request;
use token::{Carrier, OpenedToken, Place};

use crate::decision::Decision;
use crate::gate::Gate;
use crate::nginx::{self, Failed};

/// Takes the token of a request that goes on out of its path, before content is looked for. Only what a secret opened
/// is taken out: the location was found by the whole path, and who signs nothing shall not choose another.
#[inline]
pub(crate) fn strip(r: &mut Request, decision: &Decision) -> Result<(), Failed> {
    match place(decision) {
        Some(place) => nginx::cut_path(r, |r| segments(r, place)),
        None => Ok(()),
    }
}

/// The path that a request's token is for, decoded: the one that the client asked for or, where that has the token,
/// what stands behind it, unless the operator says another.
pub(crate) fn of_token<'a>(
    r: &'a Request,
    gate: &'a Gate,
    decision: &Decision,
) -> Result<&'a [u8], Failed> {
    if let Some(stated) = gate.uri.as_deref() {
        return stated.get(r);
    }
    behind_token(r, place(decision))
}

/// What stands in front of a token as it was sent, and what stands behind it, decoded. Of one that is not in the path the
/// whole stands behind.
pub(crate) fn around_token<'a>(
    r: &'a Request,
    token: &OpenedToken,
) -> Result<(&'a [u8], &'a [u8]), Failed> {
    let place = Some(token.place).filter(|place| place.carrier == Carrier::Path);
    let front = place.map_or(b"".as_slice(), |place| segments(r, place).0);
    Ok((front, behind_token(r, place)?))
}

fn behind_token(r: &Request, place: Option<Place>) -> Result<&[u8], Failed> {
    let path = nginx::sent_path(r)?;
    let Some((front, token)) = place.map(|place| segments(r, place)) else {
        return Ok(path);
    };
    Ok(nginx::behind_cut(path, front, token).unwrap_or(path))
}

/// The path that the client asked for, decoded, without a token that stands in it.
pub(crate) fn without_token<'a>(r: &'a Request, decision: &Decision) -> Result<&'a [u8], Failed> {
    let path = nginx::sent_path(r)?;
    let segments = token_segments(r, decision);
    let behind = segments.and_then(|(front, token)| nginx::behind_cut(path, front, token));
    let (Some((front, _)), Some(behind)) = (segments, behind) else {
        return Ok(path);
    };
    let front = nginx::front_of(path, front).unwrap_or_default();
    nginx::keep_bytes(r, [front, behind].into_iter()).map(|path| &*path)
}

/// What stands in front of the token as it was sent, and the token's segments, with the slash in front of them; `None`
/// where it stands elsewhere.
pub(crate) fn token_segments<'a>(
    r: &'a Request,
    decision: &Decision,
) -> Option<(&'a [u8], &'a [u8])> {
    place(decision).map(|place| segments(r, place))
}

/// Where an opened token stands, if that is in the path.
#[inline]
fn place(decision: &Decision) -> Option<Place> {
    let place = decision.token().map(|token| token.place);
    place.filter(|place| place.carrier == Carrier::Path)
}

/// What stands in front of the token as it was sent, and the token's segments, with the slash in front of them.
fn segments(r: &Request, place: Place) -> (&[u8], &[u8]) {
    let sent = nginx::sent_target(r);
    let (front, _) = place.rest(sent);
    (front, place.own(sent).next().unwrap_or_default())
}
