//! What the form of a link gives away, without a secret.

use token::{Carrier, ClientIp, Params, SCHEMES};

use crate::link_request::LinkRequest;
use crate::mistake::Mistake;
use crate::path::percent_decoded;
use crate::query::pairs;
use crate::readings::{self, SECOND_MARK};
use crate::text::quote;
use crate::token_fields::TokenFields;
use crate::token_form::TokenForm;
use crate::token_text::TokenText;
use crate::{elsewhere, query, time_form};

/// What to try where the link may be bound to an address of which nothing was said.
pub fn unknown_address(request: &LinkRequest<'_>) -> Option<&'static str> {
    if !request.may_be_bound() {
        return None;
    }
    Some(if request.scheme.facts().client_ip == ClientIp::Always {
        "The link is most likely bound to the client's address, which cannot be read from it: give the address it was \
         signed for with --client-ip ADDRESS, unless the location has \"secure_token_client_ip off\"."
    } else {
        "The link may be bound to the client's address, which cannot be read from it: if the location has \
         secure_token_client_ip, give the address it was signed for with --client-ip ADDRESS."
    })
}

/// What to try where the link may be bound to an address, or to another than was given.
pub(crate) fn address(request: &LinkRequest<'_>) -> Option<String> {
    if let Some(hint) = unknown_address(request) {
        return Some(hint.to_owned());
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
    if request.scheme.facts().carrier == Carrier::Path {
        hints.push(format!(
            "The path does not begin with a token: a link of {} looks like {}.",
            request.scheme.name(),
            request.scheme.facts().link(params)
        ));
    } else if request.url.query.is_none_or(<[u8]>::is_empty) {
        hints.push("The link has no query: it was lost on the way, or never signed.".to_owned());
    }
    if query::has_token(request.scheme, params, fragment_query(request)) {
        hints.push(
            "The token stands behind the \"#\", and no client sends that: put the query before it."
                .to_owned(),
        );
    }
    let names = [params.token.as_deref(), params.expires.as_deref()];
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
    let has = |params: &Params| params.token.is_some() && params.find(request.query()).is_some();
    let mut hints = Vec::new();
    for scheme in SCHEMES {
        if scheme.name() != request.scheme.name() && has(&scheme.facts().params) {
            hints.push(format!(
                "The link has the parameters of {}: give --scheme {} and see which one secure_token names.",
                scheme.name(),
                scheme.name()
            ));
        }
    }
    let own = &request.scheme.facts().params;
    if *own != request.rules.params && has(own) {
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
    let Params { token, expires } = &request.rules.params;
    let twice = |name: &&[u8]| {
        let names = pairs(request.source()).filter(|(other, _)| other == name);
        names.count() > 1
    };
    let names = [token.as_deref(), expires.as_deref()].into_iter();
    let names = names.flatten().filter(twice);
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
    form: TokenForm,
    token: &TokenText,
) -> Vec<Mistake> {
    if readings::joined(request, fields).is_some() {
        return vec![SECOND_MARK.made(&[])];
    }
    let token = match token.mistake() {
        None if !token.is_readable() => Some(Mistake::certain(form.what_is_wrong(&fields.token))),
        mistake => mistake,
    };
    let time = time_form::what_is_wrong(request, fields).map(Mistake::certain);
    let has_control = request.path.iter().any(u8::is_ascii_control);
    let path = has_control.then(|| {
        Mistake::certain(format!(
            "The path {} has a control character: the module refuses such.",
            quote(&request.path)
        ))
    });
    [token, time, path].into_iter().flatten().collect()
}

fn fragment_query<'a>(request: &LinkRequest<'a>) -> &'a [u8] {
    let fragment = request.url.fragment;
    let at = fragment.iter().position(|&byte| byte == b'?').unwrap_or(0);
    fragment
        .get(at..)
        .and_then(|rest| rest.get(1..))
        .unwrap_or_default()
}
