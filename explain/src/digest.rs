//! The text that a token is the digest of, and the digest of any text that might have been meant.

use token::{Failure, Link, Part, Secret, inspect};

use crate::link_request::LinkRequest;
use crate::text::show;
use crate::token_fields::TokenFields;

/// The values of the parts.
#[derive(Clone, Copy)]
pub(crate) struct PartValues<'a> {
    pub(crate) secret: &'a [u8],
    pub(crate) path: &'a [u8],
    pub(crate) expires: &'a [u8],
    pub(crate) client_ip: &'a [u8],
}

impl<'a> PartValues<'a> {
    fn of(self, part: &Part) -> &'a [u8] {
        match part {
            Part::Secret => self.secret,
            Part::Path => self.path,
            Part::Expires => self.expires,
            Part::ClientIp => self.client_ip,
            Part::Literal(bytes) => bytes,
        }
    }
}

/// How parts become a digest.
#[derive(Clone)]
pub(crate) enum Message {
    /// The digest of the parts, one behind the other.
    Plain(Vec<Part>),
    /// Their HMAC, with the secret as its key.
    Keyed(Vec<Part>),
}

impl Message {
    pub(crate) fn digest(&self, values: PartValues<'_>) -> Vec<u8> {
        let (key, parts) = match self {
            Self::Plain(parts) => (None, parts),
            Self::Keyed(parts) => (Some(values.secret), parts),
        };
        inspect::digest(key, parts.iter().map(|part| values.of(part)))
    }
}

/// What the module hashes, the secret as dots.
pub(crate) fn hashed(request: &LinkRequest<'_>, fields: &TokenFields) -> String {
    let values = PartValues {
        secret: b"",
        path: &path(request),
        expires: fields.expires.as_deref().unwrap_or_default(),
        client_ip: &address(request),
    };
    let said = |part: &Part| match part {
        Part::Secret => "\u{2022}\u{2022}\u{2022}".to_owned(),
        part => show(values.of(part)),
    };
    let message = request.scheme.facts().message();
    message.iter().map(said).collect()
}

/// The path as it is hashed.
pub(crate) fn path(request: &LinkRequest<'_>) -> Vec<u8> {
    if request.rules.ignore_case {
        request.path.to_ascii_lowercase()
    } else {
        request.path.clone()
    }
}

/// The address as it is hashed; empty where the link is bound to none.
pub(crate) fn address(request: &LinkRequest<'_>) -> Vec<u8> {
    let given = request.bound_ip().unwrap_or_default();
    inspect::address(given).unwrap_or_else(|| given.to_vec())
}

/// The token that each secret makes of this path and expiry, by the scheme itself. `None` for a link that
/// cannot be signed at all.
pub(crate) fn computed(request: &LinkRequest<'_>, fields: &TokenFields) -> Vec<Option<String>> {
    let one = |secret: &&[u8]| {
        let link = Link {
            path: &request.path,
            expires: fields.seconds(),
            client_ip: request.bound_ip(),
            claims: &[],
        };
        let mut query = String::new();
        let none = &mut |_: &mut [u8]| Err(Failure);
        let scheme = request.scheme;
        scheme
            .sign(&link, &request.rules, Secret::new(secret), none, &mut query)
            .ok()?;
        let token = request.rules.params.find(query.as_bytes())?.token;
        Some(show(token))
    };
    request.secrets.iter().map(one).collect()
}
