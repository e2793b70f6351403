//! akamai: what opens, what does not, and what is signed.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that panics is a test that fails"
)]

use token::{
    Claim, Failure, Link, Reason, RequestParts, Rules, Scheme, Secret, SignError, Source, scheme,
};

mod keys;
mod readings;
mod requests;
mod sign;

const NOW: u64 = 1_800_000_000;
const SECRET: &[u8] = b"52a152a152a152a152a152a152a1";

fn akamai(words: &[&str]) -> Scheme {
    let plain = scheme::by_name(b"akamai").unwrap();
    let with_word = |scheme: Scheme, word: &&str| scheme.with_word(word.as_bytes()).unwrap();
    words.iter().fold(plain, with_word)
}

/// What a signer is told: the path as it is decoded and as it is sent, and `name=value~name=value`.
struct Order<'a> {
    scheme: Scheme,
    path: &'a str,
    target: &'a str,
    claims: &'a str,
    rules: Rules,
}

impl<'a> Order<'a> {
    fn new(path: &'a str, claims: &'a str) -> Self {
        let scheme = akamai(&[]);
        Self {
            rules: Rules::of(&scheme),
            scheme,
            path,
            target: path,
            claims,
        }
    }

    /// The arguments of a link that opens until now.
    fn sign(&self) -> Result<String, SignError> {
        let pairs = self.claims.split('~').filter(|pair| !pair.is_empty());
        let claims: Vec<Claim<'_>> = pairs
            .map(|pair| pair.split_once('=').unwrap())
            .map(|(name, value)| Claim {
                name: name.as_bytes(),
                value: value.as_bytes(),
            })
            .collect();
        let link = Link {
            path: self.path.as_bytes(),
            target: self.target.as_bytes(),
            expires: Some(NOW),
            claims: &claims,
            ..Link::default()
        };
        self.sign_link(&link)
    }

    fn sign_link(&self, link: &Link<'_>) -> Result<String, SignError> {
        let mut signed = String::new();
        let (secret, random) = (Secret::new(SECRET), &mut |_: &mut [u8]| Err(Failure));
        self.scheme
            .sign(link, &self.rules, secret, random, &mut signed)?;
        Ok(signed)
    }

    /// The verdict about a request with this query.
    fn reason(&self, query: &str) -> Option<Reason> {
        let target = format!("{}?{query}", self.target);
        let sources = [Source::query(query.as_bytes())];
        let request = RequestParts {
            path: self.path.as_bytes(),
            target: target.as_bytes(),
            sources: &sources,
            secrets: &[SECRET],
            client_ip: Some(b"192.0.2.7"),
            ..RequestParts::default()
        };
        self.reason_of(&request)
    }

    fn reason_of(&self, request: &RequestParts<'_>) -> Option<Reason> {
        let verdict = self.scheme.verify(request, &self.rules, NOW);
        verdict.unwrap().reason()
    }
}
