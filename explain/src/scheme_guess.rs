//! Which scheme a link is of.

use token::{Params, SCHEMES, Scheme};

use crate::place::{Header, Place};
use crate::url::Url;
use crate::{elsewhere, query};

/// What is as long as this is a token, or was one.
const LONG: usize = 60;

/// The scheme whose parameters a link has, by the names that `params` says, or whose tokens look like what it has.
/// `params`: `None` where a scheme cannot have the names that were asked for.
pub fn guess<'a>(
    url: &Url<'_>,
    places: &[Place],
    headers: &[Header],
    params: impl Fn(&dyn Scheme) -> Option<Params<'a>>,
) -> Option<&'static dyn Scheme> {
    let texts = || {
        // A second "?" hides what is behind it.
        let behind = url.query.unwrap_or_default().split(|&byte| byte == b'?');
        let places = places.iter().map(|place| place.text.as_slice());
        places.chain(behind)
    };
    let has_in_header = |scheme: &dyn Scheme, params: &Params<'_>| {
        let mut headers = headers.iter();
        headers.any(|header| elsewhere::has_token(scheme, params, header))
    };
    let has_parameters = |scheme: &dyn Scheme| {
        let named = params(scheme).filter(|params| params.token.is_some());
        named.is_some_and(|params| {
            texts().any(|text| params.find(text).is_some()) || has_in_header(scheme, &params)
        })
    };
    // A token without a name is known by what it looks like, wherever it stands.
    let has_look = |scheme: &dyn Scheme| {
        let params = scheme.facts().params;
        let is_token =
            |value: &[u8]| value.len() >= LONG || query::has_token(scheme, &params, value);
        let mut values = texts().flat_map(|text| text.split(|&byte| byte == b'&'));
        params.token.is_none()
            && (values.any(|piece| is_token(query::value(piece))) || has_in_header(scheme, &params))
    };
    let schemes = || SCHEMES.iter().copied();
    schemes()
        .find(|scheme| has_parameters(*scheme))
        .or_else(|| schemes().find(|scheme| has_look(*scheme)))
}
