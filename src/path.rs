//! A token in the path, which is no part of the file's name.

use ngx::http::Request;
use token::{Carrier, Place};

use crate::decision::Decision;
use crate::gate::Gate;
use crate::nginx::{self, Failed};

/// Takes the token of a request that goes on out of its path, before content is looked for. Only what a secret opened
/// is taken out: the location was found by the whole path, and who signs nothing shall not choose another.
#[inline]
pub(crate) fn strip(r: &mut Request, decision: &Decision) {
    if let Some(place) = place(decision) {
        nginx::shorten_path(r, |r| segments(r, place));
    }
}

/// The path that a request's token is for, decoded: the one that the client asked for, without the token, unless the
/// operator says another.
pub(crate) fn of_token<'a>(
    r: &'a Request,
    gate: &'a Gate,
    decision: &Decision,
) -> Result<&'a [u8], Failed> {
    if let Some(stated) = gate.uri.as_deref() {
        return stated.get(r);
    }
    let path = nginx::sent_path(r)?;
    let behind = place(decision).and_then(|place| path.strip_prefix(segments(r, place)));
    Ok(behind.unwrap_or(path))
}

/// Where an opened token stands, if that is in the path.
#[inline]
fn place(decision: &Decision) -> Option<Place> {
    let place = decision.token().map(|token| token.place);
    place.filter(|place| place.carrier == Carrier::Path)
}

/// The token's segments, with the slash in front of them.
fn segments(r: &Request, place: Place) -> &[u8] {
    let sent = nginx::sent_target(r);
    place.own(sent).next().unwrap_or_default()
}
