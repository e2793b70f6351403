//! What bunny's tokens demand, and what is refused though a secret opens it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that panics is a test that fails"
)]

#[path = "../common/mod.rs"]
mod common;
mod properties;
mod refused;
mod sign;
mod strip;

use token::{Claim, Link, Reason, RequestParts, Rules, Scheme, SignError, Source, Verdict, scheme};

const SECRET: &[u8] = b"a-secret-for-tests";
const NOW: u64 = 1_800_000_000;
const EXPIRES: u64 = 1_900_000_000;
const CLIENT: &str = "192.0.2.7";

fn bunny() -> Scheme {
    scheme::by_name(b"bunny").unwrap()
}

/// What makes a link open: `target` is the path and the query that go with it.
fn try_sign(
    target: &str,
    claims: &[(&str, &str)],
    client: Option<&str>,
) -> Result<String, SignError> {
    let claims: Vec<Claim<'_>> = claims
        .iter()
        .map(|(name, value)| Claim {
            name: name.as_bytes(),
            value: value.as_bytes(),
        })
        .collect();
    let link = Link {
        path: target.split('?').next().unwrap().as_bytes(),
        target: target.as_bytes(),
        expires: Some(EXPIRES),
        client_ip: client.map(str::as_bytes),
        claims: &claims,
        ..token::Link::default()
    };
    common::sign(&bunny(), &link, &Rules::of(&bunny()), SECRET)
}

fn signed(target: &str, claims: &[(&str, &str)], client: Option<&str>) -> String {
    try_sign(target, claims, client).unwrap()
}

/// A request for a target, whose path NGINX decoded into this one.
fn verdict_of(path: &str, target: &str, client: &str, country: Option<&str>) -> Verdict {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let sources = [Source::query(query.as_bytes())];
    let request = RequestParts {
        path: path.as_bytes(),
        target: target.as_bytes(),
        sources: &sources,
        secrets: &[SECRET],
        client_ip: Some(client.as_bytes()),
        country: country.map(str::as_bytes),
        ..RequestParts::default()
    };
    let scheme = bunny();
    scheme.verify(&request, &Rules::of(&scheme), NOW).unwrap()
}

/// Why a link is refused whose path has no escapes; `None` where it opens.
fn refusal(target: &str) -> Option<Reason> {
    let path = target.split('?').next().unwrap();
    verdict_of(path, target, CLIENT, None).reason()
}
