//! What holds for a link of every scheme.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::{SentLink, sign, spelt};
use token::{
    Carrier, Claims, ClientIp, Link, Part, Reason, RequestParts, Rules, SCHEMES, Scheme, Scope,
    SignError, Source,
};

const NOW: u64 = 1_800_000_000;

/// Whether the scheme's tokens are for a beginning of a path, and not for the path as a whole.
fn is_for_beginnings(scheme: Scheme) -> bool {
    scheme.facts().scope == Scope::Prefix
}

#[test]
fn the_clock_decides_at_the_very_second() {
    for &scheme in SCHEMES {
        let opens = |now: u64, clock_skew, max_lifetime| {
            let rules = Rules {
                clock_skew,
                max_lifetime,
                ..Rules::of(scheme)
            };
            let link = Link {
                path: b"/a",
                target: b"/a",
                expires: Some(NOW),
                ..Link::default()
            };
            let secret = spelt(scheme, b"s");
            let signed = sign(scheme, &link, &rules, &secret).unwrap();
            let sent = SentLink::new(scheme, b"/a", signed.as_bytes());
            let (sources, secrets) = (sent.sources(), [secret.as_slice()]);
            let request = sent.parts(&sources, &secrets);
            scheme.verify(&request, &rules, now).unwrap().reason()
        };
        // As each vendor has it.
        let last = (scheme.name() == "gcore").then_some(Reason::Expired);
        assert_eq!(opens(NOW - 1, 0, None), None);
        assert_eq!(opens(NOW, 0, None), last);
        assert_eq!(opens(NOW + 1, 0, None), Some(Reason::Expired));
        assert_eq!(opens(NOW + 59, 60, None), None);
        assert_eq!(opens(NOW + 60, 60, None), last);
        assert_eq!(opens(NOW + 61, 60, None), Some(Reason::Expired));
        assert_eq!(opens(NOW - 100, 0, Some(100)), None);
        assert_eq!(opens(NOW - 101, 0, Some(100)), Some(Reason::Lifetime));
        assert_eq!(opens(u64::MAX, u64::MAX, Some(u64::MAX)), last);
    }
}

#[test]
fn a_link_opens_from_its_time_of_issue_on_for_as_long_as_the_operator_says() {
    let schemes = || {
        SCHEMES
            .iter()
            .filter(|scheme| scheme.facts().lifetime().is_some())
    };
    assert!(schemes().count() > 0);
    for &scheme in schemes() {
        let own = Rules::of(scheme);
        let link = Link {
            path: b"/a",
            target: b"/a",
            expires: Some(NOW),
            ..Link::default()
        };
        let secret = spelt(scheme, b"s");
        let signed = sign(scheme, &link, &own, &secret).unwrap();
        let sent = SentLink::new(scheme, b"/a", signed.as_bytes());
        let (sources, secrets) = (sent.sources(), [secret.as_slice()]);
        let request = sent.parts(&sources, &secrets);
        let expiry = |lifetime| {
            let rules = Rules {
                lifetime,
                ..own.clone()
            };
            let verdict = scheme.verify(&request, &rules, 0).unwrap();
            verdict.claims().and_then(Claims::expires)
        };
        assert_eq!(expiry(own.lifetime), Some(NOW));
        assert_eq!(expiry(own.lifetime + 7), Some(NOW + 7));
        assert_eq!(expiry(0), Some(NOW - own.lifetime));
        // The end of time, which is never.
        assert_eq!(expiry(u64::MAX), None);
    }
}

#[test]
fn case_is_ignored_where_that_is_asked_for() {
    for &scheme in SCHEMES {
        let rules = Rules {
            ignore_case: true,
            ..Rules::of(scheme)
        };
        let path = "/Films/ÄPFEL/".to_owned() + &"LONG".repeat(40);
        let link = Link {
            path: path.as_bytes(),
            target: path.as_bytes(),
            expires: Some(NOW),
            ..Link::default()
        };
        let secret = spelt(scheme, b"s");
        let signed = sign(scheme, &link, &rules, &secret).unwrap();
        let opens = |path: &str, rules: &Rules| {
            let sent = SentLink::new(scheme, path.as_bytes(), signed.as_bytes());
            let (sources, secrets) = (sent.sources(), [secret.as_slice()]);
            let verdict = scheme.verify(&sent.parts(&sources, &secrets), rules, NOW - 1);
            verdict.unwrap().reason().is_none()
        };
        let lower = path.to_ascii_lowercase();
        assert!(opens(&path, &rules) && opens(&lower, &rules));
        // Where paths are hashed, signers sign the lower-case one.
        let (signed, other) = if is_for_beginnings(scheme) {
            (&path, &lower)
        } else {
            (&lower, &path)
        };
        assert!(opens(signed, &Rules::of(scheme)));
        assert!(!opens(other, &Rules::of(scheme)));
    }
}

#[test]
fn a_signer_declines_what_would_not_open() {
    let declines = |scheme: Scheme, key: &[u8], path: &[u8], expires, client_ip: Option<&[u8]>| {
        let link = Link {
            path,
            target: path,
            expires,
            client_ip,
            claims: &[],
        };
        sign(scheme, &link, &Rules::of(scheme), &spelt(scheme, key)).err()
    };
    for &scheme in SCHEMES {
        let of = |key, path, expires| declines(scheme, key, path, expires, None);
        // Not before 1970.
        let first = 1 + Rules::of(scheme).lifetime;
        assert_eq!(of(b"s", b"/a", Some(first)), None);
        assert_eq!(of(b"", b"/a", Some(first)), Some(SignError::Secret));
        assert_eq!(of(b"s", b"", Some(first)), Some(SignError::Path));
        assert_eq!(of(b"s", b"/a\0", Some(first)), Some(SignError::Path));
        assert_eq!(of(b"s", b"/a", Some(0)), Some(SignError::Expires));
        let too_late = Some(1_000_000_000_000);
        assert_eq!(of(b"s", b"/a", too_late), Some(SignError::Expires));
        let never = (scheme.name() != "ectoken").then_some(SignError::Expires);
        assert_eq!(of(b"s", b"/a", None), never);

        let bound_to = |address| declines(scheme, b"s", b"/a", Some(NOW), Some(address));
        let refused = Some(SignError::ClientIp);
        let is_bound = scheme.facts().client_ip != ClientIp::Never;
        assert_eq!(
            bound_to(b"192.0.2.7"),
            if is_bound { None } else { refused }
        );
        assert_eq!(bound_to(b""), refused);
    }
}

#[test]
fn what_a_client_sent_is_left_without_the_token() {
    for &scheme in SCHEMES {
        let rules = Rules::of(scheme);
        let link = Link {
            path: b"/a/b",
            target: b"/a/b",
            expires: Some(NOW),
            ..Link::default()
        };
        let secret = spelt(scheme, b"s");
        let signed = sign(scheme, &link, &rules, &secret).unwrap();
        let sent = SentLink::new(scheme, b"/a/b", signed.as_bytes());
        let (sources, secrets) = (sent.sources(), [secret.as_slice()]);
        let request = sent.parts(&sources, &secrets);
        let verdict = scheme.verify(&request, &rules, NOW - 1).unwrap();
        let place = verdict.token().unwrap().place;
        assert_eq!(place.carrier, scheme.facts().carrier);
        if place.carrier == Carrier::Path {
            assert_eq!(place.rest(request.target), b"/a/b");
            assert!(place.own(request.target).eq([signed.as_bytes()]));
        } else {
            let query = sources[0].text;
            assert_eq!(place.others(query).count(), 0, "{}", scheme.name());
            let own: Vec<&[u8]> = place.own(query).collect();
            assert_eq!(own.join(&b'&'), signed.as_bytes());
        }
    }
}

#[test]
fn more_sources_than_anybody_writes_are_looked_at_and_an_end_is_found() {
    let sources = vec![Source::value(b"x=1"); 70_000];
    for &scheme in SCHEMES {
        let request = RequestParts {
            path: b"/a",
            target: b"/a",
            sources: &sources,
            secrets: &[b"s"],
            ..RequestParts::default()
        };
        let verdict = scheme.verify(&request, &Rules::of(scheme), NOW).unwrap();
        assert_eq!(verdict.reason(), Some(Reason::Missing));
    }
}

#[test]
fn where_the_query_is_signed_behind_the_path_neither_passes_for_the_other() {
    let hashes_both = |scheme: &&Scheme| {
        let format = scheme.facts().format();
        format.is_some_and(|format| format.message.contains(&Part::RawUri))
    };
    assert!(SCHEMES.iter().filter(hashes_both).count() > 0);
    for &scheme in SCHEMES.iter().filter(hashes_both) {
        let rules = Rules::of(scheme);
        let link = Link {
            target: b"/a?b=1",
            expires: Some(NOW),
            ..Link::default()
        };
        let secret = spelt(scheme, b"s");
        let token = sign(scheme, &link, &rules, &secret).unwrap();
        let reason = |stated: &[u8], query: &str| {
            let target = format!("/x?{query}");
            let sources = [Source::query(query.as_bytes())];
            let request = RequestParts {
                path: b"/x",
                stated_path: Some(stated),
                target: target.as_bytes(),
                sources: &sources,
                secrets: &[&secret],
                ..RequestParts::default()
            };
            scheme.verify(&request, &rules, NOW).unwrap().reason()
        };
        assert_eq!(reason(b"/a", &format!("b=1&{token}")), None);
        assert_eq!(reason(b"/a?b=1", &token), Some(Reason::Malformed));
    }
}
