//! A request that cannot answer: nothing is decided then, and nothing opens.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    reason = "a test that panics is a test that fails"
)]

use std::cell::Cell;

mod common;

use common::{SentLink, fields, link, path, sign, spelt};
use token::{
    Anatomy, Claim, ClientIp, Failure, Link, Request, RequestParts, Rules, Scheme, Secret, Source,
    Verdict, scheme,
};

const KEY: &[u8] = b"a-secret-for-tests";
const VARIABLES: &[&[u8]] = &[b"example.com"];

/// Answers so many questions, and fails at the next one.
struct Failing<'a> {
    parts: RequestParts<'a>,
    left: Cell<usize>,
}

impl Failing<'_> {
    fn ask(&self) -> Result<(), Failure> {
        let left = self.left.get().checked_sub(1).ok_or(Failure)?;
        self.left.set(left);
        Ok(())
    }
}

impl Request for Failing<'_> {
    fn path(&self) -> Result<&[u8], Failure> {
        self.ask().and_then(|()| self.parts.path())
    }
    fn stated_path(&self) -> Result<Option<&[u8]>, Failure> {
        self.ask().and_then(|()| self.parts.stated_path())
    }
    fn target(&self) -> Result<&[u8], Failure> {
        self.ask().and_then(|()| self.parts.target())
    }
    fn client_ip(&self) -> Result<Option<&[u8]>, Failure> {
        self.ask().and_then(|()| self.parts.client_ip())
    }
    fn country(&self) -> Result<Option<&[u8]>, Failure> {
        self.ask().and_then(|()| self.parts.country())
    }
    fn referrer(&self) -> Result<&[u8], Failure> {
        self.ask().and_then(|()| self.parts.referrer())
    }
    fn host(&self) -> Result<&[u8], Failure> {
        self.ask().and_then(|()| self.parts.host())
    }
    fn protocol(&self) -> Result<&[u8], Failure> {
        self.ask().and_then(|()| self.parts.protocol())
    }
    fn variable(&self, index: usize) -> Result<&[u8], Failure> {
        self.ask().and_then(|()| self.parts.variable(index))
    }
    fn source(&self, index: usize) -> Result<Option<Source<'_>>, Failure> {
        self.ask().and_then(|()| self.parts.source(index))
    }
    fn secret(&self, index: usize) -> Result<Option<Secret<'_>>, Failure> {
        self.ask().and_then(|()| self.parts.secret(index))
    }
}

/// What opens the path, and asks about everything that the scheme can ask.
fn signed(scheme: &Scheme, path: &[u8], variables: &[&[u8]]) -> String {
    let claims = [
        ("ec_url_allow", "/"),
        ("ec_clientip", "192.0.2.7"),
        ("ec_country_allow", "DE"),
        ("ec_ref_allow", "example.com"),
        ("ec_host_allow", "example.com"),
        ("ec_proto_allow", "https"),
    ];
    let arguments = [("token_path", "/"), ("token_countries", "DE")];
    let patterns = [("acl", "/*"), ("ip", "192.0.2.7")];
    let claim = |(name, value): (&'static str, &'static str)| Claim {
        name: name.as_bytes(),
        value: value.as_bytes(),
    };
    let (claims, arguments) = (claims.map(claim), arguments.map(claim));
    let patterns = patterns.map(claim);
    let facts = scheme.facts();
    let fields = fields(scheme);
    let link = Link {
        client_ip: match (facts.client_ip, &facts.anatomy) {
            (ClientIp::Never, _) | (_, Anatomy::Sealed) => None,
            _ if scheme.name() == "akamai" => None,
            _ => Some(b"192.0.2.7"),
        },
        claims: match facts.anatomy {
            Anatomy::Signed { .. } if scheme.name() == "akamai" => &patterns,
            Anatomy::Signed { .. } => &arguments,
            Anatomy::Sealed => &claims,
            Anatomy::Digest(_) => &[],
        },
        variables,
        ..link(scheme, path, &fields, 1_900_000_060)
    };
    sign(scheme, &link, &Rules::of(scheme), &spelt(scheme, KEY)).unwrap()
}

#[test]
fn a_failure_at_any_question_of_any_scheme_opens_nothing() {
    let own = Scheme::own(
        "own",
        "?sig={token}&exp={expires}",
        "hmac-sha256:hex",
        "{expires}\\n{path}\\n$host",
        &[],
    );
    for scheme in scheme::all().iter().chain([&own.unwrap()]) {
        let path = path(scheme, b"/d/a");
        let signed = signed(scheme, &path, VARIABLES);
        let sent = SentLink::new(scheme, &path, signed.as_bytes());
        let sources = [Source::value(b"x=1"), sent.sources()[0]];
        let (other, secret) = (spelt(scheme, b"another-secret"), spelt(scheme, KEY));
        let secrets: [&[u8]; 2] = [&other, &secret];
        let parts = RequestParts {
            client_ip: (scheme.facts().client_ip != ClientIp::Never).then_some(b"192.0.2.7"),
            country: Some(b"DE"),
            referrer: b"https://example.com/",
            host: b"example.com",
            protocol: b"https",
            variables: VARIABLES,
            ..sent.parts(&sources, &secrets)
        };
        let ask = |questions| {
            let left = Cell::new(questions);
            let request = Failing { parts, left };
            scheme.verify(&request, &Rules::of(scheme), 1_900_000_000)
        };
        let asked = (0..100).find(|&questions| ask(questions).is_ok());
        let asked = asked.expect("so many questions are enough");
        assert!(asked >= 4, "{}: {asked} questions", scheme.name());
        assert!(
            matches!(ask(asked), Ok(Verdict::Passed(_))),
            "{}: it opens where all are answered",
            scheme.name()
        );
    }
}
