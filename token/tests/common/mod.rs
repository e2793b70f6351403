//! Links as a client sends them, for every scheme alike.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test uses some of it, and one that panics is a test that fails"
)]

use token::{
    Anatomy, Carrier, Claim, Failure, FieldKind, Link, OpenedToken, Part, RequestParts, Rules,
    Scheme, Secret, SecretSpelling, SignError, Source, TokenPart,
};

/// What makes a link open: the arguments of its query, or segments of its path.
pub(crate) fn sign(
    scheme: &Scheme,
    link: &Link<'_>,
    rules: &Rules,
    secret: &[u8],
) -> Result<String, SignError> {
    let mut sent = String::new();
    let mut random = |bytes: &mut [u8]| getrandom::fill(bytes).map_err(|_| Failure);
    scheme.sign(link, rules, Secret::new(secret), &mut random, &mut sent)?;
    Ok(sent)
}

/// What the paths of a scheme's links have in front of the token's place.
pub(crate) fn front(scheme: &Scheme) -> String {
    let format = scheme.facts().format();
    let parts = format.map_or(&[][..], |format| &format.prefix);
    let text = |part: &TokenPart| match part {
        TokenPart::Text(text) => text.to_string(),
        _ => "front".to_owned(),
    };
    parts.iter().map(text).collect()
}

/// A path of the scheme's links that ends so.
pub(crate) fn path(scheme: &Scheme, end: &[u8]) -> Vec<u8> {
    [front(scheme).as_bytes(), end].concat()
}

/// The values of the fields that a link has to have besides token and time.
pub(crate) fn fields(scheme: &Scheme) -> Vec<Claim<'_>> {
    let Some(format) = scheme.facts().format() else {
        return Vec::new();
    };
    let fields = format.fields.iter().zip(0u8..);
    let asked_for = fields.filter(|(field, id)| {
        let is_in_path = format.prefix.contains(&TokenPart::Field(*id)) || format.rest == Some(*id);
        !is_in_path && !field.is_optional && field.kind != FieldKind::Ttl
    });
    asked_for
        .map(|(field, _)| Claim {
            name: field.name.as_bytes(),
            value: b"0",
        })
        .collect()
}

/// Whether the scheme's links have a time.
pub(crate) fn has_time(scheme: &Scheme) -> bool {
    let format = scheme.facts().format();
    format.is_none_or(|format| format.time.is_some())
}

/// Whether the scheme's links may say that they open for ever.
pub(crate) fn may_last(scheme: &Scheme) -> bool {
    let Some(format) = scheme.facts().format() else {
        return matches!(scheme.facts().anatomy, Anatomy::Sealed);
    };
    let has_ttl = format
        .fields
        .iter()
        .any(|field| field.kind == FieldKind::Ttl);
    has_ttl || format.time.is_none_or(|time| time.is_optional)
}

/// Whether a token is for the path as a whole, whichever part of it is in front.
pub(crate) fn hashes_path(scheme: &Scheme) -> bool {
    let format = scheme.facts().format();
    format.is_none_or(|format| {
        let is_path = |part: &Part| matches!(part, Part::Path | Part::RawPath | Part::RawUri);
        format.message.iter().any(is_path)
    })
}

/// A link of the scheme; `expires` where its links have a time.
pub(crate) fn link<'a>(
    scheme: &Scheme,
    path: &'a [u8],
    fields: &'a [Claim<'a>],
    expires: u64,
) -> Link<'a> {
    Link {
        path,
        target: path,
        expires: has_time(scheme).then_some(expires),
        issued: Some(expires.saturating_sub(60)),
        fields,
        ..Link::default()
    }
}

/// A link with what makes it open in its place.
pub(crate) struct SentLink<'a> {
    path: Vec<u8>,
    target: Vec<u8>,
    query: &'a [u8],
}

impl<'a> SentLink<'a> {
    pub(crate) fn new(scheme: &Scheme, path: &'a [u8], sent: &'a [u8]) -> Self {
        let (path, target, query) = match scheme.facts().carrier {
            Carrier::Path => {
                let (front, behind) = path.split_at(front(scheme).len());
                let path = [front, sent, behind].concat();
                (path.clone(), path, b"".as_slice())
            }
            _ => (path.to_vec(), [path, b"?", sent].concat(), sent),
        };
        Self {
            path,
            target,
            query,
        }
    }

    /// The request, to which a test adds what it is about.
    pub(crate) fn sources(&self) -> [Source<'_>; 1] {
        [Source::query(self.query)]
    }

    pub(crate) fn parts<'r>(
        &'r self,
        sources: &'r [Source<'r>],
        secrets: &'r [&'r [u8]],
    ) -> RequestParts<'r> {
        RequestParts {
            path: &self.path,
            target: &self.target,
            sources,
            secrets,
            ..RequestParts::default()
        }
    }
}

/// The text of an opened token as it stands in its link.
pub(crate) fn token_text<'t>(
    rules: &Rules,
    token: &OpenedToken,
    target: &'t [u8],
    query: &'t [u8],
) -> &'t [u8] {
    match token.place.carrier {
        Carrier::Path => token.place.own(target).next().unwrap(),
        Carrier::Query | Carrier::Value => rules.params.find(query).unwrap().token,
    }
}

/// A secret as the scheme writes it.
pub(crate) fn spelt(scheme: &Scheme, key: &[u8]) -> Vec<u8> {
    let encoding = match scheme.facts().secret() {
        SecretSpelling::Text => return key.to_vec(),
        SecretSpelling::Base64 => data_encoding::BASE64,
        SecretSpelling::Base64Url => data_encoding::BASE64URL_NOPAD,
        SecretSpelling::Hex => data_encoding::HEXLOWER,
    };
    encoding.encode_display(key).to_string().into_bytes()
}
