//! What the form of a link gives away, without a secret.

use token::{Params, SCHEMES};

use super::forms::Given;
use super::found::Found;
use crate::request::Asked;
use crate::text::{quote, show};
use crate::{elsewhere, query};

pub(super) const SECOND_MARK: &str = "There is a second \"?\" in the link, and only the first one begins the query: write \"&\" in its place.";

/// The link read as if a second `?` were the `&` that was meant.
pub(super) fn joined(asked: &Asked<'_>, found: &Found) -> Option<Found> {
    let query = asked.source();
    let joined: Vec<u8> = query
        .iter()
        .map(|&byte| if byte == b'?' { b'&' } else { byte })
        .collect();
    let reading = Found::read(&asked.rules.params, &joined);
    let is_other = reading.token != found.token || reading.expires != found.expires;
    (is_other && !reading.token.is_empty()).then_some(reading)
}

/// What to try where the link may be bound to an address.
pub(super) fn address(asked: &Asked<'_>) -> Option<String> {
    if asked.may_be_bound() {
        return Some(
            "The link may be bound to the client's address, which cannot be read from it: if the location has \
             secure_token_client_ip, give the address it was signed for with --client-ip ADDRESS."
                .to_owned(),
        );
    }
    let address = asked.client_ip?;
    Some(format!(
        "The link may be for another address than {}: clients with IPv4 and IPv6 have two, and behind a proxy NGINX may see \
         the proxy's.",
        quote(address)
    ))
}

/// Where a token may be that is not where it should be.
pub(super) fn missing(asked: &Asked<'_>) -> Vec<String> {
    let params = &asked.rules.params;
    let mut hints = Vec::new();
    if asked.url.query.is_none_or(<[u8]>::is_empty) {
        hints.push("The link has no query: it was lost on the way, or never signed.".to_owned());
    }
    if query::has_token(asked.scheme, &asked.rules, fragment_query(asked)) {
        hints.push(
            "The token stands behind the \"#\", and no client sends that: put the query before it."
                .to_owned(),
        );
    }
    let names = [params.token, params.expires];
    for right in names.into_iter().flatten() {
        hints.extend(pairs(asked.query()).filter_map(|(name, _)| misnamed(name, right)));
    }
    let behind = asked.query().split(|&byte| byte == b'?').skip(1);
    if behind
        .into_iter()
        .any(|text| query::holds_token(asked.scheme, params, text))
    {
        hints.push(SECOND_MARK.to_owned());
    }
    hints.extend(elsewhere::hints(asked));
    for scheme in SCHEMES {
        let other = scheme.facts().params;
        if scheme.name() != asked.scheme.name()
            && other.token.is_some()
            && other.find(asked.query()).is_some()
        {
            hints.push(format!(
                "The link has the parameters of {}: give --scheme {} and see which one secure_token names.",
                scheme.name(),
                scheme.name()
            ));
        }
    }
    let renamed = asked.scheme.facts().params;
    if renamed != *params && renamed.token.is_some() && renamed.find(asked.query()).is_some() {
        hints.push("The parameters have the scheme's own names, and secure_token_param (--param) gives others.".to_owned());
    }
    hints
}

fn misnamed(name: &[u8], right: &[u8]) -> Option<String> {
    if name == right {
        return None;
    }
    let (sent, right_name) = (quote(name), quote(right));
    if name.strip_prefix(b"amp;") == Some(right) {
        return Some(format!(
            "The link was escaped for HTML once too often, {sent}: \"&amp;\" in a page is \"&\" in the link."
        ));
    }
    if name.eq_ignore_ascii_case(right) {
        return Some(format!(
            "The parameter is called {sent} and not {right_name}: case counts."
        ));
    }
    if crate::path::percent_decoded(name).as_deref() == Some(right) {
        return Some(format!(
            "The name of the parameter is percent-encoded, {sent}: write {right_name}."
        ));
    }
    None
}

/// Which of the parameters is there twice.
pub(super) fn duplicate(asked: &Asked<'_>) -> Vec<String> {
    let Params { token, expires } = asked.rules.params;
    let twice = |name: &&[u8]| {
        pairs(asked.source())
            .filter(|(other, _)| other == name)
            .count()
            > 1
    };
    [token, expires]
        .into_iter()
        .flatten()
        .filter(twice)
        .map(|name| {
            format!(
                "The parameter {} is there twice: sign the link without a token.",
                quote(name)
            )
        })
        .collect()
}

/// What is wrong with the form of token, expiry and path, where they are hashed.
pub(super) fn malformed(asked: &Asked<'_>, found: &Found, given: &Given) -> Vec<String> {
    let mut hints = Vec::new();
    if joined(asked, found).is_some() {
        return vec![SECOND_MARK.to_owned()];
    }
    match given.mistake() {
        Some(mistake) => hints.push(mistake.to_owned()),
        None if !given.is_readable() => hints.push(token_form(&found.token)),
        None => {}
    }
    hints.extend(expiry_form(asked, found));
    if asked.path.iter().any(u8::is_ascii_control) {
        hints.push(format!(
            "The path {} has a control character: the module refuses such.",
            quote(&asked.path)
        ));
    }
    hints
}

fn token_form(token: &[u8]) -> String {
    let length = token.len();
    let is_hex = token.iter().all(u8::is_ascii_hexdigit);
    let digest = match (length, is_hex) {
        (40, true) | (27 | 28, _) => " That is the length of SHA-1: take MD5.",
        (64, true) | (43 | 44, _) => " That is the length of SHA-256: take MD5.",
        _ if length < 22 => " It was cut off, or is something else.",
        _ => "",
    };
    format!("The token has {length} characters, and 22 of base64url are right.{digest}")
}

fn expiry_form(asked: &Asked<'_>, found: &Found) -> Option<String> {
    let name = quote(asked.rules.params.expires?);
    let Some(expires) = &found.expires else {
        let other = pairs(asked.source()).find(|(_, value)| looks_like_time(value));
        return Some(match other {
            Some((other, _)) => format!(
                "There is no expiry: {} looks like one, and its name must be {name}.",
                quote(other)
            ),
            None => format!("There is no expiry: it belongs into the parameter {name}."),
        });
    };
    let text = show(expires);
    let digits = expires.iter().all(u8::is_ascii_digit);
    let seconds = found.seconds();
    Some(match seconds {
        _ if expires.is_empty() => {
            format!("The expiry {name} is empty: it is a Unix time in seconds.")
        }
        Some(_) if expires.starts_with(b"0") => {
            format!("The expiry \"{text}\" begins with a zero: write it without.")
        }
        Some(milliseconds) if expires.len() == 13 => {
            format!(
                "The expiry \"{text}\" is in milliseconds: sign and send seconds, {}.",
                milliseconds / 1000
            )
        }
        _ if digits && expires.len() > 10 => format!(
            "The expiry \"{text}\" has {} digits: ten are the most.",
            expires.len()
        ),
        _ if ends_with_more(expires) => format!(
            "The expiry \"{text}\" has something behind it that does not belong to the link: take it out."
        ),
        _ if !digits => format!(
            "The expiry \"{text}\" is no whole number of seconds: write a Unix time such as 1795514400."
        ),
        _ => return None,
    })
}

/// Whether a time is followed by what stood behind the link in a text: a full stop, a bracket, a quote.
fn ends_with_more(expires: &[u8]) -> bool {
    let is_end = |byte: &u8| b".,;:!?)]}>\"'".contains(byte);
    let digits = expires.iter().rposition(|byte| !is_end(byte));
    let time = digits.and_then(|last| expires.get(..=last));
    time.is_some_and(|time| time.len() < expires.len() && looks_like_time(time))
}

/// Ten digits, or thirteen of milliseconds.
pub(super) fn looks_like_time(value: &[u8]) -> bool {
    matches!(value.len(), 10 | 13) && value.iter().all(u8::is_ascii_digit)
}

/// Names and values of a query.
pub(super) fn pairs(query: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    query.split(|&byte| byte == b'&').map(halves)
}

/// What stands before the first `=` and behind it.
pub(super) fn halves(pair: &[u8]) -> (&[u8], &[u8]) {
    let at = pair.iter().position(|&byte| byte == b'=');
    let (name, rest) = pair
        .split_at_checked(at.unwrap_or(pair.len()))
        .unwrap_or_default();
    (name, rest.get(1..).unwrap_or_default())
}

/// The value of `name=value`, or the whole of what has no name.
pub(super) fn value(piece: &[u8]) -> &[u8] {
    match halves(piece) {
        (name, b"") => name,
        (_, value) => value,
    }
}

fn fragment_query<'a>(asked: &Asked<'a>) -> &'a [u8] {
    let fragment = asked.url.fragment;
    let at = fragment.iter().position(|&byte| byte == b'?').unwrap_or(0);
    fragment
        .get(at..)
        .and_then(|rest| rest.get(1..))
        .unwrap_or_default()
}
