//! `secure-token explain` of links of a format of one's own.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::{Cli, EXPIRES, NOW, SECRET, md5, one};
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

const LINES: &str = r#"?sig={token}&exp={expires} hmac-sha256:hex "v1\n{expires}\n{path}\n$host""#;
const PLAIN: &str = r#"?sig={token}&exp={expires} md5:hex "{secret}:{expires}:$host{path}""#;
const QUERY: &str = r#"?sig={token}&exp={expires} hmac-sha256:hex "{uri:raw}\n{expires}""#;
const FOLDER: &str =
    r#"/k/{user}/{token}/{expires}{path} hmac-sha256:hex "{user}|{expires}|{path}""#;

fn hmac_sha256(text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    HEXLOWER.encode(&mac.finalize().into_bytes())
}

/// The mistakes that are certain, and those that are guessed.
fn mistakes(format: &str, link: &str) -> (Vec<String>, Vec<String>) {
    let url = format!("https://cdn.example.com{link}");
    let args = [
        "explain",
        "--json",
        "--format",
        format,
        "--secret-file",
        "key",
        "--now",
        NOW,
        &url,
    ];
    let ran = Cli::new().run(&args);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    let found = ran.json()["mistakes"].as_array().unwrap().clone();
    let of = |certain: bool| {
        let kept = found.iter().filter(|mistake| mistake["certain"] == certain);
        kept.map(|mistake| mistake["text"].as_str().unwrap().to_owned())
            .collect()
    };
    (of(true), of(false))
}

fn lines(text: &str) -> String {
    one(mistakes(
        LINES,
        &format!("/a.mp4?sig={}&exp={EXPIRES}", hmac_sha256(text)),
    ))
}

fn in_folder(token: &str) -> String {
    one(mistakes(
        FOLDER,
        &format!("/k/anna/{token}/{EXPIRES}/a.mp4"),
    ))
}

#[test]
fn a_newline_that_stayed_two_characters_or_became_another_end_of_line_is_named() {
    let host = "cdn.example.com";
    for (between, said) in [("\\n", r#""\\n""#), ("\r\n", r#""\r\n""#), (" ", "a blank")] {
        let text = ["v1", &EXPIRES.to_string(), "/a.mp4", host].join(between);
        let mistake = lines(&text);
        let said = format!("expiry, {said}, path, {said} and variable $host. ");
        assert!(mistake.contains(&said), "{mistake}");
    }
}

#[test]
fn parts_that_changed_places_between_the_same_words_are_named() {
    let mistake = lines(&format!("v1\ncdn.example.com\n/a.mp4\n{EXPIRES}"));
    let said = r#"else between: "v1\n", variable $host, a newline, path, a newline and expiry. "#;
    assert!(mistake.contains(said), "{mistake}");
}

#[test]
fn a_field_that_was_left_out_with_what_stands_behind_it_is_named() {
    let mistake = in_folder(&hmac_sha256(&format!("{EXPIRES}|/a.mp4")));
    assert!(
        mistake.starts_with("The field {user} was not signed: "),
        "{mistake}"
    );
}

#[test]
fn a_secret_that_was_hashed_where_it_is_the_key_or_the_other_way_round_is_named() {
    let text = format!("anna|{EXPIRES}|/a.mp4{SECRET}");
    let mistake = in_folder(&HEXLOWER.encode(&Sha256::digest(text)));
    assert!(
        mistake.starts_with("The token is the plain SHA-256 of "),
        "{mistake}"
    );

    let mut mac = Hmac::<md5::Md5>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{EXPIRES}:cdn.example.com/a.mp4").as_bytes());
    let token = HEXLOWER.encode(&mac.finalize().into_bytes());
    let mistake = one(mistakes(
        PLAIN,
        &format!("/a.mp4?sig={token}&exp={EXPIRES}"),
    ));
    assert!(mistake.starts_with("The token is an HMAC, "), "{mistake}");
}

#[test]
fn the_path_with_what_stands_in_front_of_the_token_is_named() {
    let mistake = in_folder(&hmac_sha256(&format!("anna|{EXPIRES}|/k/anna/a.mp4")));
    let said = r#""/k/anna/a.mp4": sign the path without the token, "/a.mp4""#;
    assert!(mistake.contains(said), "{mistake}");
}

#[test]
fn a_query_that_was_not_signed_is_told_from_a_path_that_was_decoded() {
    let link = |url: &str, signed: &str| {
        let token = hmac_sha256(&format!("{signed}\n{EXPIRES}"));
        let mark = if url.contains('?') { '&' } else { '?' };
        one(mistakes(
            QUERY,
            &format!("{url}{mark}sig={token}&exp={EXPIRES}"),
        ))
    };
    let mistake = link("/a.mp4?b=2", "/a.mp4");
    assert!(
        mistake.starts_with("The query was not signed: "),
        "{mistake}"
    );
    let mistake = link("/a%20b.mp4", "/a b.mp4");
    assert!(
        mistake.starts_with("The path was signed decoded, "),
        "{mistake}"
    );
}

#[test]
fn what_else_may_have_been_another_is_told_where_nothing_fits() {
    let token = HEXLOWER.encode(&md5(format!("{SECRET}:{EXPIRES}:www.example.com/a.mp4")));
    let (certain, guessed) = mistakes(PLAIN, &format!("/a.mp4?sig={token}&exp={EXPIRES}"));
    assert!(certain.is_empty(), "{certain:?}");
    let said = "$host is \"cdn.example.com\" here: where another value was signed, give it with --var host=VALUE.";
    assert!(guessed.iter().any(|hint| hint == said), "{guessed:?}");

    let token = hmac_sha256(&format!("bert|{EXPIRES}|/a.mp4"));
    let (certain, guessed) = mistakes(FOLDER, &format!("/k/anna/{token}/{EXPIRES}/a.mp4"));
    assert!(certain.is_empty(), "{certain:?}");
    let said = "{user} is \"anna\" in the link, and may have been altered since.";
    assert!(guessed.iter().any(|hint| hint == said), "{guessed:?}");
}

#[test]
fn a_token_of_another_name_is_found_by_its_form() {
    let token = hmac_sha256("any");
    let (_, guessed) = mistakes(LINES, &format!("/a.mp4?token={token}&exp={EXPIRES}"));
    let said = "There is no token: \"token\" looks like one, and its name must be \"sig\".";
    assert_eq!(guessed.first().map(String::as_str), Some(said));
}
