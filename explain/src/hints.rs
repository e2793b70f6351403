//! What the form of a link gives away, without a secret.

use token::{Params, SCHEMES};

use crate::link_request::LinkRequest;
use crate::mistake::Mistake;
use crate::path::percent_decoded;
use crate::query::{looks_like_time, pairs};
use crate::readings::{self, SECOND_MARK};
use crate::text::{quote, show};
use crate::token_fields::TokenFields;
use crate::token_text::TokenText;
use crate::{elsewhere, query};

/// What to try where the link may be bound to an address.
pub(crate) fn address(request: &LinkRequest<'_>) -> Option<String> {
    if request.may_be_bound() {
        return Some(
            "The link may be bound to the client's address, which cannot be read from it: if the location has \
             secure_token_client_ip, give the address it was signed for with --client-ip ADDRESS."
                .to_owned(),
        );
    }
    let address = request.bound_ip()?;
    Some(format!(
        "The link may be for another address than {}: clients with IPv4 and IPv6 have two, and behind a proxy NGINX may see \
         the proxy's.",
        quote(address)
    ))
}

/// Where a token may be that is not where it should be.
pub(crate) fn missing(request: &LinkRequest<'_>) -> Vec<Mistake> {
    let params = &request.rules.params;
    let mut hints = Vec::new();
    if request.url.query.is_none_or(<[u8]>::is_empty) {
        hints.push("The link has no query: it was lost on the way, or never signed.".to_owned());
    }
    if query::has_token(request.scheme, params, fragment_query(request)) {
        hints.push(
            "The token stands behind the \"#\", and no client sends that: put the query before it."
                .to_owned(),
        );
    }
    let names = [params.token, params.expires];
    for right in names.into_iter().flatten() {
        hints.extend(pairs(request.query()).filter_map(|(name, _)| misnamed(name, right)));
    }
    let mut behind = request.query().split(|&byte| byte == b'?').skip(1);
    let is_behind = behind.any(|text| query::holds_token(request.scheme, params, text));
    let second_mark = is_behind.then(|| SECOND_MARK.made(&[]).doubted());
    hints.extend(elsewhere::hints(request));
    hints.extend(other_schemes(request));
    let hints = hints.into_iter().map(Mistake::likely);
    second_mark.into_iter().chain(hints).collect()
}

/// What looks like the parameters of another scheme, or like the scheme's own before they were renamed.
fn other_schemes(request: &LinkRequest<'_>) -> Vec<String> {
    let has = |params: Params<'_>| params.token.is_some() && params.find(request.query()).is_some();
    let mut hints = Vec::new();
    for scheme in SCHEMES {
        if scheme.name() != request.scheme.name() && has(scheme.facts().params) {
            hints.push(format!(
                "The link has the parameters of {}: give --scheme {} and see which one secure_token names.",
                scheme.name(),
                scheme.name()
            ));
        }
    }
    let own = request.scheme.facts().params;
    if own != request.rules.params && has(own) {
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
    if percent_decoded(name).as_deref() == Some(right) {
        return Some(format!(
            "The name of the parameter is percent-encoded, {sent}: write {right_name}."
        ));
    }
    None
}

/// Which of the parameters is there twice.
pub(crate) fn duplicate(request: &LinkRequest<'_>) -> Vec<Mistake> {
    let Params { token, expires } = request.rules.params;
    let twice = |name: &&[u8]| {
        let names = pairs(request.source()).filter(|(other, _)| other == name);
        names.count() > 1
    };
    let names = [token, expires].into_iter().flatten().filter(twice);
    let said = names.map(|name| {
        format!(
            "The parameter {} is there twice: sign the link without a token.",
            quote(name)
        )
    });
    said.map(Mistake::certain).collect()
}

/// What is wrong with the form of token, expiry and path, where they are hashed.
pub(crate) fn malformed(
    request: &LinkRequest<'_>,
    fields: &TokenFields,
    token: &TokenText,
) -> Vec<Mistake> {
    if readings::joined(request, fields).is_some() {
        return vec![SECOND_MARK.made(&[])];
    }
    let form = match token.mistake() {
        None if !token.is_readable() => Some(Mistake::certain(token_form(&fields.token))),
        mistake => mistake,
    };
    let expiry = expiry_form(request, fields).map(Mistake::certain);
    let has_control = request.path.iter().any(u8::is_ascii_control);
    let path = has_control.then(|| {
        Mistake::certain(format!(
            "The path {} has a control character: the module refuses such.",
            quote(&request.path)
        ))
    });
    [form, expiry, path].into_iter().flatten().collect()
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

fn expiry_form(request: &LinkRequest<'_>, fields: &TokenFields) -> Option<String> {
    let name = quote(request.rules.params.expires?);
    let Some(expires) = &fields.expires else {
        let other = pairs(request.source()).find(|(_, value)| looks_like_time(value));
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
    let seconds = fields.seconds();
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

fn fragment_query<'a>(request: &LinkRequest<'a>) -> &'a [u8] {
    let fragment = request.url.fragment;
    let at = fragment.iter().position(|&byte| byte == b'?').unwrap_or(0);
    fragment
        .get(at..)
        .and_then(|rest| rest.get(1..))
        .unwrap_or_default()
}
