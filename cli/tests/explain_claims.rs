//! `secure-token explain`: what an ectoken says.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::ectoken::{CLAIMS, is_named, link};
use common::{Cli, NOW};
use serde_json::Value;

/// The claims of a link: name, value, what they say and whether they hold.
fn claims(args: &[&str]) -> Vec<(String, String, Option<bool>)> {
    let first = [
        "explain",
        "--json",
        "--secret-file",
        "key",
        "--now",
        NOW,
        "--scheme",
        "ectoken",
    ];
    let json = Cli::new().run(&[&first, args].concat()).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let claims = json["claims"].as_array().unwrap().clone();
    claims
        .iter()
        .map(|claim| {
            (
                text(&claim["name"]),
                text(&claim["says"]),
                claim["holds"].as_bool(),
            )
        })
        .collect()
}

#[test]
fn what_a_token_says_is_told_in_words() {
    let claims =
        format!("{CLAIMS}&ec_country_allow=DE, FR&ec_ref_deny=a.example&ec_rate=100&user=42");
    let ran = Cli::new().run(&[
        "explain",
        "--secret-file",
        "key",
        "--now",
        NOW,
        "--country",
        "US",
        &link(&claims),
    ]);
    assert_eq!(ran.code, 1);
    let text = ran.quietly();
    let (_, behind) = text.split_once("checks\n").unwrap();
    assert_eq!(
        behind,
        "  passed       the link has a token
  passed       nothing of it is there twice
  passed       the token is of the right form
  passed       the secret decrypts it
  passed       every claim can be read
  passed       it has not expired
  failed       the request meets 3 restrictions
claims
  holds        ec_expire=1795514400
               expires 2026-11-24 10:00:00 UTC (in 24 hours)
  holds        ec_url_allow=/films/
               opens only paths that begin with /films/
  fails        ec_country_allow=DE, FR
               opens only to clients in DE or FR; the client's country is \"US\"
  holds        ec_ref_deny=a.example
               does not open from the pages a.example
  no matter    ec_rate=100
               does nothing here
  no matter    user=42
               is the signer's own and demands nothing
verdict
  REJECTED: country, secret 1, expires 2026-11-24 10:00:00 UTC (in 24 hours)
  The token is not for clients of this country, or nobody knows the country. See that secure_token_country is set; \
         here it is given with --country.
"
    );
}

#[test]
fn every_restriction_is_held_against_the_request_by_itself() {
    let all = link(
        "ec_expire=1&ec_url_allow=/other/&ec_clientip=192.0.2.0/24&ec_country_allow=DE&ec_country_deny=FR&ec_ref_allow=a.example\
         &ec_host_allow=g&ec_host_deny=h&ec_proto_allow=http",
    );
    let names = [
        "ec_expire",
        "ec_url_allow",
        "ec_clientip",
        "ec_country_allow",
        "ec_country_deny",
        "ec_ref_allow",
        "ec_host_allow",
        "ec_host_deny",
        "ec_proto_allow",
    ];
    let expected = |holds: [Option<bool>; 9]| {
        names
            .map(str::to_owned)
            .into_iter()
            .zip(holds)
            .collect::<Vec<_>>()
    };
    let found = |args: &[&str]| {
        claims(args)
            .into_iter()
            .map(|(name, _, holds)| (name, holds))
            .collect::<Vec<_>>()
    };
    let (yes, no, none) = (Some(true), Some(false), None);
    assert_eq!(
        found(&[&all]),
        expected([no, no, no, no, none, no, no, none, no])
    );
    let meeting = [
        "--client-ip",
        "192.0.2.7",
        "--country",
        "de",
        "--header",
        "Referer: http://a.example/",
        "--header",
        "Host: g",
        &all.replace("https", "http").replace("/films/", "/other/"),
    ];
    assert_eq!(
        found(&meeting),
        expected([no, yes, yes, yes, none, yes, yes, none, yes])
    );
}

#[test]
fn what_the_request_lacks_is_asked_for() {
    let link = link(
        "ec_clientip=192.0.2.7&ec_country_deny=US&ec_ref_allow=a.example&ec_proto_allow=https&ec_host_allow=h",
    );
    let path = link.strip_prefix("https://h").unwrap();
    for (name, said) in [
        ("ec_clientip", "--client-ip"),
        ("ec_country_deny", "--country"),
        ("ec_ref_allow", "--header 'Referer"),
        ("ec_host_allow", "--header 'Host"),
        ("ec_proto_allow", "give the whole URL"),
    ] {
        let claims = claims(&[path]);
        let (_, says, holds) = claims.iter().find(|claim| claim.0 == name).unwrap();
        assert!(*holds == Some(false) && says.contains(said), "{says}");
    }
}

#[test]
fn claims_that_cannot_be_read_are_named() {
    for (claims, said) in [
        (
            "ec_expire=soon",
            "ec_expire takes a Unix time in seconds, and not \"soon\"",
        ),
        (
            "ec_country_allow=Germany",
            "ec_country_allow cannot be read: it takes countries of two letters",
        ),
        (
            "ec_url_allow=films/",
            "ec_url_allow cannot be read: it takes beginnings of decoded paths",
        ),
        ("ec_ref_allow=http://a.example", "without http://"),
        ("ec_host_allow=h:80", "hosts without a port"),
        ("ec_clientip=192.0.2", "addresses and networks"),
        ("ec_proto_allow=ftp", "http, https or both"),
        ("ec_new=1", "The module knows no claim \"ec_new\""),
        (
            "ec_url_allow=/films/my%20film",
            "was signed percent-encoded",
        ),
        ("ec_url_allow=/Films/", "in another case"),
        ("ec_url_allow=/films/*", "\"*\" is a plain character"),
    ] {
        is_named(&[&link(claims)], said);
    }
    let ran = Cli::new().run(&[
        "explain",
        "--json",
        "--secret-file",
        "key",
        "--now",
        NOW,
        &link("ec_expire=1795514400000"),
    ]);
    assert!(
        ran.code == 0
            && ran
                .out
                .contains("looks like milliseconds: sign seconds, 1795514400."),
        "{}",
        ran.out
    );
    let twice = claims(&[&link("ec_expire=1795514400&ec_expire=1795514400")]);
    assert!(
        twice
            .iter()
            .all(|(_, says, holds)| says.contains("twice") && *holds == Some(false))
    );
}
