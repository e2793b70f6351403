//! Links that are signed after a token which was opened.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that panics is a test that fails"
)]

#[path = "../common/mod.rs"]
mod common;

mod changed;
mod claims;
mod properties;

use common::{SentLink, fields, front, has_time, link, path, sign};
use proptest::prelude::*;
use token::{
    Carrier, Child, Claim, ClientIp, Failure, Link, Reason, Request, RequestParts, Rules, Scheme,
    Scope, Secret, SignError, Source, Verdict, scheme,
};

const NOW: u64 = 1_800_000_000;
const CLIENT: &[u8] = b"192.0.2.7";
const OTHER_CLIENT: &[u8] = b"198.51.100.9";
/// Of every spelling: hexadecimal digits are text, too, and base64 of something.
const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

fn by_name(name: &str) -> Scheme {
    scheme::by_name(name.as_bytes()).unwrap()
}

fn after(
    scheme: &Scheme,
    request: &impl Request,
    path: &[u8],
    target: &[u8],
) -> Result<String, SignError> {
    let rules = Rules::of(scheme);
    let verdict = scheme.verify(request, &rules, NOW).unwrap();
    assert_eq!(verdict.reason(), None, "{}", scheme.name());
    let token = verdict.token().unwrap();
    let mut sent = String::new();
    let child = Child { path, target };
    let at = scheme.sign_child(request, token, &child, &rules, &mut sent)?;
    assert_eq!(at, front(scheme).len(), "{}", scheme.name());
    Ok(sent)
}

/// What is sent of a link whose parent was sent so, for the same client.
fn child(scheme: &Scheme, parent: &[u8], sent: &[u8], child: &[u8]) -> Result<String, SignError> {
    let parent = SentLink::new(scheme, parent, sent);
    let (sources, secrets) = (parent.sources(), [SECRET]);
    let request = RequestParts {
        client_ip: Some(CLIENT),
        country: Some(b"DE"),
        ..parent.parts(&sources, &secrets)
    };
    after(scheme, &request, child, child)
}

fn verdict(scheme: &Scheme, path: &[u8], sent: &str, client_ip: &[u8], country: &[u8]) -> Verdict {
    let link = SentLink::new(scheme, path, sent.as_bytes());
    let (sources, secrets) = (link.sources(), [SECRET]);
    let request = RequestParts {
        client_ip: Some(client_ip),
        country: Some(country),
        ..link.parts(&sources, &secrets)
    };
    scheme.verify(&request, &Rules::of(scheme), NOW).unwrap()
}

fn reason(scheme: &Scheme, path: &[u8], sent: &str) -> Option<Reason> {
    verdict(scheme, path, sent, CLIENT, b"DE").reason()
}

/// A link with these fields or claims.
fn signed<'a>(scheme: &Scheme, of: Link<'a>) -> String {
    let link = Link {
        target: if of.target.is_empty() {
            of.path
        } else {
            of.target
        },
        expires: of.expires.or(Some(NOW + 600)),
        ..of
    };
    sign(scheme, &link, &Rules::of(scheme), SECRET).unwrap()
}

fn claims<'a>(claims: &[(&'a str, &'a str)]) -> Vec<Claim<'a>> {
    let claim = |(name, value): &(&'a str, &'a str)| Claim {
        name: name.as_bytes(),
        value: value.as_bytes(),
    };
    claims.iter().map(claim).collect()
}
