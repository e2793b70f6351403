//! What is hashed of a link, found as the server finds it: from the link as it is sent.

use std::string::{String, ToString as _};
use std::vec::Vec;

use super::super::{ExampleLink, Facts, Format, Part};
use crate::{Carrier, TokenPart, TokenParts};

pub(super) fn decoded(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut decoded = pieces.next().unwrap().to_string();
    for piece in pieces {
        let (digits, rest) = piece.split_at(2);
        decoded.push(char::from(u8::from_str_radix(digits, 16).unwrap()));
        decoded.push_str(rest);
    }
    decoded
}

/// A link taken apart.
struct Sent<'a> {
    path: String,
    args: String,
    parts: TokenParts<'a>,
}

fn slashes(parts: &[TokenPart]) -> usize {
    let text = |part: &TokenPart| match part {
        TokenPart::Text(text) => text.matches('/').count(),
        _ => 0,
    };
    parts.iter().map(text).sum()
}

fn in_path<'a>(format: &Format, path: &'a str, query: &str) -> Sent<'a> {
    let split = |path: &'a str, slashes: usize| {
        let (end, _) = path.match_indices('/').nth(slashes).unwrap();
        path.split_at(end)
    };
    let (prefix, behind) = split(path, slashes(&format.prefix));
    let (token, path) = split(&behind[1..], slashes(&format.token));
    let mut parts = format.split(token.as_bytes()).unwrap();
    let left = format.take(&format.prefix, prefix.as_bytes(), &mut parts);
    assert_eq!(left, Some(&b""[..]));
    if let Some(rest) = format.rest {
        parts.fields[usize::from(rest)] = &path.as_bytes()[1..];
    }
    Sent {
        path: path.to_string(),
        args: query.to_string(),
        parts,
    }
}

fn in_query<'a>(facts: &Facts, format: &Format, path: &str, query: &'a str) -> Sent<'a> {
    let params = &facts.params;
    let mut parts = TokenParts::default();
    let mut own = [None; crate::MOST_FIELDS];
    let (mut time, mut others) = (None, Vec::new());
    for piece in query.split('&') {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        let name = Some(crate::Name::new(name.as_bytes()));
        if name == params.token {
            let text: &'static str = decoded(value).leak();
            parts = format.split(text.as_bytes()).unwrap();
        } else if name == params.expires {
            time = Some(value.as_bytes());
        } else if let Some(param) = params
            .fields
            .iter()
            .find(|param| Some(&param.name) == name.as_ref())
        {
            own[usize::from(param.field)] = Some(value.as_bytes());
        } else {
            others.push(piece);
        }
    }
    parts.time = parts.time.or(time);
    for (field, own) in parts.fields.iter_mut().zip(own) {
        *field = own.unwrap_or(field);
    }
    Sent {
        path: path.to_string(),
        args: others.join("&"),
        parts,
    }
}

/// The message of a link, with `{secret}` for the secret.
pub(super) fn hashed(facts: &Facts, example: &ExampleLink) -> String {
    let format = facts.format().unwrap();
    let token = "0".repeat(format.digest.text_length());
    let link = example.link.replace("TOKEN", &token);
    let (path, query) = link.split_once('?').unwrap_or((&link, ""));
    let sent = match facts.carrier {
        Carrier::Path if format.rest.is_some() => in_path(format, &link, ""),
        Carrier::Path => in_path(format, path, query),
        Carrier::Query | Carrier::Value => in_query(facts, format, path, query),
    };
    let path = decoded(&sent.path);
    let parent = &path[..path.rfind('/').unwrap()];
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let part = |part: &Part| match part {
        Part::Secret => "{secret}".to_string(),
        Part::Literal(text) => text.to_string(),
        Part::Path => path.clone(),
        Part::RawPath => sent.path.clone(),
        Part::RawUri if sent.args.is_empty() => sent.path.clone(),
        Part::RawUri => std::format!("{}?{}", sent.path, sent.args),
        Part::Directory => std::format!("{parent}/"),
        Part::Parent => parent.to_string(),
        Part::Stream => parent.trim_start_matches('/').to_string(),
        Part::Args => sent.args.clone(),
        Part::Time => text(sent.parts.time.unwrap_or_default()),
        Part::ClientIp => example.client_ip.clone().unwrap_or_default(),
        Part::Field(id) => text(sent.parts.fields[usize::from(*id)]),
        Part::Variable(id) => example.variables[usize::from(*id)].1.clone(),
        Part::Choice { .. } => String::new(),
    };
    let mut message = String::new();
    let mut rest = &*format.message;
    while let [first, behind @ ..] = rest {
        rest = behind;
        let Part::Choice { parts, otherwise } = first else {
            message.push_str(&part(first));
            continue;
        };
        let (chosen, behind) = rest.split_at(usize::from(*parts));
        let (otherwise, behind) = behind.split_at(usize::from(*otherwise));
        rest = behind;
        let is_empty = |other: &Part| !matches!(other, Part::Literal(_)) && part(other).is_empty();
        let chosen = if chosen.iter().any(is_empty) {
            otherwise
        } else {
            chosen
        };
        chosen
            .iter()
            .for_each(|chosen| message.push_str(&part(chosen)));
    }
    message
}
