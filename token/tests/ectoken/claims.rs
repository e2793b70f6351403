//! What a token demands, claim by claim.

use proptest::prelude::*;
use token::{Reason, RequestParts, Rules};

use crate::*;

#[test]
fn each_claim_opens_what_it_allows_and_nothing_else() {
    use Reason::{ClientIp, Country, Expired, Host, Protocol, Referrer, Url};
    let cases: &[(&str, Option<Reason>)] = &[
        ("ec_expire=1800000000", None),
        ("ec_expire=1799999999", Some(Expired)),
        ("ec_expire=0", None),
        ("ec_expire=9223372036854775807", None),
        ("ec_url_allow=/pictures", None),
        ("ec_url_allow=/pic", None),
        ("ec_url_allow=/films/, /pictures/ ,", None),
        ("ec_url_allow=/pictures/city", Some(Url)),
        ("ec_url_allow=/films", Some(Url)),
        ("ec_url_allow=/pictures/City/x.png.zip", Some(Url)),
        ("ec_country_allow=US, fr", None),
        ("ec_country_allow=US,DE", Some(Country)),
        ("ec_country_deny=US,DE", None),
        ("ec_country_deny=US,Fr", Some(Country)),
        ("ec_country_allow=FR&ec_country_deny=FR", None),
        ("ec_country_allow=US&ec_country_deny=DE", Some(Country)),
        ("ec_ref_allow=www.example.com", None),
        ("ec_ref_allow=WWW.example.com/Films", None),
        ("ec_ref_allow=www.example.com:8443", None),
        ("ec_ref_allow=www.example.com:443", Some(Referrer)),
        ("ec_ref_allow=www.example.com/films", Some(Referrer)),
        ("ec_ref_allow=*.example.com, missing", None),
        ("ec_ref_allow=*.com/Films/", None),
        (
            "ec_ref_allow=example.com,*.www.example.com,ww.example.com",
            Some(Referrer),
        ),
        ("ec_ref_allow=missing", Some(Referrer)),
        ("ec_ref_deny=*.example.com", Some(Referrer)),
        ("ec_ref_deny=example.com,missing", None),
        (
            "ec_ref_allow=www.example.com&ec_ref_deny=*.example.com",
            None,
        ),
        ("ec_host_allow=CDN.example.com", None),
        ("ec_host_allow=*.example.com", None),
        (
            "ec_host_allow=example.com,*.cdn.example.com,dn.example.com",
            Some(Host),
        ),
        ("ec_host_deny=*.example.com", Some(Host)),
        ("ec_host_deny=example.com", None),
        ("ec_proto_allow=https", None),
        ("ec_proto_allow=http", Some(Protocol)),
        ("ec_proto_deny=http", None),
        ("ec_proto_deny=http, HTTPS", Some(Protocol)),
        ("ec_proto_allow=https&ec_proto_deny=https", None),
        ("ec_clientip=192.0.2.7", None),
        ("ec_clientip=192.0.2.99/25", None),
        ("ec_clientip=198.51.100.1, 192.0.2.6/31", None),
        ("ec_clientip=0.0.0.0/0", None),
        ("ec_clientip=::ffff:192.0.2.7", None),
        ("ec_clientip=::ffff:192.0.2.0/120", None),
        (
            "ec_clientip=192.0.2.6,192.0.2.6/32,192.0.2.128/25,2001:db8::/32",
            Some(ClientIp),
        ),
        ("ec_rate=100&ec_prebuf=x&ec_secure=33", None),
        ("user=42&expires=1&EXPIRE=1&note=", None),
    ];
    for (claims, expected) in cases {
        assert_eq!(verdict(claims, &request()), *expected, "{claims}");
    }
}

pub(crate) const UNREADABLE: &[&str] = &[
    "ec_expire=",
    "ec_expire",
    "ec_expire=-1",
    "ec_expire=+1",
    "ec_expire=1e9",
    "ec_expire= 1",
    "ec_expire=99999999999999999999",
    "ec_url_allow=",
    "ec_url_allow=,",
    "ec_url_allow=pictures",
    "ec_url_allow=/pictures,x",
    "ec_country_allow=",
    "ec_country_allow=FR,USA",
    "ec_country_deny=F",
    "ec_country_allow=FR&ec_country_deny=France",
    "ec_ref_allow=http://www.example.com",
    "ec_ref_allow=*",
    "ec_ref_allow=w*.example.com",
    "ec_ref_allow=www.example.com:x",
    "ec_ref_deny=a b",
    "ec_ref_deny=/films",
    "ec_host_allow=",
    "ec_host_allow=*",
    "ec_host_deny=*.",
    "ec_host_deny=cdn.example.com:443",
    "ec_host_deny=cdn.example.com/x",
    "ec_proto_allow=",
    "ec_proto_deny=ftp",
    "ec_clientip=",
    "ec_clientip=192.0.2",
    "ec_clientip=192.0.2.0/33",
    "ec_clientip=192.0.2.0/",
    "ec_clientip=192.0.2.7,::/129",
    "ec_clientip=unix:",
    "ec_rate=1&ec_rate=1",
    "ec_expire=0&ec_expire=0",
];

#[test]
fn a_claim_that_cannot_be_read_refuses() {
    for claims in UNREADABLE {
        assert_eq!(
            verdict(claims, &request()),
            Some(Reason::Malformed),
            "{claims}"
        );
    }
}

#[test]
fn a_claim_that_nobody_knows_refuses() {
    for claims in [
        "ec_new=1",
        "ec_",
        "EC_EXPIRE=0",
        " ec_expire=0",
        "ec_expire =0",
        "a=b&Ec_x",
    ] {
        let reason = Some(Reason::UnsupportedClaim);
        assert_eq!(verdict(claims, &request()), reason, "{claims}");
    }
}

#[test]
fn what_the_server_is_not_told_refuses() {
    let of = |claims, change: fn(&mut RequestParts<'static>)| {
        let mut request = request();
        change(&mut request);
        verdict(claims, &request)
    };
    let (country, referrer) = (Some(Reason::Country), Some(Reason::Referrer));
    for claims in ["ec_country_allow=FR", "ec_country_deny=US"] {
        assert_eq!(of(claims, |request| request.country = None), country);
        assert_eq!(
            of(claims, |request| request.country = Some(b"FRA")),
            country
        );
    }
    assert_eq!(
        of("ec_country_allow=FR", |request| request.country = Some(b"")),
        country
    );
    assert_eq!(
        of("ec_country_deny=US", |request| request.country = Some(b"")),
        None
    );
    for (claims, expected) in [
        ("ec_ref_allow=a.com", referrer),
        ("ec_ref_allow=a.com,missing", None),
        ("ec_ref_allow=a.com,", None),
        ("ec_ref_allow=", None),
        ("ec_ref_deny=a.com", None),
        ("ec_ref_deny=a.com,Missing", referrer),
        ("ec_ref_deny= ,a.com", referrer),
    ] {
        assert_eq!(
            of(claims, |request| request.referrer = b""),
            expected,
            "{claims}"
        );
        assert_eq!(
            of(claims, |request| request.referrer = b" "),
            expected,
            "{claims}"
        );
    }
    for claims in ["ec_host_allow=cdn.example.com", "ec_host_deny=a.com"] {
        assert_eq!(of(claims, |request| request.host = b""), Some(Reason::Host));
    }
    let ip = Some(Reason::ClientIp);
    assert_eq!(
        of("ec_clientip=::/0", |request| request.client_ip = None),
        ip
    );
    assert_eq!(
        of("ec_clientip=::/0", |request| request.client_ip =
            Some(b"unix:")),
        ip
    );
    assert_eq!(
        of("ec_clientip=::/0", |request| request.client_ip = Some(b"")),
        ip
    );
}

#[test]
fn a_referrer_is_a_url_however_it_is_written() {
    for (url, host_fits, path_fits) in [
        ("https://a.com/films", true, true),
        ("a.com/films/1", true, true),
        ("HTTP://A.com:80/films?x=/", true, true),
        ("https://user:a@a.com/films", true, true),
        ("https://a.com./films#x", true, true),
        ("https://a.com:/films", true, true),
        ("https://a.com", true, false),
        ("https://a.com?films", true, false),
        ("https://a.com@evil.com/films", false, false),
        ("https://evil.com/a.com/films", false, false),
        ("https://evil.com?https://a.com/films", false, false),
        ("https://evil.com#a.com/films", false, false),
        ("evil.com/?https://a.com/films", false, false),
        ("evil.com/x://a.com/films", false, false),
        ("evil.com@x://a.com/films", false, false),
        ("//evil.com/https://a.com/films", false, false),
        ("android-app://a.com/films", true, true),
        ("about:blank", false, false),
        ("://", false, false),
    ] {
        let request = RequestParts {
            referrer: url.as_bytes(),
            ..request()
        };
        let fits = |claims| verdict(claims, &request).is_none();
        assert_eq!(fits("ec_ref_allow=a.com"), host_fits, "{url}");
        assert_eq!(fits("ec_ref_allow=a.com/films"), path_fits, "{url}");
        assert_eq!(fits("ec_ref_deny=a.com"), !host_fits, "{url}");
    }
}

#[test]
fn addresses_of_both_families_are_compared_by_their_bits() {
    for (client, list, fits) in [
        ("2001:db8::1", "2001:DB8:0::1", true),
        ("2001:db8::1", "2001:db8::/32", true),
        ("2001:db9::1", "2001:db8::/32", false),
        ("2001:db8::1", "2001:db8::2/127", false),
        ("::ffff:192.0.2.7", "192.0.2.7", true),
        ("::ffff:192.0.2.7", "192.0.2.0/24", true),
        ("::192.0.2.7", "192.0.2.7", false),
        ("11.22.35.255", "11.22.33.0/22", true),
        ("11.22.36.0", "11.22.33.0/22", false),
        ("2001:db8::1", "0.0.0.0/0", false),
        ("2001:db8::1", "::/0", true),
        ("192.0.2.7", "::/0", false),
        ("::ffff:192.0.2.7", "::/64", false),
        ("192.0.2.7", "::ffff:0:0/96", true),
        ("192.0.2.7", "0.0.0.0/0", true),
    ] {
        let request = RequestParts {
            client_ip: Some(client.as_bytes()),
            ..request()
        };
        let claims = format!("ec_clientip={list}");
        let expected = (!fits).then_some(Reason::ClientIp);
        assert_eq!(verdict(&claims, &request), expected, "{client} {list}");
    }
}

#[test]
fn what_is_no_address_fits_no_list_that_is_the_same_text() {
    for (text, reason) in [
        ("unix:", Reason::Malformed),
        ("192.0.2.0/24", Reason::ClientIp),
        ("192.0.2.7, 192.0.2.8", Reason::ClientIp),
        ("192.0.2.7,", Reason::ClientIp),
        (" 192.0.2.7", Reason::ClientIp),
    ] {
        let request = RequestParts {
            client_ip: Some(text.as_bytes()),
            ..request()
        };
        let claims = format!("ec_clientip={text}");
        assert_eq!(verdict(&claims, &request), Some(reason), "{text}");
    }
}

#[test]
fn case_is_ignored_in_paths_only_where_that_is_asked_for() {
    let rules = Rules {
        ignore_case: true,
        ..Rules::of(&ectoken())
    };
    for claims in [
        "ec_url_allow=/PICTURES/cITY",
        "ec_ref_allow=www.example.com/FILMS",
    ] {
        let token = sealed(claims.as_bytes());
        assert_eq!(reason_of(&token, &request(), &rules), None);
        assert!(reason_of(&token, &request(), &Rules::of(&ectoken())).is_some());
    }
}

#[test]
fn a_token_that_never_expires_lives_too_long_where_lifetimes_are_limited() {
    let rules = Rules {
        max_lifetime: Some(u64::from(u32::MAX)),
        ..Rules::of(&ectoken())
    };
    for claims in ["ec_expire=0", "ec_rate=1"] {
        let token = sealed(claims.as_bytes());
        let reason = reason_of(&token, &request(), &rules);
        assert_eq!(reason, Some(Reason::Lifetime), "{claims}");
    }
}

#[test]
fn expired_is_said_before_anything_that_does_not_fit() {
    let reason = verdict(
        "ec_expire=1&ec_country_allow=US&ec_url_allow=/x",
        &request(),
    );
    assert_eq!(reason, Some(Reason::Expired));
}

proptest! {
    #[test]
    fn no_plaintext_makes_it_panic(
        claims in prop_oneof![
            any::<Vec<u8>>(),
            "(ec_(expire|url_allow|country_allow|ref_deny|host_deny|proto_allow|clientip)=[ -~]{0,20}&?){0,4}"
                .prop_map(String::into_bytes),
        ],
        referrer: Vec<u8>,
        client_ip: Vec<u8>,
    ) {
        let token = sealed(&claims);
        let request = RequestParts { referrer: &referrer, client_ip: Some(&client_ip), ..request() };
        let _ = reason_of(&token, &request, &Rules::of(&ectoken()));
        let text = String::from_utf8_lossy(&claims);
        let _ = version_2_verdict(&format!("ec_secure={:03}&{text}", text.len() + 14));
    }
}
