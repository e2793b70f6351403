//! A link explained without a terminal: the time and its zone are what the caller says.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics is a test that fails"
)]

use data_encoding::HEXLOWER;
use explain::place::Place;
use explain::url::Url;
use explain::{Findings, LinkRequest, explain};
use jiff::tz::{Offset, TimeZone};
use token::inspect::HashUse;
use token::{Hash, Reason, Rules, scheme};

const MD5: HashUse = HashUse {
    hash: Hash::Md5,
    is_keyed: false,
};

/// 2016-08-01 12:36:40 UTC.
const EXPIRES: u64 = 1_470_055_000;

/// What is found about a link of azion for `/my/uri` whose secret is "mysecret".
fn findings(link: &str, now: u64) -> Findings {
    findings_of("azion", b"mysecret", link, now)
}

fn findings_of(scheme: &str, secret: &[u8], link: &str, now: u64) -> Findings {
    let scheme = scheme::by_name(scheme.as_bytes()).unwrap();
    let url = Url::parse(link.as_bytes()).unwrap();
    explain(&LinkRequest {
        secret_ids: Vec::new(),
        revoked: &[],
        scheme: scheme.clone(),
        rules: Rules::of(&scheme),
        path: url.served_path(true).unwrap(),
        served_path: url.served_path(true).unwrap(),
        stated_path: None,
        target: url.target(),
        headers: &[],
        places: vec![Place::args(&url)],
        url,
        secrets: vec![secret],
        client_ip: None,
        country: None,
        referrer: b"",
        host: Vec::new(),
        protocol: String::new(),
        variables: Vec::new(),
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
fn an_argument_that_is_there_twice_is_named_be_it_in_another_case() {
    let link = "/a.mp4?md5=m6WCATfRgS_5lcyChCPgrw&expires=1470055000&speed=1";
    for (more, told) in [
        ("speed=2", "The parameter \"speed\" is there twice"),
        (
            "Speed=2",
            "The argument \"Speed\" differs from the token's \"speed\" in case alone",
        ),
    ] {
        let found = findings_of("gcore-mp4", b"mysecret", &format!("{link}&{more}"), EXPIRES);
        assert_eq!(found.verdict.reason(), Some(Reason::Duplicate), "{more}");
        let [mistake] = &*found.mistakes else {
            panic!("{more}")
        };
        assert!(mistake.text.starts_with(told), "{}", mistake.text);
    }
}

#[test]
fn two_mistakes_at_once_are_found_and_have_their_names() {
    // MD5 of "mysecret", a newline, "my/uri" and the expiry.
    let findings = findings("/my/uri?st=gKAv1gvae8uKBvh7o4Mknw&e=1470055000", EXPIRES);
    assert_eq!(
        ids(&findings),
        ["secret-newline", "path-without-leading-slash"]
    );
    assert!(findings.mistakes.iter().all(|mistake| mistake.is_certain));
}

/// The names of the mistakes that are found.
fn ids(findings: &Findings) -> Vec<&str> {
    let mistakes = findings.mistakes.iter();
    mistakes
        .filter_map(|mistake| Some(mistake.usual?.id))
        .collect()
}

#[test]
fn of_many_parts_every_order_is_found_alone_and_the_right_one_with_another_mistake() {
    let found = |message: &str| {
        let token = HEXLOWER.encode(&MD5.digest(b"", [message.as_bytes()].into_iter()));
        let link = format!("/a.mp4?auth_key={EXPIRES}-x-0-{token}");
        let findings = findings_of("alibaba-a", b"mysecret", &link, EXPIRES);
        ids(&findings).join(" ")
    };
    for (message, expected) in [
        (format!("/a.mp4-{EXPIRES}-x-0-mysecret"), ""),
        (format!("mysecret:0:/a.mp4:{EXPIRES}:x"), "message-order"),
        (format!("/a.mp4{EXPIRES}x0mysecret"), "message-order"),
        (
            format!("/a.mp4{EXPIRES}x0mysecret\n"),
            "message-order secret-newline",
        ),
        (
            format!("a.mp4_{EXPIRES}_x_0_mysecret"),
            "message-order path-without-leading-slash",
        ),
        (
            format!("/a.mp4-{}-x-0-mysecret\n", EXPIRES + 19_800),
            "secret-newline expiry-another-zone",
        ),
    ] {
        assert_eq!(found(&message), expected, "{message}");
    }
}

/// Each candidate costs about a microsecond.
#[test]
fn what_nobody_signed_is_given_up_before_one_gets_impatient() {
    let token = |digits: usize| "0".repeat(digits);
    for (scheme, query) in [
        ("alibaba-a", format!("auth_key={EXPIRES}-x-0-{}", token(32))),
        (
            "flussonic",
            format!("token={}-salt-{EXPIRES}-{}", token(40), EXPIRES - 60),
        ),
    ] {
        let link = format!("/films/2016/summer/a%20film.mp4?b=1&{query}");
        let findings = findings_of(scheme, b"mysecret", &link, EXPIRES);
        let said = &findings.mistakes[0].text;
        let tried = said.strip_prefix("None of ").unwrap();
        let tried: u64 = tried.split(' ').next().unwrap().parse().unwrap();
        assert!((10_000..150_000).contains(&tried), "{scheme}: {said}");
    }
}
