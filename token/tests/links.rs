//! What holds for a link of every scheme.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::{SentLink, fields, has_time, hashes_path, link, may_last, path, sign, spelt};
use token::{
    Carrier, Claim, Claims, ClientIp, Link, Part, Reason, RequestParts, Rules, Scheme, Scope,
    SignError, Source, TimeSpelling, scheme,
};

const NOW: u64 = 1_800_000_000;

/// Whether the scheme's tokens name the paths that they are for; else the path is hashed.
fn names_paths(scheme: &Scheme) -> bool {
    matches!(scheme.facts().scope, Scope::Prefix | Scope::Pattern)
}

#[test]
fn the_clock_decides_at_the_very_second() {
    for scheme in scheme::all().iter().filter(|scheme| has_time(scheme)) {
        let opens = |now: u64, clock_skew, max_lifetime| {
            let rules = Rules {
                clock_skew,
                max_lifetime,
                ..Rules::of(scheme)
            };
            let (path, fields) = (path(scheme, b"/a/b"), fields(scheme));
            let link = link(scheme, &path, &fields, NOW);
            let secret = spelt(scheme, b"s");
            let signed = sign(scheme, &link, &rules, &secret).unwrap();
            let sent = SentLink::new(scheme, &path, signed.as_bytes());
            let (sources, secrets) = (sent.sources(), [secret.as_slice()]);
            let request = sent.parts(&sources, &secrets);
            scheme.verify(&request, &rules, now).unwrap().reason()
        };
        // As each vendor has it.
        let is_exclusive = ["gcore", "cloudflare"].contains(&scheme.name());
        let last = is_exclusive.then_some(Reason::Expired);
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
    let schemes = scheme::all();
    let schemes = || {
        let schemes = schemes.iter();
        schemes.filter(|scheme| scheme.facts().lifetime().is_some())
    };
    assert!(schemes().count() > 0);
    for scheme in schemes() {
        let own = Rules::of(scheme);
        let (path, fields) = (path(scheme, b"/a/b"), fields(scheme));
        let link = link(scheme, &path, &fields, NOW);
        let secret = spelt(scheme, b"s");
        let signed = sign(scheme, &link, &own, &secret).unwrap();
        let sent = SentLink::new(scheme, &path, signed.as_bytes());
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
    for scheme in scheme::all().iter().filter(|scheme| hashes_path(scheme)) {
        let rules = Rules {
            ignore_case: true,
            ..Rules::of(scheme)
        };
        let path = "/Films/ÄPFEL/".to_owned() + &"LONG".repeat(40);
        let fields = fields(scheme);
        let link = link(scheme, path.as_bytes(), &fields, NOW);
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
        let (signed, other) = if names_paths(scheme) {
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
    let declines = |scheme: &Scheme, key: &[u8], end: &[u8], expires, client_ip: Option<&[u8]>| {
        let (path, fields) = (path(scheme, end), fields(scheme));
        let path: &[u8] = if end.is_empty() { b"" } else { &path };
        let link = Link {
            expires,
            client_ip,
            ..link(scheme, path, &fields, expires.unwrap_or(NOW))
        };
        sign(scheme, &link, &Rules::of(scheme), &spelt(scheme, key)).err()
    };
    for scheme in &scheme::all() {
        let of = |key, path, expires| declines(scheme, key, path, expires, None);
        // Times have ten digits, and there were none before.
        let first = 1_000_000_060 + Rules::of(scheme).lifetime;
        let first = has_time(scheme).then_some(first);
        assert_eq!(of(b"s", b"/d/a", first), None, "{}", scheme.name());
        assert_eq!(of(b"", b"/d/a", first), Some(SignError::Secret));
        assert_eq!(of(b"s", b"", first), Some(SignError::Path));
        assert_eq!(of(b"s", b"/d/a\0", first), Some(SignError::Path));
        // Of eight digits there is one for that second too.
        let time = scheme.facts().format().and_then(|format| format.time);
        if time.is_none_or(|time| time.spelling != TimeSpelling::Hex) {
            assert_eq!(of(b"s", b"/d/a", Some(0)), Some(SignError::Expires));
        }
        let too_late = Some(1_000_000_000_000);
        assert_eq!(of(b"s", b"/d/a", too_late), Some(SignError::Expires));
        let never = (!may_last(scheme)).then_some(SignError::Expires);
        assert_eq!(of(b"s", b"/d/a", None), never);

        let bound_to = |address| {
            declines(
                scheme,
                b"s",
                b"/d/a",
                has_time(scheme).then_some(NOW),
                Some(address),
            )
        };
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
fn a_signer_declines_a_value_that_would_be_read_as_another() {
    let signed = |link: &str, value: &'static [u8]| {
        let scheme = Scheme::own("own", link, "md5:base64url", "{secret}{x}{expires}", &[]);
        let scheme = scheme.unwrap();
        let fields = [Claim { name: b"x", value }];
        let link = Link {
            path: b"/a",
            target: b"/a",
            expires: Some(NOW),
            fields: &fields,
            ..Link::default()
        };
        sign(&scheme, &link, &Rules::of(&scheme), b"s")
    };
    let query = "?t={x}0{token}&e={expires}";
    assert!(signed(query, b"12").is_ok());
    for value in [&b"0"[..], b"102", b"120"] {
        assert_eq!(signed(query, value), Err(SignError::Field), "{value:?}");
    }
    // What begins in the value ends behind it.
    let path = "/{x}-0-{token}/{expires}{path}";
    assert!(signed(path, b"1-1").is_ok());
    assert_eq!(signed(path, b"1-0"), Err(SignError::Field));
    let doubled = "?t={x}--{token}&e={expires}";
    assert_eq!(signed(doubled, b"1-"), Err(SignError::Field));
}

#[test]
fn what_a_client_sent_is_left_without_the_token() {
    for scheme in &scheme::all() {
        let rules = Rules::of(scheme);
        let (path, fields) = (path(scheme, b"/a/b"), fields(scheme));
        let link = link(scheme, &path, &fields, NOW);
        let secret = spelt(scheme, b"s");
        let signed = sign(scheme, &link, &rules, &secret).unwrap();
        let sent = SentLink::new(scheme, &path, signed.as_bytes());
        let (sources, secrets) = (sent.sources(), [secret.as_slice()]);
        let request = sent.parts(&sources, &secrets);
        let verdict = scheme.verify(&request, &rules, NOW - 1).unwrap();
        let place = verdict.token().unwrap().place;
        assert_eq!(place.carrier, scheme.facts().carrier);
        if place.carrier == Carrier::Path {
            let (front, behind) = place.rest(request.target);
            assert_eq!([front, behind].concat(), path);
            assert!(place.own(request.target).eq([signed.as_bytes()]));
        } else if !rules.params.fields.is_empty() {
            let query = sources[0].text;
            assert_eq!(rules.params.others(query, query).count(), 0);
            let own: Vec<&[u8]> = rules.params.own(query).collect();
            assert_eq!(own.join(&b'&'), signed.as_bytes());
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
    for scheme in &scheme::all() {
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
    let schemes = scheme::all();
    let hashes_both = |scheme: &&Scheme| {
        let format = scheme.facts().format();
        format.is_some_and(|format| format.message.contains(&Part::RawUri))
    };
    assert!(schemes.iter().filter(hashes_both).count() > 0);
    for scheme in schemes.iter().filter(hashes_both) {
        let rules = Rules::of(scheme);
        let link = Link {
            path: b"/a",
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
            scheme.verify(&request, &rules, NOW - 1).unwrap().reason()
        };
        assert_eq!(reason(b"/a", &format!("b=1&{token}")), None);
        assert_eq!(reason(b"/a?b=1", &token), Some(Reason::Malformed));
    }
}

#[test]
fn where_a_directory_is_hashed_a_path_that_an_operator_says_has_one() {
    for message in ["{expires}\n{dir}", "{expires}\n{stream}"] {
        let link = "?s={token}&e={expires}";
        let scheme = Scheme::own("own", link, "hmac-sha256:hex", message, &[]).unwrap();
        let rules = Rules::of(&scheme);
        let signed = |path| {
            let link = Link {
                path,
                expires: Some(NOW),
                ..Link::default()
            };
            sign(&scheme, &link, &rules, b"s")
        };
        let reason = |stated: &[u8], query: &str| {
            let sources = [Source::query(query.as_bytes())];
            let request = RequestParts {
                path: b"/x",
                stated_path: Some(stated),
                target: b"/x",
                sources: &sources,
                secrets: &[b"s"],
                ..RequestParts::default()
            };
            scheme.verify(&request, &rules, NOW).unwrap().reason()
        };
        let root = signed(b"/").unwrap();
        assert_eq!(reason(b"/", &root), None);
        assert_eq!(reason(b"films", &root), Some(Reason::Malformed));
        let films = signed(b"films/").unwrap();
        assert_eq!(reason(b"films/1", &films), None);
        assert_eq!(reason(b"films", &films), Some(Reason::Malformed));
        assert_eq!(signed(b"films"), Err(SignError::Path));
    }
}

#[test]
fn a_secret_is_written_as_the_format_says_whether_or_not_it_is_the_key_of_a_hmac() {
    for (digest, message) in [
        ("md5:hex", "{path}{expires}{secret}"),
        ("sha512:base64url", "{secret}{path}{expires}"),
        ("hmac-sha256:hex", "{path}{expires}"),
    ] {
        let own = |options: &[&str]| {
            Scheme::own("own", "?s={token}&e={expires}", digest, message, options).unwrap()
        };
        let signed = |scheme: &Scheme, secret: &[u8]| {
            let link = Link {
                path: b"/a",
                target: b"/a",
                expires: Some(NOW),
                ..Link::default()
            };
            sign(scheme, &link, &Rules::of(scheme), secret)
        };
        let (text, hex) = (own(&[]), own(&["secret=hex"]));
        let written = signed(&hex, b"00ff10").unwrap();
        assert_eq!(written, signed(&text, b"\x00\xff\x10").unwrap(), "{digest}");
        assert_ne!(written, signed(&text, b"00ff10").unwrap(), "{digest}");
        assert_eq!(signed(&hex, b"no hex"), Err(SignError::Secret));
        assert!(hex.prepare(token::Secret::new(b"no hex")).is_err());
    }
}
