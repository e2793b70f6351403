//! A request with a signed link, as the module asks about it: with keys that were made of the secrets beforehand.

use token::{
    ClientIp, Failure, Key, Link, Request, Rules, Scheme, Secret, SignError, Source, Verdict,
    scheme,
};

/// The second at which links are looked at.
pub const NOW: u64 = 1_800_000_000;
const PATH: &[u8] = b"/videos/2027/holiday.mp4";
const CLIENT_IP: &[u8] = b"127.0.0.1";

/// A request with a signed link.
pub struct SignedRequest {
    scheme: Scheme,
    rules: Rules,
    /// What stands behind the path, without `?`.
    pub query: Vec<u8>,
    target: Vec<u8>,
    secrets: Vec<(Vec<u8>, Option<Key>)>,
    is_bound: bool,
}

impl SignedRequest {
    /// A link by the secret at the position `signer`.
    ///
    /// # Panics
    /// Where there is no such scheme, or it signs no such link.
    pub fn new(name: &str, secrets: &[&str], signer: usize, expires: u64) -> Self {
        let scheme = scheme::by_name(name.as_bytes()).expect("a scheme that is built in");
        let rules = Rules::of(&scheme);
        let is_bound = scheme.facts().client_ip == ClientIp::Claimed;
        let secrets = secrets.iter().map(|text| {
            let key = scheme.prepare(Secret::new(text.as_bytes()));
            (
                text.as_bytes().to_vec(),
                key.expect("a secret of the scheme"),
            )
        });
        let mut request = Self {
            secrets: secrets.collect(),
            scheme,
            rules,
            query: Vec::new(),
            target: Vec::new(),
            is_bound,
        };
        request.query = request.sign(signer, expires).expect("a link of the scheme");
        request.target = [PATH, b"?", &request.query].concat();
        request
    }

    /// The query of a link by the secret at the position `signer`.
    ///
    /// # Errors
    /// Why the scheme signs no such link.
    pub fn sign(&self, signer: usize, expires: u64) -> Result<Vec<u8>, SignError> {
        let (secret, _) = self.secrets.get(signer).ok_or(SignError::Secret)?;
        let link = Link {
            path: PATH,
            target: PATH,
            expires: Some(expires),
            client_ip: self.is_bound.then_some(CLIENT_IP),
            ..Link::default()
        };
        let mut random = |bytes: &mut [u8]| getrandom::fill(bytes).map_err(|_| Failure);
        let mut query = String::new();
        let secret = Secret::new(secret);
        self.scheme
            .sign(&link, &self.rules, secret, &mut random, &mut query)?;
        Ok(query.into_bytes())
    }

    /// What is decided about it.
    ///
    /// # Panics
    /// Never: all that is asked for is at hand.
    pub fn verify(&self) -> Verdict {
        self.scheme
            .verify(self, &self.rules, NOW)
            .expect("all is at hand")
    }

    /// Changes the character of the query at this position for another one of the same alphabet.
    pub fn alter(&mut self, at: usize) {
        self.query[at] = if self.query[at] == b'0' { b'1' } else { b'0' };
    }
}

impl Request for SignedRequest {
    fn path(&self) -> Result<&[u8], Failure> {
        Ok(PATH)
    }

    fn stated_path(&self) -> Result<Option<&[u8]>, Failure> {
        Ok(None)
    }

    fn target(&self) -> Result<&[u8], Failure> {
        Ok(&self.target)
    }

    fn client_ip(&self) -> Result<Option<&[u8]>, Failure> {
        Ok(self.is_bound.then_some(CLIENT_IP))
    }

    fn country(&self) -> Result<Option<&[u8]>, Failure> {
        Ok(None)
    }

    fn referrer(&self) -> Result<&[u8], Failure> {
        Ok(b"")
    }

    fn host(&self) -> Result<&[u8], Failure> {
        Ok(b"")
    }

    fn protocol(&self) -> Result<&[u8], Failure> {
        Ok(b"https")
    }

    fn variable(&self, _: usize) -> Result<&[u8], Failure> {
        Err(Failure)
    }

    fn source(&self, index: usize) -> Result<Option<Source<'_>>, Failure> {
        Ok((index == 0).then(|| Source::query(&self.query)))
    }

    fn secret(&self, index: usize) -> Result<Option<Secret<'_>>, Failure> {
        let secret = self.secrets.get(index);
        Ok(secret.map(|(text, key)| Secret::new(text).with_key(key.as_ref())))
    }
}
