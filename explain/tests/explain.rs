//! A link explained without a terminal: the time and its zone are what the caller says.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics is a test that fails"
)]

use explain::place::Place;
use explain::url::Url;
use explain::{Findings, LinkRequest, explain};
use jiff::tz::{Offset, TimeZone};
use token::{Reason, Rules, scheme};

/// 2016-08-01 12:36:40 UTC.
const EXPIRES: u64 = 1_470_055_000;

/// What is found about a link of azion for `/my/uri` whose secret is "mysecret".
fn findings(link: &str, now: u64) -> Findings {
    let scheme = scheme::by_name(b"azion").unwrap();
    let url = Url::parse(link.as_bytes()).unwrap();
    explain(&LinkRequest {
        scheme,
        extra: None,
        rules: Rules::of(scheme),
        path: url.served_path(true).unwrap(),
        served_path: url.served_path(true).unwrap(),
        stated_path: None,
        target: url.target(),
        headers: &[],
        places: vec![Place::args(&url)],
        url,
        secrets: vec![b"mysecret"],
        client_ip: None,
        country: None,
        referrer: b"",
        host: Vec::new(),
        protocol: String::new(),
        now,
        zone: TimeZone::fixed(Offset::from_hours(2).unwrap()),
    })
}

const LINK: &str = "/my/uri?st=m6WCATfRgS_5lcyChCPgrw&e=1470055000";

#[test]
fn a_link_opens_up_to_the_second_that_the_caller_calls_now() {
    let right = findings(LINK, EXPIRES);
    assert_eq!(right.verdict.reason(), None);
    assert!(right.mistakes.is_empty());
    let digest = right.digest.unwrap();
    assert_eq!(digest.message, "•••/my/uri1470055000");
    assert_eq!(digest.computed, ["m6WCATfRgS_5lcyChCPgrw"]);
    assert_eq!(digest.differs_at, None);

    let late = findings(LINK, EXPIRES + 60);
    assert_eq!(late.verdict.reason(), Some(Reason::Expired));
    let guess = &late.mistakes[0];
    assert!(!guess.is_certain, "{}", guess.text);
    assert!(
        guess
            .text
            .contains("This machine has 2016-08-01 14:37:40 +02:00."),
        "{}",
        guess.text
    );
}

#[test]
fn two_mistakes_at_once_are_found_and_have_their_names() {
    // MD5 of "mysecret", a newline, "my/uri" and the expiry.
    let findings = findings("/my/uri?st=gKAv1gvae8uKBvh7o4Mknw&e=1470055000", EXPIRES);
    let ids: Vec<&str> = findings
        .mistakes
        .iter()
        .map(|mistake| mistake.usual.unwrap().id)
        .collect();
    assert_eq!(ids, ["secret-newline", "path-without-leading-slash"]);
    assert!(findings.mistakes.iter().all(|mistake| mistake.is_certain));
}
