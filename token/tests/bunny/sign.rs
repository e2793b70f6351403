//! Signing.

use token::{Link, Rules, SignError};

use super::{EXPIRES, SECRET, bunny, signed, try_sign, verdict_of};

#[test]
fn a_link_carries_what_it_demands() {
    let link = signed(
        "/v/1.ts",
        &[
            ("token_path", "/v/"),
            ("token_countries", "DE,FR"),
            ("limit", "500"),
        ],
        None,
    );
    let (token, rest) = link.split_once('&').unwrap();
    assert!(token.starts_with("token=HS256-"));
    assert_eq!(
        rest,
        format!("token_path=%2Fv%2F&token_countries=DE%2CFR&limit=500&expires={EXPIRES}")
    );
    let target = format!("/v/2.ts?{link}");
    let verdict = verdict_of("/v/2.ts", &target, "192.0.2.7", Some("FR"));
    assert_eq!(verdict.reason(), None);
}

#[test]
fn the_vendor_signs_alike() {
    // "ip_v4_path" of the vendor's e2e/vectors.json.
    let (scheme, mut query) = (bunny(), String::new());
    let claims = [token::Claim {
        name: b"token_path",
        value: b"/abc",
    }];
    let link = Link {
        path: b"/abc/300kb.jpg",
        target: b"/abc/300kb.jpg",
        expires: Some(1_598_024_587),
        client_ip: Some(b"1.2.3.4"),
        claims: &claims,
        ..token::Link::default()
    };
    let secret = token::Secret::new(b"SecurityKey");
    let none = &mut |_: &mut [u8]| Err(token::Failure);
    scheme
        .sign(&link, &Rules::of(&scheme), secret, none, &mut query)
        .unwrap();
    assert_eq!(
        query,
        "token=HS256-1-wag9tC0r1QWfg-2eMj5QcdzgPLCIdQb-D0WVU1Mhg2w&token_path=%2Fabc&expires=1598024587"
    );
}

#[test]
fn what_no_link_could_say_is_not_signed() {
    for claims in [
        &[("token_path", "v/")][..],
        &[("token_path", "/v/&x")],
        &[("token_path", "/v/\n")],
        &[("token_path", "/v/"), ("token_path", "/v/")],
        &[("token_countries", "")],
        &[("token_countries", "DEU")],
        &[("token_countries_blocked", "DE,")],
        &[("token_ignore_params", "false")],
        &[("token_ignore_params", "true"), ("token_countries", "DE")],
        &[("token_ignore_params", "true"), ("limit", "5")],
        &[("limit", "")],
        &[("limit", "5k")],
        &[("limit", "1234567890")],
        &[("token_referer", "example.com")],
        &[("x", "1")],
    ] {
        let found = try_sign("/v/1.ts", claims, None);
        assert_eq!(found, Err(SignError::Claim), "{claims:?}");
    }
    for query in ["x=1&x=2", "9=1", "a=%00", "a=1%262", "ABCDlimit=1", "a=%"] {
        let found = try_sign(&format!("/v?{query}"), &[], None);
        assert_eq!(found, Err(SignError::Claim), "{query}");
    }
    for address in ["", "unix:", "192.0.2.0/24"] {
        let found = try_sign("/v", &[], Some(address));
        assert_eq!(found, Err(SignError::ClientIp), "{address}");
    }
}

#[test]
fn an_expiry_without_ten_digits_is_not_signed() {
    for expires in [None, Some(999_999_999), Some(10_000_000_000)] {
        let link = Link {
            path: b"/a",
            target: b"/a",
            expires,
            ..Link::default()
        };
        let rules = Rules::of(&bunny());
        let found = super::common::sign(&bunny(), &link, &rules, SECRET);
        assert_eq!(found, Err(SignError::Expires), "{expires:?}");
    }
}
