//! Links as a client sends them, for every scheme alike.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test uses some of it, and one that panics is a test that fails"
)]

use token::{
    Carrier, Failure, Link, RequestParts, Rules, Scheme, Secret, SecretSpelling, SignError, Source,
};

/// What makes a link open: the arguments of its query, or the first segments of its path.
pub(crate) fn sign(
    scheme: Scheme,
    link: &Link<'_>,
    rules: &Rules,
    secret: &[u8],
) -> Result<String, SignError> {
    let mut sent = String::new();
    let mut random = |bytes: &mut [u8]| getrandom::fill(bytes).map_err(|_| Failure);
    scheme.sign(link, rules, Secret::new(secret), &mut random, &mut sent)?;
    Ok(sent)
}

/// A link with what makes it open in its place.
pub(crate) struct SentLink<'a> {
    path: Vec<u8>,
    target: Vec<u8>,
    query: &'a [u8],
}

impl<'a> SentLink<'a> {
    pub(crate) fn new(scheme: Scheme, path: &'a [u8], sent: &'a [u8]) -> Self {
        let (path, target, query) = match scheme.facts().carrier {
            Carrier::Path => {
                let path = [sent, path].concat();
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

/// A secret as the scheme writes it.
pub(crate) fn spelt(scheme: Scheme, key: &[u8]) -> Vec<u8> {
    let spelling = scheme.facts().format().map(|format| format.secret);
    if spelling == Some(SecretSpelling::Base64) {
        data_encoding::BASE64
            .encode_display(key)
            .to_string()
            .into_bytes()
    } else {
        key.to_vec()
    }
}
