//! A token in the path, which is no part of the file's name.

use ngx::http::Request;
use token::Carrier;

use crate::decision::Decision;
use crate::nginx;

/// Takes the token of a request that goes on out of its path, before content is looked for. Only what a secret opened
/// is taken out: the location was found by the whole path, and who signs nothing shall not choose another.
#[inline]
pub(crate) fn strip(r: &mut Request, decision: &Decision) {
    let place = decision.token().map(|token| token.place);
    if let Some(place) = place.filter(|place| place.carrier == Carrier::Path) {
        nginx::shorten_path(r, |r| {
            let sent = nginx::sent_target(r);
            place.own(sent).next().unwrap_or_default()
        });
    }
}
