//! Which scheme a link is of.

use token::{Carrier, Params, Scheme, scheme};

use crate::path::percent_decoded;
use crate::place::{Header, Place};
use crate::url::Url;
use crate::{elsewhere, query};

/// What is as long as this is a token, or was one.
const LONG: usize = 60;

/// The schemes whose parameters a link has, by the names that `params` says; or else those whose tokens look like what
/// it has. `params`: `None` where a scheme cannot have the names that were asked for.
pub fn guess(
    url: &Url<'_>,
    places: &[Place],
    headers: &[Header],
    params: impl Fn(&Scheme) -> Option<Params>,
) -> Vec<Scheme> {
    let texts = || {
        // A second "?" hides what is behind it.
        let behind = url.query.unwrap_or_default().split(|&byte| byte == b'?');
        let places = places.iter().map(|place| place.text.as_slice());
        places.chain(behind)
    };
    let has_in_header = |scheme: &Scheme, params: &Params| {
        let mut headers = headers.iter();
        headers.any(|header| elsewhere::has_token(scheme, params, header))
    };
    let is_usual = |scheme: &Scheme, sent: &[u8]| {
        let decoded = percent_decoded(sent);
        query::looks_like_token(scheme, decoded.as_deref().unwrap_or(sent))
    };
    let has_parameters = |scheme: &Scheme| {
        let named = params(scheme).filter(|params| params.token.is_some());
        named.is_some_and(|params| {
            let has_it = |text: &[u8]| match params.find(text) {
                // One name alone may well be another thing's.
                Some(fields) => fields.expires.is_some() || is_usual(scheme, fields.token),
                None => false,
            };
            texts().any(has_it) || has_in_header(scheme, &params)
        })
    };
    let has_name = |scheme: &Scheme| {
        let named = params(scheme).filter(|params| params.expires.is_some());
        named.is_some_and(|params| texts().any(|text| params.find(text).is_some()))
    };
    let has_in_path = |scheme: &Scheme| query::path_token(scheme, url.sent_path()).is_some();
    // A token without a name is known by what it looks like, wherever it stands.
    let has_look = |scheme: &Scheme| {
        let params = &scheme.facts().params;
        let is_token =
            |value: &[u8]| value.len() >= LONG || query::has_token(scheme, params, value);
        let mut values = texts().flat_map(|text| text.split(|&byte| byte == b'&'));
        params.token.is_none()
            && scheme.facts().carrier != Carrier::Path
            && (values.any(|piece| is_token(query::value(piece))) || has_in_header(scheme, params))
    };
    let all = |is_it: &dyn Fn(&Scheme) -> bool| -> Vec<Scheme> {
        let schemes = scheme::all().into_iter();
        schemes.filter(is_it).collect()
    };
    let guesses: [&dyn Fn(&Scheme) -> bool; 4] =
        [&has_parameters, &has_in_path, &has_look, &has_name];
    let mut guesses = guesses.into_iter().map(all);
    guesses.find(|guess| !guess.is_empty()).unwrap_or_default()
}
