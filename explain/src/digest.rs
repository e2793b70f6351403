//! The text that a token is the digest of, and the digest of any text that might have been meant.

use token::inspect::{self, HashUse};
use token::{Carrier, Format, Hash, Part, Scheme};

use crate::link_request::LinkRequest;
use crate::query;
use crate::right_values::RightValues;
use crate::text::show;
use crate::token_fields::TokenFields;
use crate::token_form::TokenForm;

/// The values of the parts.
#[derive(Clone, Copy)]
pub(crate) struct PartValues<'a> {
    /// As it is hashed, or as it is the key.
    pub(crate) secret: &'a [u8],
    /// In whichever form the scheme takes it: the value of [`path_part`].
    pub(crate) path: &'a [u8],
    pub(crate) time: &'a [u8],
    pub(crate) client_ip: &'a [u8],
    /// Of the parts that nobody takes in another way.
    pub(crate) right: &'a RightValues,
}

impl<'a> PartValues<'a> {
    pub(crate) fn of(self, part: &'a Part) -> &'a [u8] {
        match part {
            Part::Secret => self.secret,
            Part::Time => self.time,
            Part::ClientIp => self.client_ip,
            Part::Literal(text) => text.as_bytes(),
            Part::Choice { .. } => b"",
            part if *part == self.right.path_part => self.path,
            part => self.right.of(part),
        }
    }

    /// Whether the one among these parts that may be empty is not.
    fn is_there(self, parts: &'a [Part]) -> bool {
        let may_be_empty = |part: &&Part| {
            matches!(
                part,
                Part::Time | Part::ClientIp | Part::Args | Part::Field(_) | Part::Variable(_)
            )
        };
        let mut parts = parts.iter().filter(may_be_empty);
        parts.next().is_none_or(|part| !self.of(part).is_empty())
    }

    /// The parts that are hashed: of every choice those that are chosen.
    pub(crate) fn chosen(self, parts: &'a [Part]) -> Vec<&'a Part> {
        let mut chosen = Vec::with_capacity(parts.len());
        let mut rest = parts;
        while let Some((part, behind)) = rest.split_first() {
            rest = behind;
            let Part::Choice { parts, otherwise } = part else {
                chosen.push(part);
                continue;
            };
            let (there, behind) = rest.split_at_checked((*parts).into()).unwrap_or_default();
            let (instead, behind) = behind
                .split_at_checked((*otherwise).into())
                .unwrap_or_default();
            let taken = if self.is_there(there) { there } else { instead };
            chosen.extend(taken);
            rest = behind;
        }
        chosen
    }
}

/// How parts become a digest.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) hash: HashUse,
    pub(crate) parts: Vec<Part>,
}

impl Message {
    /// What a format has.
    pub(crate) fn of(format: &Format) -> Self {
        Self {
            hash: HashUse::of(format.digest),
            parts: format.message.to_vec(),
        }
    }

    pub(crate) fn digest(&self, values: PartValues<'_>) -> Vec<u8> {
        let chosen = values.chosen(&self.parts);
        let pieces = chosen.into_iter().map(|part| values.of(part));
        self.hash.digest(values.secret, pieces)
    }
}

/// A hash function's name for a reader.
pub(crate) const fn name(hash: Hash) -> &'static str {
    match hash {
        Hash::Md5 => "MD5",
        Hash::Sha1 => "SHA-1",
        Hash::Sha256 => "SHA-256",
        Hash::Sha384 => "SHA-384",
        Hash::Sha512 => "SHA-512",
    }
}

/// What the module hashes, the secret as dots.
pub(crate) fn hashed(request: &LinkRequest<'_>, fields: &TokenFields) -> String {
    let Some(format) = request.scheme.facts().format() else {
        return String::new();
    };
    let right = RightValues::new(request, fields);
    let paths = right.paths();
    let values = PartValues {
        secret: b"",
        path: fitting_path(request, fields, &right, &paths).unwrap_or_default(),
        time: fields.time.as_deref().unwrap_or_default(),
        client_ip: &address(request),
        right: &right,
    };
    let said = |part: &Part| match part {
        Part::Secret => "\u{2022}\u{2022}\u{2022}".to_owned(),
        part => show(values.of(part)),
    };
    values
        .chosen(&format.message)
        .into_iter()
        .map(said)
        .collect()
}

/// Of the directories above a file the one that the link is for; the deepest where it is for none.
fn fitting_path<'p>(
    request: &LinkRequest<'_>,
    fields: &TokenFields,
    right: &RightValues,
    paths: &'p [Vec<u8>],
) -> Option<&'p [u8]> {
    let token = show(&fields.token);
    let fits = |path: &&Vec<u8>| {
        let mut tokens = tokens(request, fields, right, path).into_iter().flatten();
        tokens.any(|right| TokenForm::is_same(&right, &token))
    };
    let found = match paths {
        [_, _, ..] => paths.iter().find(fits),
        _ => None,
    };
    found.or(paths.first()).map(Vec::as_slice)
}

/// The part of a scheme's message that is the path; the path itself where it has none.
pub(crate) fn path_part(scheme: &Scheme) -> Part {
    let format = scheme.facts().format();
    let mut message = format.into_iter().flat_map(|format| format.message.iter());
    message
        .find(|part| part.is_path())
        .cloned()
        .unwrap_or(Part::Path)
}

/// The path as it was sent, without the segments that are the token's and those in front of them.
pub(crate) fn raw_path<'a>(request: &LinkRequest<'a>) -> &'a [u8] {
    let sent = request.url.sent_path();
    let rest = query::path_token(&request.scheme, sent).map(|found| found.rest);
    request.stated_path.unwrap_or(rest.unwrap_or(sent))
}

/// The query as it was sent, without the token; empty where nothing is left.
pub(crate) fn other_args(request: &LinkRequest<'_>) -> Vec<u8> {
    let query = request.query();
    let is_in_query = request.scheme.facts().carrier == Carrier::Query
        && request.place().is_none_or(|place| place.is_args());
    if is_in_query {
        query::without_token(&request.rules.params, query)
    } else {
        query.to_vec()
    }
}

/// The address as it is hashed; empty where the link is bound to none.
pub(crate) fn address(request: &LinkRequest<'_>) -> Vec<u8> {
    let given = request.bound_ip().unwrap_or_default();
    inspect::address(given).unwrap_or_else(|| given.to_vec())
}

/// The token that each secret makes of this link; none where it has no path to sign. `None` for a secret that the scheme cannot use, and for a link
/// that has no time where it has to have one.
pub(crate) fn computed(request: &LinkRequest<'_>, fields: &TokenFields) -> Vec<Option<String>> {
    let right = RightValues::new(request, fields);
    let paths = right.paths();
    match fitting_path(request, fields, &right, &paths) {
        Some(path) => tokens(request, fields, &right, path),
        None => Vec::new(),
    }
}

fn tokens(
    request: &LinkRequest<'_>,
    fields: &TokenFields,
    right: &RightValues,
    path: &[u8],
) -> Vec<Option<String>> {
    let scheme = &request.scheme;
    let client_ip = address(request);
    let time = fields.time.as_deref().unwrap_or_default();
    let one = |secret: &&[u8]| {
        let format = scheme.facts().format()?;
        let is_timed = match format.time {
            Some(own) if time.is_empty() => own.is_optional,
            Some(own) => inspect::read_time(own.spelling, time).is_some(),
            None => true,
        };
        let secret = inspect::secret_bytes(scheme, secret).filter(|_| is_timed)?;
        let digest = Message::of(format).digest(PartValues {
            secret: &secret,
            path,
            time,
            client_ip: &client_ip,
            right,
        });
        Some(TokenForm::of(scheme)?.write(&digest))
    };
    request.secrets.iter().map(one).collect()
}
