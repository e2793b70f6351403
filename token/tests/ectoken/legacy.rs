//! Version 2, which is not authenticated.

use proptest::prelude::*;
use token::{Child, Reason, RequestParts, Rules, SignError, Source};

use crate::*;

#[test]
fn none_is_signed_after_a_token_that_nobody_authenticates() {
    let scheme = legacy();
    let rules = Rules::of(&scheme);
    let after = |token: &str| {
        let sources = &[Source::query(token.as_bytes())];
        let request = RequestParts {
            sources,
            ..request()
        };
        let verdict = scheme.verify(&request, &rules, NOW).unwrap();
        let path = request.path;
        let child = Child { path, target: path };
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
    let old = version_2(b"ec_secure=025&ec_expire=0", SECRET);
    assert_eq!(after(&old), Err(SignError::Token));
    let new = sealed(b"ec_expire=0");
    assert!(after(&new).is_ok_and(|sent| sent != new));
}

#[test]
fn version_2_opens_only_where_it_is_asked_for_and_only_in_its_exact_form() {
    assert_eq!(
        version_2_verdict("ec_secure=040&ec_expire=0&ec_country_deny="),
        Some(Reason::Malformed)
    );
    assert_eq!(version_2_verdict("ec_secure=025&ec_expire=0"), None);
    assert_eq!(
        version_2_verdict("ec_secure=035&ec_url_allow=/pictures"),
        Some(Reason::Malformed)
    );
    assert_eq!(
        version_2_verdict("ec_secure=036&ec_url_allow=/pictures"),
        None
    );
    assert_eq!(
        version_2_verdict("ec_secure=033&ec_url_allow=/films"),
        Some(Reason::Url)
    );
    assert_eq!(
        version_2_verdict("ec_secure=025&ec_expire=1"),
        Some(Reason::Expired)
    );
    let long = format!("ec_secure=1014&ec_url_allow=/,{}", "/".repeat(1000 - 15));
    assert_eq!(version_2_verdict(&long), None);
    for wrong in [
        "ec_secure=25&ec_expire=0x",
        "ec_secure=0025&ec_expire=",
        "ec_secure=025&fc_expire=0",
        "ec_secure=025&ec_rate=\0a",
        "ec_secure=025&ec_rate=\u{1b}a",
        "ec_secure=026&ec_expire=0&",
        "ec_secure=038&ec_expire=0&ec_secure=x",
        "ec_secure=021&user=me",
        "ec_secure=02x&ec_expire=0",
        "ec_secure=014&",
        "ec_secure=013",
    ] {
        let reason = version_2_verdict(wrong);
        assert_eq!(reason, Some(Reason::Malformed), "{wrong:?}");
    }
    assert_eq!(
        version_2_verdict("ec_secura=025&ec_expire=0"),
        Some(Reason::Signature)
    );
    assert_eq!(version_2_verdict("ec_expire=1"), Some(Reason::Signature));
    assert_eq!(version_2_verdict("ec_secure="), Some(Reason::Missing));

    let token = version_2(b"ec_secure=025&ec_expire=0", SECRET);
    assert!(reason_of(&token, &request(), &Rules::of(&ectoken())).is_some());
}

#[test]
fn version_2_takes_secrets_of_any_length() {
    for length in [1, 3, 4, 56, 57, 72, 100] {
        let secret = vec![b'k'; length];
        let token = version_2(b"ec_secure=025&ec_expire=0", &secret);
        let request = RequestParts {
            sources: &[Source::query(token.as_bytes())],
            secrets: &[b"other", &secret],
            ..request()
        };
        let verdict = legacy()
            .verify(&request, &Rules::of(&legacy()), NOW)
            .unwrap();
        assert_eq!(verdict.token().map(|token| token.secret), Some(1));
    }
}

proptest! {
    /// Version 2 is not authenticated, so this is no promise: only that what is altered does not turn
    /// into claims by itself.
    #[test]
    fn a_byte_altered_before_the_last_block_of_version_2_refuses(at in 0..40usize, bit in 0..8u8) {
        let plaintext = b"ec_secure=056&ec_expire=1900000000&ec_url_allow=/pictures";
        let plaintext = &plaintext[..56];
        let mut bytes: Vec<u8> = version_2(plaintext, SECRET).into_bytes();
        let pair = at * 2;
        let byte = u8::from_str_radix(std::str::from_utf8(&bytes[pair..pair + 2]).unwrap(), 16).unwrap();
        bytes[pair..pair + 2].copy_from_slice(format!("{:02x}", byte ^ (1 << bit)).as_bytes());
        let request = RequestParts { sources: &[Source::query(&bytes)], ..request() };
        let verdict = legacy().verify(&request, &Rules::of(&legacy()), NOW).unwrap();
        prop_assert!(verdict.reason().is_some());
    }
}
