//! Links of formats with fields, directories, brackets and times of other kinds, made wrongly.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::{Cli, EXPIRES, SECRET, base64url, md5, one};
use data_encoding::HEXLOWER;
use sha1::{Digest as _, Sha1};

fn hex(text: String) -> String {
    HEXLOWER.encode(&md5(text))
}

#[track_caller]
fn is_named(scheme: &str, link: &str, said: &str) {
    let mistake = one(Cli::new().mistakes(scheme, &[link]));
    assert!(mistake.contains(said), "{mistake}");
}

#[test]
fn a_field_that_was_not_signed_is_named() {
    // The time of issue: a link opens for half an hour.
    let time = EXPIRES - 1800;
    for (text, said) in [
        (
            format!("/a%20b.mp4-{time}-r-{SECRET}"),
            "The field {uid} was not signed",
        ),
        (format!("/a b.mp4-{time}-r-0-{SECRET}"), "signed decoded"),
        (
            format!("/a%20b.mp4:{time}:r:0:{SECRET}"),
            "something else between",
        ),
    ] {
        let link = format!("/a%20b.mp4?auth_key={time}-r-0-{}", hex(text));
        is_named("alibaba-a", &link, said);
    }
}

#[test]
fn a_directory_that_was_not_the_one_is_named() {
    let token = |path: &str| base64url(md5(format!("{EXPIRES}{path}{SECRET}")));
    let link = |token: String| format!("/{token},{EXPIRES}/films/1/a.ts");
    for right in ["/films/1", "/films"] {
        let ran = Cli::new().verify("cdn77-path", &[&link(token(right))]);
        assert_eq!(ran.code, 0, "{right}");
    }
    for (path, said) in [
        ("/films/1/a.ts", "The path of the file was signed"),
        ("/films/1/", "with a slash more"),
        ("/films/2", "None of"),
    ] {
        if said == "None of" {
            let (certain, guessed) = Cli::new().mistakes("cdn77-path", &[&link(token(path))]);
            assert!(
                certain.is_empty() && guessed[0].contains(said),
                "{certain:?}"
            );
            continue;
        }
        is_named("cdn77-path", &link(token(path)), said);
    }
}

#[test]
fn the_directory_that_fits_is_shown() {
    let token = base64url(md5(format!("{EXPIRES}/films{SECRET}")));
    let link = format!("/{token},{EXPIRES}/films/1/a.ts");
    let first = [
        "explain",
        "--json",
        "--scheme",
        "cdn77-path",
        "--secret-file",
        "key",
    ];
    let ran = Cli::new().run(&[&first[..], &["--now", common::NOW, &link]].concat());
    assert_eq!(
        ran.json()["hashed"],
        format!("{EXPIRES}/films\u{2022}\u{2022}\u{2022}")
    );
    assert_eq!(ran.json()["computed"], serde_json::json!([token]));
    assert_eq!(ran.json()["differs_at"], serde_json::Value::Null);
}

#[test]
fn what_stands_in_brackets_is_hashed_as_it_is_chosen() {
    let text = |address: &str| format!("live{address}0{EXPIRES}{SECRET}s");
    let link = |text: String| {
        let token = HEXLOWER.encode(&Sha1::digest(text));
        format!("/live/index.m3u8?token={token}-s-{EXPIRES}-0")
    };
    let right = link(text("no_check_ip"));
    assert_eq!(Cli::new().verify("flussonic", &[&right]).code, 0);
    let first = [
        "explain",
        "--json",
        "--scheme",
        "flussonic",
        "--secret-file",
        "key",
    ];
    let ran = Cli::new().run(&[&first[..], &["--now", common::NOW, &right]].concat());
    assert_eq!(
        ran.json()["hashed"],
        format!("liveno_check_ip0{EXPIRES}\u{2022}\u{2022}\u{2022}s")
    );
    assert_eq!(
        ran.json()["fields"],
        serde_json::json!({ "salt": "s", "start": "0" })
    );
    // Bound to the address where it is not looked at, and not bound where it is.
    is_named(
        "flussonic",
        &link(text("127.0.0.1")),
        "address 127.0.0.1 was signed",
    );
    let args = ["--client-ip", "192.0.2.7", &right];
    let mistake = one(Cli::new().mistakes("flussonic", &args));
    assert!(mistake.contains("address was left out"), "{mistake}");
}

#[test]
fn the_fields_of_a_link_are_told_apart_where_they_are_wrong() {
    let all = |scheme: &str, link: &str| {
        let (certain, guessed) = Cli::new().mistakes(scheme, &[link]);
        [certain, guessed].concat().join("\n")
    };
    let zeros = "0".repeat(32);
    let token = "A".repeat(43);
    for (scheme, link, said) in [
        (
            "alibaba-a",
            format!("/a?auth_key={EXPIRES}--0-{zeros}"),
            "The field {rand} is empty or absent",
        ),
        (
            "secure-link-hmac",
            format!("/a?st={token}&ts={EXPIRES}&e=1h"),
            "The field {ttl} is \"1h\"",
        ),
        (
            "secure-link-hmac",
            format!("/a?st={token}&ts=yesterday&e=60"),
            "is none of 2026-11-24T10:00:00Z",
        ),
        (
            "secure-link-hmac",
            format!("/a?st={token}&ts={EXPIRES}&e=60&e=60"),
            "\"e\" is there twice",
        ),
        (
            "qiniu",
            format!("/a?sign={zeros}&t={EXPIRES}"),
            "eight hexadecimal digits",
        ),
    ] {
        let said_of_it = all(scheme, &link);
        assert!(said_of_it.contains(said), "{link}: {said_of_it}");
    }
}

#[test]
fn nothing_is_said_of_an_expiry_where_links_have_none() {
    let token = base64url(md5(format!("/a.jpgw=1{SECRET}")));
    let right = format!("/a.jpg?w=1&token={token}");
    let first = [
        "explain",
        "--json",
        "--scheme",
        "keycdn-image",
        "--secret-file",
        "key",
    ];
    let ran = Cli::new().run(&[&first[..], &[&right]].concat());
    assert_eq!(ran.code, 0, "{}", ran.out);
    let checks = ran.json()["steps"].to_string();
    assert!(!checks.contains("expire"), "{checks}");
    let token = base64url(md5(format!("/a.jpg{SECRET}")));
    is_named(
        "keycdn-image",
        &format!("/a.jpg?w=1&token={token}"),
        "The query without the token was not signed",
    );
}
