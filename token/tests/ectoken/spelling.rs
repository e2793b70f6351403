//! How long a token may be and how it may be written.

use token::{Reason, Rules};

use crate::*;

#[test]
fn a_token_is_long_enough_and_not_too_long() {
    let of = |token: &str| reason_of(token, &request(), &Rules::of(&ectoken()));
    // Nonce and tag alone: no claims, so everything is allowed.
    let empty = sealed(b"");
    assert_eq!((empty.len(), of(&empty)), (38, None));
    assert_eq!(of(&empty[..36]), Some(Reason::Malformed));
    let claims = |length: usize| "x".repeat(length);
    let longest = sealed(claims(4608 - 28).as_bytes());
    assert_eq!((longest.len(), of(&longest)), (6144, None));
    let longer = sealed(claims(4608 - 27).as_bytes());
    assert_eq!(of(&longer), Some(Reason::Malformed));
    for length in 300..500 {
        assert_eq!(of(&sealed(claims(length).as_bytes())), None, "{length}");
    }
}

#[test]
fn a_token_may_be_padded_or_percent_encoded() {
    for length in 0..6 {
        let token = sealed("x".repeat(length).as_bytes());
        let padding = "=".repeat((4 - token.len() % 4) % 4);
        let encoded: String = token.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for spelling in [
            format!("{token}{padding}"),
            format!("{token}="),
            format!("{token}{}", padding.replace('=', "%3d")),
            format!("{encoded}&other=1"),
        ] {
            let reason = reason_of(&spelling, &request(), &Rules::of(&ectoken()));
            assert_eq!(reason, None, "{spelling}");
        }
        for spelling in [
            format!("{token}====="),
            format!("{token}%"),
            format!("{token}A"),
        ] {
            let reason = reason_of(&spelling, &request(), &Rules::of(&ectoken()));
            assert!(reason.is_some(), "{spelling}");
        }
    }
}
