//! What is signed and what is not.

use base64::Engine as _;
use token::{Child, Claim, Failure, Link, RequestParts, Rules, Secret, SignError};

use crate::claims::UNREADABLE;
use crate::*;

/// Signs `name=value&name=value` for everywhere.
fn sign(claims: &str, random: token::Random<'_>) -> Result<String, SignError> {
    let claims: Vec<Claim<'_>> = claims
        .split('&')
        .map(|claim| claim.split_once('=').unwrap_or((claim, "")))
        .map(|(name, value)| Claim {
            name: name.as_bytes(),
            value: value.as_bytes(),
        })
        .collect();
    let link = Link {
        path: b"/",
        claims: &claims,
        ..Link::default()
    };
    let mut token = String::new();
    ectoken().sign(
        &link,
        &Rules::of(&ectoken()),
        Secret::new(SECRET),
        random,
        &mut token,
    )?;
    Ok(token)
}

fn system_random(bytes: &mut [u8]) -> Result<(), Failure> {
    getrandom::fill(bytes).map_err(|_| Failure)
}

#[test]
fn a_signer_declines_claims_that_would_not_open() {
    for claims in UNREADABLE {
        // Without a `=` it is the same as without a value here.
        let signed = sign(claims, &mut system_random);
        assert_eq!(signed, Err(SignError::Claim), "{claims}");
    }
    assert_eq!(sign("ec_new=1", &mut system_random), Err(SignError::Claim));
    let long = format!("note={}", "x".repeat(4608));
    assert_eq!(sign(&long, &mut system_random), Err(SignError::Length));
    assert!(sign("note=x&user=42&ec_country_allow=FR, US", &mut system_random).is_ok());
}

#[test]
fn no_two_tokens_have_the_same_nonce_and_without_randomness_there_is_none() {
    let one = sign("ec_rate=1", &mut system_random).unwrap();
    let other = sign("ec_rate=1", &mut system_random).unwrap();
    assert_ne!(one[..16], other[..16]);
    let none = sign("ec_rate=1", &mut |_| Err(Failure));
    assert_eq!(none, Err(SignError::Random));
}

#[test]
fn paths_that_such_a_token_cannot_name_are_declined() {
    for (path, is_signed) in [
        ("/a b/ü", true),
        ("/a=b", true),
        ("/a,b", false),
        ("/a&b", false),
        ("/a ", false),
        ("a", false),
        ("/a\n/b", false),
    ] {
        let link = Link {
            path: path.as_bytes(),
            ..Link::default()
        };
        let (rules, secret) = (Rules::of(&ectoken()), Secret::new(SECRET));
        let mut token = String::new();
        let signed = ectoken().sign(&link, &rules, secret, &mut system_random, &mut token);
        assert_eq!(signed.is_ok(), is_signed, "{path}");
        if is_signed {
            let request = RequestParts {
                path: path.as_bytes(),
                ..request()
            };
            assert_eq!(reason_of(&token, &request, &rules), None, "{path}");
        }
    }
}

/// The plaintext of a token that was signed.
fn plaintext(token: &str) -> (Vec<u8>, String) {
    let mut bytes = vec![0; token.len()];
    let length = URL_SAFE_NO_PAD.decode_slice(token, &mut bytes).unwrap();
    bytes.truncate(length);
    let tag: [u8; 16] = bytes.split_off(bytes.len() - 16).try_into().unwrap();
    let mut text = bytes.split_off(12);
    let nonce: [u8; 12] = bytes.clone().try_into().unwrap();
    Aes256Gcm::new(&Sha256::digest(SECRET))
        .decrypt_inout_detached(
            (&nonce).into(),
            b"",
            text.as_mut_slice().into(),
            (&tag).into(),
        )
        .unwrap();
    (bytes, String::from_utf8(text).unwrap())
}

#[test]
fn a_child_has_all_claims_of_its_parent_but_for_the_paths() {
    let token = sealed(
        b"ec_expire=1800000600&ec_url_allow=/pictures/,/films/&user=7&&ec_clientip=192.0.2.0/24",
    );
    let sources = &[Source::query(token.as_bytes())];
    let request = RequestParts {
        sources,
        ..request()
    };
    let (scheme, rules) = (ectoken(), Rules::of(&ectoken()));
    let verdict = scheme.verify(&request, &rules, NOW).unwrap();
    let after = |path: &str| {
        let child = Child {
            path: path.as_bytes(),
            target: b"",
        };
        let mut sent = String::new();
        scheme
            .sign_child(
                &request,
                verdict.token().unwrap(),
                &child,
                &rules,
                &mut sent,
            )
            .map(|_| sent)
    };
    let (nonce, text) = plaintext(&after("/pictures/a").unwrap());
    assert_eq!(
        text,
        "ec_expire=1800000600&user=7&ec_clientip=192.0.2.0/24&ec_url_allow=/pictures/a"
    );
    let (other, _) = plaintext(&after("/pictures/b").unwrap());
    assert_ne!(nonce, other, "for another text another nonce");
    for path in ["/a,b", "/a&b", "a", "/a ", "/a\n", ""] {
        assert_eq!(after(path), Err(SignError::Path), "{path:?}");
    }
}
