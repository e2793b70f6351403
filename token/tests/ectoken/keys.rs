//! Keys that were made of secrets beforehand.

use token::{Failure, Key, Request, RequestParts, Rules, Secret, Source};

use crate::*;

/// A request with keys that were made of its secrets beforehand.
struct WithKeys<'a> {
    request: RequestParts<'a>,
    keys: Vec<Option<Key>>,
}

impl Request for WithKeys<'_> {
    fn path(&self) -> Result<&[u8], Failure> {
        self.request.path()
    }
    fn stated_path(&self) -> Result<Option<&[u8]>, Failure> {
        self.request.stated_path()
    }
    fn target(&self) -> Result<&[u8], Failure> {
        self.request.target()
    }
    fn client_ip(&self) -> Result<Option<&[u8]>, Failure> {
        self.request.client_ip()
    }
    fn country(&self) -> Result<Option<&[u8]>, Failure> {
        self.request.country()
    }
    fn referrer(&self) -> Result<&[u8], Failure> {
        self.request.referrer()
    }
    fn host(&self) -> Result<&[u8], Failure> {
        self.request.host()
    }
    fn protocol(&self) -> Result<&[u8], Failure> {
        self.request.protocol()
    }
    fn variable(&self, index: usize) -> Result<&[u8], Failure> {
        self.request.variable(index)
    }
    fn source(&self, index: usize) -> Result<Option<Source<'_>>, Failure> {
        self.request.source(index)
    }
    fn secret(&self, index: usize) -> Result<Option<Secret<'_>>, Failure> {
        let secret = self.request.secret(index)?;
        let key = self.keys.get(index).and_then(Option::as_ref);
        Ok(secret.map(|secret| secret.with_key(key)))
    }
}

#[test]
fn a_key_made_beforehand_opens_what_its_secret_opens() {
    let version_3 = sealed(b"ec_expire=0");
    let version_2 = version_2(b"ec_secure=025&ec_expire=0", SECRET);
    for (scheme, token) in [
        (ectoken(), &version_3),
        (legacy(), &version_3),
        (legacy(), &version_2),
    ] {
        let secrets: &[&[u8]] = &[b"first", SECRET];
        let with_keys = WithKeys {
            request: RequestParts {
                sources: &[Source::query(token.as_bytes())],
                secrets,
                ..request()
            },
            keys: secrets
                .iter()
                .map(|secret| scheme.prepare(Secret::new(secret)).unwrap())
                .collect(),
        };
        let verdict = scheme.verify(&with_keys, &Rules::of(&scheme), NOW).unwrap();
        assert_eq!(verdict.reason(), None);
        assert_eq!(verdict.token().map(|token| token.secret), Some(1));
    }
}
