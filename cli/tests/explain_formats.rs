//! `secure-token explain` of links whose token is a HMAC, stands with its time in one argument, or in the path.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::{Cli, EXPIRES, md5, one};
use data_encoding::{BASE64, HEXLOWER};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

const KEY: &[u8] = b"the key of a cdn, as it is";

fn hmac(key: &[u8], text: &str) -> String {
    let mut hmac = Hmac::<Sha1>::new_from_slice(key).unwrap();
    hmac.update(text.as_bytes());
    HEXLOWER.encode(&hmac.finalize().into_bytes())
}

fn fastly_link(token: &str) -> String {
    format!("https://h/a%20b.mp4?x=1&token={EXPIRES}_{token}")
}

/// A command whose secret is the key in base64.
fn fastly() -> Cli {
    Cli::with_secret(&BASE64.encode(KEY))
}

#[track_caller]
fn fastly_mistake(token: &str) -> String {
    one(fastly().mistakes("fastly", &[&fastly_link(token)]))
}

/// Ten in the morning of that day in China, half an hour before the links of these tests expire.
const TIME: &str = "202611241730";

fn alibaba_link(token: &str) -> String {
    format!("https://h/{TIME}/{token}/a%20b.mp4?x=1")
}

#[track_caller]
fn alibaba_mistake(text: &str) -> String {
    let link = alibaba_link(&HEXLOWER.encode(&md5(text)));
    one(Cli::with_secret("alibaba-secret").mistakes("alibaba-b", &[&link]))
}

#[test]
fn a_right_link_opens_and_its_message_is_shown() {
    let right = hmac(KEY, &format!("/a%20b.mp4?x=1{EXPIRES}"));
    let ran = fastly().run(&[
        "explain",
        "--secret-file",
        "key",
        "--now",
        common::NOW,
        &fastly_link(&right),
    ]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    for line in [
        "scheme       fastly",
        &format!("token        {EXPIRES}_{right}  (the parameter \"token\")"),
        "expiry       1795514400  (beside the token)",
        &format!("hashed       /a%20b.mp4?x=1{EXPIRES}"),
        &format!("computed     {right}"),
    ] {
        assert!(ran.out.contains(line), "{line}: {}", ran.out);
    }
    let right = HEXLOWER.encode(&md5(format!("alibaba-secret{TIME}/a%20b.mp4")));
    let ran = Cli::with_secret("alibaba-secret").run(&[
        "explain",
        "--secret-file",
        "key",
        "--now",
        common::NOW,
        &alibaba_link(&right),
    ]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    for line in [
        "scheme       alibaba-b",
        &format!("token        {TIME}/{right}  (the first segments of the path)"),
        &format!("issued       {TIME}  (beside the token)"),
        "expires 2026-11-24 10:00:00 UTC (in 24 hours)",
        "path         /a b.mp4",
        &format!("hashed       •••{TIME}/a%20b.mp4"),
        &format!("computed     {right}"),
    ] {
        assert!(ran.out.contains(line), "{line}: {}", ran.out);
    }
}

#[test]
fn a_hmac_that_was_made_wrongly_is_named() {
    let uri = "/a%20b.mp4?x=1";
    let message = format!("{uri}{EXPIRES}");
    for (token, said) in [
        (
            hmac(BASE64.encode(KEY).as_bytes(), &message),
            "was used as the text that it is",
        ),
        (
            hmac(KEY, &format!("{EXPIRES}{uri}")),
            "in another order or with something else between: expiry and path and query as they are sent.",
        ),
        (
            hmac(KEY, &format!("{message}\n")),
            "a newline at the end of the hashed text",
        ),
        (
            hmac(KEY, &format!("/a%20b.mp4{EXPIRES}")),
            "The query was not signed",
        ),
        (
            hmac(KEY, &format!("/a b.mp4?x=1{EXPIRES}")),
            "signed decoded, \"/a b.mp4?x=1\"",
        ),
        (
            hmac(KEY, &format!("https://h{message}")),
            "The host was signed with the path",
        ),
        (
            hmac(KEY, &format!("{uri}{EXPIRES}000")),
            "signed in milliseconds",
        ),
        (
            hmac(KEY, &message).to_ascii_uppercase(),
            "hexadecimal digits are in upper case",
        ),
    ] {
        let mistake = fastly_mistake(&token);
        assert!(mistake.contains(said), "{said}: {mistake}");
    }
    let sha1 = |text: String| {
        use sha1::Digest as _;
        HEXLOWER.encode(&Sha1::digest(text))
    };
    let key = String::from_utf8(KEY.to_vec()).unwrap();
    let mistake = fastly_mistake(&sha1(format!("{key}{message}")));
    assert!(
        mistake
            .contains("is the plain SHA-1 of secret, path and query as they are sent and expiry")
            && mistake.contains("takes an HMAC"),
        "{mistake}"
    );
}

#[test]
fn a_link_with_its_token_in_the_path_that_was_made_wrongly_is_named() {
    let secret = "alibaba-secret";
    for (text, said) in [
        (format!("{secret}{TIME}/a b.mp4"), "signed decoded"),
        (
            format!("{secret}/a%20b.mp4{TIME}"),
            "signed as one of alibaba-c",
        ),
        (format!("{TIME}/a%20b.mp4{secret}"), "in another order"),
        (
            format!("{secret}{EXPIRES}/a%20b.mp4"),
            "nothing but a guess",
        ),
        (
            format!("{secret}202611240930/a%20b.mp4"),
            "8 hours earlier than the one in the link",
        ),
        (
            format!("{secret}1795512600/a%20b.mp4"),
            "signed as a Unix time",
        ),
        (
            format!("{secret}{TIME}/a%20b.mp4?x=1"),
            "The query was signed with the path",
        ),
        (
            format!("{secret}\n{TIME}/a%20b.mp4"),
            "with a newline at its end",
        ),
    ] {
        if said == "nothing but a guess" {
            let link = alibaba_link(&HEXLOWER.encode(&md5(text)));
            let (certain, guessed) = Cli::with_secret(secret).mistakes("alibaba-b", &[&link]);
            assert!(certain.is_empty() && guessed.len() == 1, "{certain:?}");
            continue;
        }
        let mistake = alibaba_mistake(&text);
        assert!(mistake.contains(said), "{said}: {mistake}");
    }
}

#[test]
fn a_link_that_has_not_the_form_is_told_what_the_form_is() {
    let all = |scheme: &str, link: &str| {
        let (certain, guessed) = fastly().mistakes(scheme, &[link]);
        [certain, guessed].concat().join("\n")
    };
    let said = all("fastly", "https://h/a?token=abc");
    assert!(said.contains("?token={expires}_{token}"), "{said}");
    let said = all("alibaba-b", "https://h/a.mp4");
    assert!(
        said.contains("/{time:yyyymmddhhmm+8}/{token}{path}"),
        "{said}"
    );
    let said = all(
        "alibaba-b",
        &format!("https://h/2026-11-24/{}/a.mp4", "0".repeat(32)),
    );
    assert!(said.contains("YYYYMMDDHHMM"), "{said}");
}

#[test]
fn a_secret_that_is_not_written_as_the_scheme_demands_is_told() {
    let cli = Cli::with_secret("no base64 at all");
    let ran = cli.verify("fastly", &[&fastly_link(&"0".repeat(40))]);
    assert!(
        ran.code == 1 && ran.err.contains("is not base64"),
        "{}",
        ran.err
    );
    let ran = cli.sign("fastly", &["--expires-in", "1h", "/a"]);
    assert!(
        ran.code == 2 && ran.err.contains("is not base64"),
        "{}",
        ran.err
    );
}

#[test]
fn of_schemes_with_the_same_parameters_the_one_that_fits_is_explained() {
    let token = common::base64url(md5(format!("{}192.0.2.7/a{EXPIRES}", common::SECRET)));
    let link = format!("/a?st={token}&e={EXPIRES}");
    let args = [
        "explain",
        "--json",
        "--secret-file",
        "key",
        "--now",
        common::NOW,
        "--client-ip",
        "192.0.2.7",
        &link,
    ];
    let ran = Cli::new().run(&args);
    assert_eq!(
        (ran.code, ran.json()["scheme"].as_str()),
        (0, Some("leaseweb"))
    );
}

#[test]
fn a_token_in_a_cookie_leaves_the_query_as_it_is() {
    let token = hmac(KEY, &format!("/a?x=1&token=y{EXPIRES}"));
    let cookie = format!("Cookie: link=token={EXPIRES}_{token}");
    let args = [
        "--source",
        "$cookie_link",
        "--header",
        &cookie,
        "/a?x=1&token=y",
    ];
    let ran = fastly().verify("fastly", &args);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let first = [
        "explain",
        "--json",
        "--secret-file",
        "key",
        "--now",
        common::NOW,
    ];
    let ran = fastly().run(&[&first[..], &["--scheme", "fastly"], &args].concat());
    assert_eq!(ran.json()["hashed"], format!("/a?x=1&token=y{EXPIRES}"));
    assert_eq!(ran.json()["computed"], serde_json::json!([token]));
}

#[test]
fn what_is_malformed_is_told_by_the_form_that_the_scheme_demands() {
    for (scheme, link, said) in [
        (
            "azion",
            "/a?st=x&e=1",
            "The token is not 22 characters of base64url, or the expiry is not a Unix time in seconds",
        ),
        (
            "fastly",
            "/a?token=x",
            "The token is not 40 hexadecimal digits in lower case, or the expiry is not a Unix time in seconds",
        ),
        (
            "alibaba-b",
            "/202611241800/x/a",
            "The token is not 32 hexadecimal digits in lower case, or the time is not YYYYMMDDHHMM in UTC+8",
        ),
    ] {
        let ran = fastly().verify(scheme, &[link]);
        assert!(
            ran.code == 1 && ran.out.contains(said),
            "{link}: {}",
            ran.out
        );
    }
    let ran = fastly().verify("alibaba-b", &["/a"]);
    assert!(
        ran.code == 1 && ran.out.contains("it is what the path begins with"),
        "{}",
        ran.out
    );
}
