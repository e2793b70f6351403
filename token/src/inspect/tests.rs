//! Tokens that were signed are found, taken apart and read again.

use std::string::String;

use super::*;
use crate::scheme::{all, by_name};
use crate::{Carrier, Claim, FieldKind, Link, RequestParts, SecretSpelling, TokenPart};

/// A token of ectoken for `/a`.
fn sealed(secret: Secret<'_>) -> String {
    let scheme = by_name(b"ectoken").unwrap();
    let link = Link {
        path: b"/a",
        ..Link::default()
    };
    let mut token = String::new();
    let random = &mut |bytes: &mut [u8]| -> Result<(), Failure> {
        bytes.fill(7);
        Ok(())
    };
    scheme
        .sign(&link, &Rules::of(&scheme), secret, random, &mut token)
        .unwrap();
    token
}

#[test]
fn a_sealed_token_is_read_with_its_secret_alone() {
    let scheme = by_name(b"ectoken").unwrap();
    let (secret, other) = (Secret::new(b"one"), Secret::new(b"other"));
    let token = sealed(secret);
    assert!(is_token(&scheme, token.as_bytes()));
    let opened = unseal(&scheme, token.as_bytes(), secret).unwrap();
    assert_eq!(opened.claims, b"ec_url_allow=/a");
    assert!(opened.extra.is_none());
    assert!(unseal(&scheme, token.as_bytes(), other).is_none());
    assert!(unseal(&scheme, token.as_bytes(), Secret::new(b"")).is_none());
}

#[test]
fn what_a_broken_token_says_can_be_read_and_opens_nothing() {
    let scheme = by_name(b"ectoken").unwrap();
    let secret = Secret::new(b"one");
    let mut bytes = [0; 64];
    let token = sealed(secret);
    let length = encoding::base64url_any(token.as_bytes(), &mut bytes).unwrap();
    let cut = bytes.get(..length - 20).unwrap();
    assert_eq!(decipher(&scheme, cut, secret).unwrap(), b"ec_url_allo");
    assert_ne!(
        decipher(&scheme, cut, Secret::new(b"two")).unwrap(),
        b"ec_url_allo"
    );
    assert!(decipher(&by_name(b"azion").unwrap(), cut, secret).is_none());
    let cut = token.get(..token.len() - 27).unwrap();
    assert!(unseal(&scheme, cut.as_bytes(), secret).is_none());
}

#[test]
fn a_claim_is_held_against_a_request_by_itself() {
    let scheme = by_name(b"ectoken").unwrap();
    let rules = Rules::of(&scheme);
    let request = RequestParts {
        path: b"/a/b",
        country: Some(b"DE"),
        ..RequestParts::default()
    };
    for (claims, expected) in [
        ("ec_url_allow=/a/", None),
        ("ec_url_allow=/b/", Some(Reason::Url)),
        ("ec_country_deny=DE", Some(Reason::Country)),
        ("ec_country_allow=Germany", Some(Reason::Malformed)),
        ("ec_expire=1", None),
        ("ec_other=1", Some(Reason::UnsupportedClaim)),
    ] {
        assert_eq!(
            refusal(&scheme, claims.as_bytes(), &request, &rules),
            Ok(expected),
            "{claims}"
        );
    }
}

#[test]
fn the_fields_of_a_link_are_those_that_were_signed() {
    for scheme in &all() {
        let Some(format) = scheme.facts().format() else {
            continue;
        };
        let secret = match format.secret {
            SecretSpelling::Base64 => &b"YSBzZWNyZXQ="[..],
            SecretSpelling::Hex => &b"6120736563726574"[..],
            _ => b"a secret".as_slice(),
        };
        assert_eq!(secret_bytes(scheme, secret).unwrap(), b"a secret");
        let front: String = format
            .prefix
            .iter()
            .map(|part| match part {
                TokenPart::Text(text) => &**text,
                _ => "front",
            })
            .collect();
        let fields = format.fields.iter().zip(0u8..);
        let fields = fields.filter(|(field, id)| {
            let is_in_path =
                format.prefix.contains(&TokenPart::Field(*id)) || format.rest == Some(*id);
            !is_in_path && field.kind != FieldKind::Ttl
        });
        let fields: Vec<Claim<'_>> = fields
            .map(|(field, _)| Claim {
                name: field.name.as_bytes(),
                value: b"0",
            })
            .collect();
        let path = std::format!("{front}/a/b");
        let link = Link {
            path: path.as_bytes(),
            target: path.as_bytes(),
            expires: format.time.map(|_| 1_893_456_000),
            issued: Some(1_893_452_400),
            fields: &fields,
            ..Link::default()
        };
        let (rules, mut text) = (Rules::of(scheme), String::new());
        let mut signed = None;
        let none = &mut |_: &mut [u8]| Err(Failure);
        scheme
            .sign_fields(&link, &rules, Secret::new(secret), none, &mut |fields| {
                let time = fields.time.map(String::from);
                signed = Some((std::format!("{}", fields.token), time, fields.at));
                fields.write(scheme, &rules.params, &mut text)
            })
            .unwrap();
        let (token, time, at) = signed.unwrap();
        assert_eq!(at, front.len(), "{}", scheme.name());
        let path = std::format!("{front}{text}/a/b");
        let text = match scheme.facts().carrier {
            Carrier::Path => {
                let place = place_in_path(scheme, path.as_bytes()).unwrap();
                let rest = (front.as_bytes(), b"/a/b".as_slice());
                assert_eq!(place.rest(path.as_bytes()), rest, "{path}");
                let in_front = front_fields(scheme, front.as_bytes()).unwrap();
                let count = in_front.fields.iter().filter(|field| !field.is_empty());
                let is_field = |part: &&TokenPart| matches!(part, TokenPart::Field(_));
                assert_eq!(count.count(), format.prefix.iter().filter(is_field).count());
                text.strip_prefix('/').unwrap().as_bytes()
            }
            _ => rules.params.find(text.as_bytes()).unwrap().token,
        };
        assert!(is_token(scheme, text), "{}", scheme.name());
        let parts = split(scheme, text).unwrap();
        assert_eq!(parts.token, token.as_bytes(), "{}", scheme.name());
        assert_eq!(
            parts.time.is_some(),
            format.token.contains(&TokenPart::Time)
        );
        let Some(own) = format.time else {
            assert_eq!(time, None);
            continue;
        };
        let time = time.unwrap();
        assert!(parts.time.is_none_or(|part| part == time.as_bytes()));
        let seconds = read_time(own.spelling, time.as_bytes()).unwrap();
        assert_eq!(write_time(own.spelling, seconds).unwrap(), time);
    }
}

#[test]
fn a_digest_is_a_token_in_its_one_spelling() {
    let azion = by_name(b"azion").unwrap();
    assert!(is_token(&azion, b"AAAAAAAAAAAAAAAAAAAAAA"));
    for text in [
        "",
        "AAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAB",
        "++++AAAAAAAAAAAAAAAAAA",
    ] {
        assert!(!is_token(&azion, text.as_bytes()), "{text}");
    }
}
