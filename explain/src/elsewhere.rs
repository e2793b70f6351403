//! Tokens in headers and cookies that no --source reads.

use token::{Carrier, Params, Scheme};

use crate::link_request::LinkRequest;
use crate::place::Header;
use crate::query;
use crate::text::show;

/// What to do about a token that stands where it is not looked for.
pub fn hints(request: &LinkRequest<'_>) -> Vec<String> {
    if request.scheme.facts().carrier == Carrier::Path {
        return Vec::new();
    }
    let params = &request.rules.params;
    let places = request
        .headers
        .iter()
        .flat_map(|header| places(params, header));
    let mut hints: Vec<String> = Vec::new();
    for (place, text, source) in places {
        if query::holds_token(&request.scheme, params, text.as_bytes()) {
            hints.push(format!(
                "What looks like a token stands in {place}: NGINX looks there with \"secure_token_source {source};\", and this command with \
                 --source '{source}'."
            ));
        }
    }
    hints
}

/// Whether a header has a token of the scheme, wherever in it.
pub fn has_token(scheme: &Scheme, params: &Params, header: &Header) -> bool {
    let mut places = places(params, header).into_iter();
    places.any(|(_, text, _)| query::holds_token(scheme, params, text.as_bytes()))
}

/// The places in a header: what each is called, what stands there, and the source that reads it.
fn places(params: &Params, header: &Header) -> Vec<(String, String, String)> {
    let mut places: Vec<_> = header
        .cookies()
        .map(|(name, value)| {
            let place = format!("the cookie \"{}\"", show(name.as_bytes()));
            (place, value.to_owned(), format!("$cookie_{name}"))
        })
        .collect();
    if let (Some(token), Some(expires)) = (
        params.token.as_deref().map(show),
        params.expires.as_deref().map(show),
    ) {
        let value = |name: &str| {
            let mut cookies = header.cookies();
            cookies
                .find(|(own, _)| *own == name)
                .map(|(_, value)| value)
        };
        if let (Some(first), Some(second)) = (value(&token), value(&expires)) {
            places.push((
                format!("the cookies \"{token}\" and \"{expires}\""),
                format!("{token}={first}&{expires}={second}"),
                format!("{token}=$cookie_{token}&{expires}=$cookie_{expires}"),
            ));
        }
    }
    // Every request has these, and they are no place for a token.
    let is_usual = ["host", "referer", "cookie"]
        .iter()
        .any(|name| header.is(name));
    if !is_usual {
        places.push((
            format!("the header \"{}\"", header.name),
            header.value.clone(),
            header.variable(),
        ));
    }
    places
}
