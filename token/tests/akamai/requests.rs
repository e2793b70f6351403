//! What an opened token demands of a request.

use token::{Verdict, WordError};

use crate::*;

#[test]
fn a_token_opens_from_its_start_on_and_the_skew_lets_it_open_sooner() {
    for (start, clock_skew, expected) in [
        (NOW - 1, 0, None),
        (NOW - 60, 0, None),
        (NOW + 1, 0, Some(Reason::Lifetime)),
        (NOW + 60, 59, Some(Reason::Lifetime)),
        (NOW + 60, 60, None),
        (NOW + 60, u64::MAX, None),
    ] {
        let mut order = Order::new("/a", "");
        let start = start.to_string();
        let claims = [Claim {
            name: b"st",
            value: start.as_bytes(),
        }];
        let link = Link {
            path: b"/a",
            expires: Some(NOW + 1000),
            claims: &claims,
            ..Link::default()
        };
        let query = order.sign_link(&link).unwrap();
        order.rules.clock_skew = clock_skew;
        assert_eq!(order.reason(&query), expected, "{start}, {clock_skew}");
    }
}

#[test]
fn an_address_fits_in_every_spelling_and_without_one_nothing_does() {
    for words in [&[][..], &["escape_early"]] {
        let order = Order {
            scheme: akamai(words),
            ..Order::new("/a", "ip=2001:DB8::0:1")
        };
        let query = order.sign().unwrap();
        let sources = [Source::query(query.as_bytes())];
        let refused = Some(Reason::ClientIp);
        for (client, expected) in [
            (Some("2001:db8::1"), None),
            (Some("2001:db8:0:0::1"), None),
            (Some("2001:db8::2"), refused),
            (Some("192.0.2.7"), refused),
            (Some("unix:"), refused),
            (Some(""), refused),
            (None, refused),
        ] {
            let request = RequestParts {
                path: b"/a",
                sources: &sources,
                secrets: &[SECRET],
                client_ip: client.map(str::as_bytes),
                ..RequestParts::default()
            };
            assert_eq!(order.reason_of(&request), expected, "{client:?}");
        }
    }
}

#[test]
fn a_stated_path_is_the_one_that_the_token_is_for() {
    for (claims, opens, refused) in [
        ("acl=/films/*", "/films/a", Reason::Url),
        ("url=/films/a", "/films/a", Reason::Signature),
    ] {
        let order = Order::new("/other", claims);
        let query = order.sign().unwrap();
        let target = format!("/other?{query}");
        let sources = [Source::query(query.as_bytes())];
        for (stated, expected) in [
            (Some(opens), None),
            (Some("/series/a"), Some(refused)),
            (None, Some(refused)),
        ] {
            let request = RequestParts {
                path: b"/other",
                stated_path: stated.map(str::as_bytes),
                target: target.as_bytes(),
                sources: &sources,
                secrets: &[SECRET],
                ..RequestParts::default()
            };
            assert_eq!(order.reason_of(&request), expected, "{claims}, {stated:?}");
        }
    }
}

#[test]
fn what_cannot_be_hashed_of_a_url_is_of_no_form() {
    let order = Order::new("/a", "url=/a");
    let query = order.sign().unwrap();
    for (stated, target) in [(Some(""), "/a"), (Some("/a\0"), "/a"), (None, "/a\x01?x")] {
        let sources = [Source::query(query.as_bytes())];
        let request = RequestParts {
            path: b"/a",
            stated_path: stated.map(str::as_bytes),
            target: target.as_bytes(),
            sources: &sources,
            secrets: &[SECRET],
            ..RequestParts::default()
        };
        let reason = order.reason_of(&request);
        assert_eq!(reason, Some(Reason::Malformed), "{stated:?}, {target:?}");
    }
}

#[test]
fn a_salt_opens_what_was_signed_with_it_and_is_not_printed() {
    let salted = |salt: &str| akamai(&[]).with_word(format!("salt={salt}").as_bytes());
    for claims in ["acl=/a", "url=/a"] {
        let mut order = Order {
            scheme: salted("pep=per").unwrap(),
            ..Order::new("/a", claims)
        };
        let query = order.sign().unwrap();
        assert_eq!(order.reason(&query), None);
        for other in [Ok(akamai(&[])), salted("pep=pe"), salted("Pep=per")] {
            order.scheme = other.unwrap();
            assert_eq!(order.reason(&query), Some(Reason::Signature));
        }
    }
    for none in ["", "a\0", "\u{7f}"] {
        assert_eq!(salted(none).err(), Some(WordError::Value("salt")));
    }
    let printed = format!("{:?}", salted("pepper").unwrap());
    assert!(printed.contains("Salt(..)"), "{printed}");
    assert!(!printed.contains("pepper"), "{printed}");
}

#[test]
fn a_path_is_looked_at_as_it_is_served_and_a_url_as_it_was_sent() {
    let acl = Order {
        target: "/caf%C3%A9",
        ..Order::new("/café", "")
    };
    let query = acl.sign().unwrap();
    assert_eq!(query.split('~').nth(1), Some("acl=/caf%C3%A9"));
    assert_eq!(acl.reason(&query), None);
    let respelt = Order {
        target: "/c%61f%c3%a9",
        ..Order::new("/café", "")
    };
    assert_eq!(respelt.reason(&query), None);

    let url = Order {
        claims: "url=/caf%C3%A9",
        ..acl
    };
    let query = url.sign().unwrap();
    assert_eq!(url.reason(&query), None);
    assert_eq!(respelt.reason(&query), Some(Reason::Signature));
}

#[test]
fn a_token_that_is_right_but_for_another_path_says_when_it_expires_and_where_it_stands() {
    let order = Order::new("/a", "acl=/b");
    let query = order.sign().unwrap();
    let sources = [Source::query(query.as_bytes())];
    let request = RequestParts {
        path: b"/a",
        sources: &sources,
        secrets: &[SECRET],
        ..RequestParts::default()
    };
    let verdict = order.scheme.verify(&request, &order.rules, NOW).unwrap();
    let Verdict::Refused { reason, token } = verdict else {
        unreachable!("another path does not open");
    };
    assert_eq!(reason, Reason::Url);
    let token = token.unwrap();
    assert_eq!(token.claims.expires(), Some(NOW));
    assert_eq!(token.place.others(query.as_bytes()).count(), 0);
}
