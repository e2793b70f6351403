//! What the form of a link gives away, without a secret.

use token::{Carrier, ClientIp, FieldKind, Params, Part, inspect, scheme};

use crate::link_request::LinkRequest;
use crate::mistake::Mistake;
use crate::path::percent_decoded;
use crate::query::pairs;
use crate::readings::{self, SECOND_MARK};
use crate::text::{join, quote};
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

/// What else is signed that may have another value here than where it was signed: fields and variables.
pub(crate) fn other_values(request: &LinkRequest<'_>, fields: &TokenFields) -> Vec<String> {
    let Some(format) = request.scheme.facts().format() else {
        return Vec::new();
    };
    let is_hashed = |part: &Part| format.message.contains(part);
    let own = format.fields.iter().zip(&fields.fields).zip(0..);
    let own = own.filter(|((field, value), id)| {
        field.kind == FieldKind::Free && !value.is_empty() && is_hashed(&Part::Field(*id))
    });
    let own = own.map(|((field, value), _)| {
        format!(
            "{{{}}} is {} in the link, and may have been altered since.",
            field.name,
            quote(value)
        )
    });
    let variables = format.variables.iter().zip(&request.variables);
    let variables = variables.map(|(name, value)| {
        format!(
            "${name} is {} here: where another value was signed, give it with --var {name}=VALUE.",
            quote(value)
        )
    });
    own.chain(variables).collect()
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
    if query::has_token(&request.scheme, params, fragment_query(request)) {
        hints.push(
            "The token stands behind the \"#\", and no client sends that: put the query before it."
                .to_owned(),
        );
    }
    for right in params.names() {
        hints.extend(pairs(request.query()).filter_map(|(name, _)| misnamed(name, right)));
    }
    hints.extend(renamed_token(request));
    let mut behind = request.query().split(|&byte| byte == b'?').skip(1);
    let is_behind = behind.any(|text| query::holds_token(&request.scheme, params, text));
    let second_mark = is_behind.then(|| SECOND_MARK.made(&[]).doubted());
    hints.extend(elsewhere::hints(request));
    hints.extend(other_schemes(request));
    let hints = hints.into_iter().map(Mistake::likely);
    second_mark.into_iter().chain(hints).collect()
}

/// A parameter of another name whose value has the token's form, beside the expiry of the right name.
fn renamed_token(request: &LinkRequest<'_>) -> Option<String> {
    let params = &request.rules.params;
    let right = params.token.as_deref()?;
    let has = |wanted: &[u8]| pairs(request.query()).any(|(name, _)| name == wanted);
    let form = TokenForm::of(&request.scheme)?;
    if has(right) || !params.expires.as_deref().is_some_and(has) {
        return None;
    }
    let is_token = |(_, value): &(&[u8], &[u8])| {
        value.len() == form.characters() && inspect::is_token(&request.scheme, value)
    };
    let (name, _) = pairs(request.query()).find(is_token)?;
    Some(format!(
        "There is no token: {} looks like one, and its name must be {}.",
        quote(name),
        quote(right)
    ))
}

/// What looks like the parameters of another scheme, or like the scheme's own before they were renamed.
fn other_schemes(request: &LinkRequest<'_>) -> Vec<String> {
    let has = |params: &Params| {
        let found = params
            .find(request.query())
            .filter(|_| params.token.is_some());
        found.is_some_and(|found| params.expires.is_none() || found.expires.is_some())
    };
    let own_name = request.scheme.name();
    let schemes = scheme::all().into_iter();
    let others = schemes.filter(|other| other.name() != own_name && has(&other.facts().params));
    let names: Vec<String> = others.map(|other| other.name().to_owned()).collect();
    let mut hints = Vec::new();
    match names.as_slice() {
        [] => {}
        [name] => hints.push(format!(
            "The link has the parameters of {name}: give --scheme {name} and see which one secure_token names."
        )),
        names => hints.push(format!(
            "The link has the parameters of {}: give one of them with --scheme and see which one secure_token names.",
            join(names, "and")
        )),
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

/// Which of the parameters is there twice, be it in another case.
pub(crate) fn duplicate(request: &LinkRequest<'_>) -> Vec<Mistake> {
    let names = || request.rules.params.names().map(|name| &**name);
    let given = || pairs(request.source()).map(|(name, _)| name);
    let is_twice = |name: &&[u8]| given().filter(|other| other == name).count() > 1;
    let twice = names().filter(is_twice).map(|name| {
        format!(
            "The parameter {} is there twice: sign the link without a token.",
            quote(name)
        )
    });
    let fields = || request.rules.params.fields.iter().map(|param| &*param.name);
    let others = given().filter(|name| names().all(|own| own != *name));
    let alike = others.filter_map(|other| {
        let name = fields().find(|name| name.eq_ignore_ascii_case(other))?;
        Some(format!(
            "The argument {} differs from the token's {} in case alone, and NGINX's variables know no case: leave it \
             out.",
            quote(other),
            quote(name)
        ))
    });
    twice.chain(alike).map(Mistake::certain).collect()
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
    let other = other_fields(request, fields);
    let has_control = request.path.iter().any(u8::is_ascii_control);
    let path = has_control.then(|| {
        Mistake::certain(format!(
            "The path {} has a control character: the module refuses such.",
            quote(&request.path)
        ))
    });
    let found = [token, time].into_iter().flatten();
    found.chain(other).chain(path).collect()
}

/// What is wrong with the fields that are neither token nor time.
fn other_fields(request: &LinkRequest<'_>, fields: &TokenFields) -> Vec<Mistake> {
    let Some(format) = request.scheme.facts().format() else {
        return Vec::new();
    };
    let form = request.scheme.facts().link(&request.rules.params);
    let fields = format.fields.iter().zip(&fields.fields).zip(0..);
    let fields = fields.filter(|(_, id)| format.rest != Some(*id));
    let wrong = fields.filter_map(|((field, value), _)| {
        let name = &field.name;
        let is_number = value.len() <= 10 && value.iter().all(u8::is_ascii_digit);
        if value.is_empty() {
            return (!field.is_optional)
                .then(|| format!("The field {{{name}}} is empty or absent: a link looks like {form}."));
        }
        let is_read = match field.kind {
            FieldKind::Free => true,
            FieldKind::Ttl => is_number && (value == b"0" || !value.starts_with(b"0")),
            FieldKind::Start(spelling) => {
                value == b"0" || inspect::read_time(spelling, value).is_some()
            }
        };
        (!is_read).then(|| {
            format!(
                "The field {{{name}}} is {}, and should be a number of seconds without a leading zero.",
                quote(value)
            )
        })
    });
    wrong.map(Mistake::certain).collect()
}

fn fragment_query<'a>(request: &LinkRequest<'a>) -> &'a [u8] {
    let fragment = request.url.fragment;
    let at = fragment.iter().position(|&byte| byte == b'?').unwrap_or(0);
    fragment
        .get(at..)
        .and_then(|rest| rest.get(1..))
        .unwrap_or_default()
}
