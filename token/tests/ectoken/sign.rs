//! What is signed and what is not.

use token::{Claim, Failure, Link, RequestParts, Rules, Secret, SignError};

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
