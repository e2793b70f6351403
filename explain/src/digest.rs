//! The text that a token is the digest of, and the digest of any text that might have been meant.

use token::inspect::{self, HashUse};
use token::{Carrier, Failure, Link, Part, Scheme, Secret};

use crate::link_request::LinkRequest;
use crate::query;
use crate::text::show;
use crate::token_fields::TokenFields;

/// The values of the parts.
#[derive(Clone, Copy)]
pub(crate) struct PartValues<'a> {
    /// As it is hashed, or as it is the key.
    pub(crate) secret: &'a [u8],
    /// In whichever form the scheme takes it.
    pub(crate) path: &'a [u8],
    pub(crate) time: &'a [u8],
    pub(crate) client_ip: &'a [u8],
}

impl<'a> PartValues<'a> {
    fn of(self, part: &Part) -> &'a [u8] {
        match part {
            Part::Secret => self.secret,
            Part::Path | Part::RawPath | Part::RawUri => self.path,
            Part::Time => self.time,
            Part::ClientIp => self.client_ip,
            Part::Literal(text) => text.as_bytes(),
        }
    }
}

/// How parts become a digest.
#[derive(Clone)]
pub(crate) struct Message {
    pub(crate) hash: HashUse,
    pub(crate) parts: Vec<Part>,
}

impl Message {
    pub(crate) fn digest(&self, values: PartValues<'_>) -> Vec<u8> {
        let pieces = self.parts.iter().map(|part| values.of(part));
        self.hash.digest(values.secret, pieces)
    }
}

/// What the module hashes, the secret as dots.
pub(crate) fn hashed(request: &LinkRequest<'_>, fields: &TokenFields) -> String {
    let values = PartValues {
        secret: b"",
        path: &path(request),
        time: fields.time.as_deref().unwrap_or_default(),
        client_ip: &address(request),
    };
    let said = |part: &Part| match part {
        Part::Secret => "\u{2022}\u{2022}\u{2022}".to_owned(),
        part => show(values.of(part)),
    };
    let format = request.scheme.facts().format();
    let message = format.map_or(&[][..], |format| format.message);
    message.iter().map(said).collect()
}

/// The part of a scheme's message that is the path; the path itself where it has none.
pub(crate) fn path_part(scheme: Scheme) -> Part {
    let is_path = |part: &&Part| matches!(part, Part::Path | Part::RawPath | Part::RawUri);
    let format = scheme.facts().format();
    let message = format.map_or(&[][..], |format| format.message);
    message.iter().find(is_path).copied().unwrap_or(Part::Path)
}

/// The path as it is hashed.
pub(crate) fn path(request: &LinkRequest<'_>) -> Vec<u8> {
    let part = path_part(request.scheme);
    let path = match part {
        Part::RawPath | Part::RawUri => raw_path(request),
        _ => request.path.as_slice(),
    };
    let mut hashed = if request.rules.ignore_case {
        path.to_ascii_lowercase()
    } else {
        path.to_vec()
    };
    if part == Part::RawUri {
        hashed.extend(raw_query(request));
    }
    hashed
}

/// The path as it was sent, without the segments that are the token's.
pub(crate) fn raw_path<'a>(request: &LinkRequest<'a>) -> &'a [u8] {
    let sent = request.url.sent_path();
    let rest = query::path_token(request.scheme, sent).map(|(_, rest)| rest);
    request.stated_path.unwrap_or(rest.unwrap_or(sent))
}

/// The query as it was sent, with its question mark and without the token; empty where nothing is left.
fn raw_query(request: &LinkRequest<'_>) -> Vec<u8> {
    let query = request.query();
    let is_in_query = request.scheme.facts().carrier == Carrier::Query
        && request.place().is_none_or(|place| place.is_args());
    let rest = if is_in_query {
        query::without_token(&request.rules.params, query)
    } else {
        query.to_vec()
    };
    if rest.is_empty() {
        rest
    } else {
        [b"?", rest.as_slice()].concat()
    }
}

/// The address as it is hashed; empty where the link is bound to none.
pub(crate) fn address(request: &LinkRequest<'_>) -> Vec<u8> {
    let given = request.bound_ip().unwrap_or_default();
    inspect::address(given).unwrap_or_else(|| given.to_vec())
}

/// The token that each secret makes of this path and time, by the scheme itself. `None` for a link that
/// cannot be signed at all.
pub(crate) fn computed(request: &LinkRequest<'_>, fields: &TokenFields) -> Vec<Option<String>> {
    let target = [raw_path(request), &raw_query(request)].concat();
    let link = Link {
        path: &request.path,
        target: &target,
        expires: fields.expires(request),
        client_ip: request.bound_ip(),
        claims: &[],
    };
    let one = |secret: &&[u8]| {
        let mut token = None;
        let none = &mut |_: &mut [u8]| Err(Failure);
        let sink = &mut |fields: &token::SignedFields<'_>| {
            token = Some(fields.token.to_string());
            Ok(())
        };
        let (scheme, secret) = (request.scheme, Secret::new(secret));
        scheme
            .sign_fields(&link, &request.rules, secret, none, sink)
            .ok()?;
        token
    };
    request.secrets.iter().map(one).collect()
}
