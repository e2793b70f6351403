//! `secure-token explain`: why an ectoken cannot be decrypted. Every wrong one is made here, by other code than the
//! command's.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::ectoken::{CLAIMS, is_named, sealed};
use common::{Cli, SECRET, base64url};
use serde_json::Value;

#[test]
fn a_secret_that_was_taken_wrongly_is_named() {
    for (secret, said) in [
        (format!("{SECRET}\n"), "with a newline at its end"),
        (format!("{SECRET}\r\n"), "CR LF"),
        (format!("\"{SECRET}\""), "with quotes around it"),
        (
            data_encoding::BASE64.encode(SECRET.as_bytes()),
            "was encoded before it was used",
        ),
    ] {
        is_named(
            &[&format!("/films/a?{}", base64url(sealed(secret, CLAIMS)))],
            said,
        );
    }
    let mut cli = Cli::new();
    cli.secret_file("key", b"c2l4dGVlbiBieXRlcy4uLg==");
    let link = format!("/films/a?{}", base64url(sealed("sixteen bytes...", CLAIMS)));
    let (certain, _) = cli.mistakes("ectoken", &[&link]);
    assert!(
        certain[0].contains("was decoded from base64"),
        "{certain:?}"
    );
}

#[test]
fn a_token_in_another_encoding_is_named() {
    // One with all the letters that base64url has of its own.
    let claims = (0..)
        .map(|number| format!("{CLAIMS}&n={number}"))
        .find(|claims| {
            let token = base64url(sealed(SECRET, claims));
            token.contains('-') && token.contains('_') && token.len() % 4 == 2
        });
    let bytes = sealed(SECRET, &claims.unwrap());
    let token = base64url(&bytes);
    let standard = data_encoding::BASE64.encode(&bytes);
    for (written, said) in [
        (standard.clone(), "standard base64 alphabet"),
        (
            standard.trim_end_matches('=').to_owned(),
            "standard base64 alphabet",
        ),
        (
            standard
                .replace('+', "%2B")
                .replace('/', "%2F")
                .replace('=', "%3D"),
            "standard base64 alphabet",
        ),
        (format!("{token}==="), "wrong number of \"=\""),
        (format!("{token}%253D%253D"), "percent-encoded twice"),
    ] {
        is_named(&[&format!("/films/a?{written}")], said);
    }
}

#[test]
fn a_token_in_another_place_is_named() {
    let token = base64url(sealed(SECRET, CLAIMS));
    for (query, said) in [
        (format!("x=1&{token}"), "stands behind other parameters"),
        (
            format!("x=1&token={token}"),
            "is in the parameter \"token\"",
        ),
    ] {
        is_named(&[&format!("/films/a?{query}")], said);
    }
    is_named(
        &["--param", "token=t", &format!("/films/a?{token}")],
        "has no name here: send it as t=TOKEN",
    );
    is_named(
        &["--param", "token=t", &format!("/films/a?token={token}")],
        "is in the parameter \"token\" and not in \"t\"",
    );
    let (_, guessed) = Cli::new().mistakes("ectoken", &[&format!("/films/a#t=1?{token}")]);
    assert!(
        guessed
            .iter()
            .any(|mistake| mistake.contains("behind the \"#\"")),
        "{guessed:?}"
    );
}

#[test]
fn a_token_that_was_altered_or_cut_off_is_told_from_one_of_another_secret() {
    let bytes = sealed(SECRET, CLAIMS);
    let mut altered = bytes.clone();
    altered[30] ^= 1;
    is_named(
        &[&format!("/films/a?{}", base64url(&altered))],
        "The secret is right, but the token was altered or cut off",
    );
    let cut = &bytes[..bytes.len() - 20];
    is_named(
        &[&format!("/films/a?{}", base64url(cut))],
        "was cut off: what is left of it says \"ec_expire=1795514400&ec_url_allow=/fi\"",
    );
    is_named(
        &[&format!("/films/a?{}X", base64url(&bytes))],
        "The secret is right, but",
    );

    let other = format!(
        "/films/a?{}",
        base64url(sealed("another-secret-altogether", CLAIMS))
    );
    let (certain, guessed) = Cli::new().mistakes("ectoken", &[&other]);
    assert!(
        certain.is_empty() && guessed[0].contains("made with another one"),
        "{certain:?} {guessed:?}"
    );
}

#[test]
fn a_token_of_another_form_is_named() {
    for (token, said) in [
        (
            "A-name-that-may-be-a-token",
            "has 26 characters, and an ectoken at least 38",
        ),
        (&"A".repeat(41), "no base64 has so many"),
        (&format!("{}!", "A".repeat(50)), "\"!\" stands in the token"),
        (&"A".repeat(6145), "the module takes 6144"),
    ] {
        let (_, guessed) = Cli::new().mistakes("ectoken", &[&format!("/a?{token}")]);
        assert!(
            guessed.iter().any(|mistake| mistake.contains(said)),
            "{token}: {guessed:?}"
        );
    }
}

#[test]
fn a_token_of_version_2_is_named_and_read() {
    let vectors: Vec<Value> =
        serde_json::from_str(include_str!("../../token/tests/data/ectoken.json")).unwrap();
    let vector = vectors
        .iter()
        .find(|vector| vector["scheme"] == "ectoken_v2" && vector["expect"] == "valid")
        .unwrap();
    let cli = Cli::with_secret(vector["key"].as_str().unwrap());
    let url = vector["url"].as_str().unwrap();
    let (certain, _) = cli.mistakes("ectoken", &[url]);
    assert!(
        certain[0].contains("version 2 (Blowfish)") && certain[0].contains("--legacy"),
        "{certain:?}"
    );
    let now = vector["now"].to_string();
    let ran = cli.run(&[
        "explain",
        "--secret-file",
        "key",
        "--legacy",
        "--country",
        "US",
        "--now",
        &now,
        url,
    ]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains("  no matter    ec_secure="), "{}", ran.out);
}

#[test]
fn the_scheme_of_a_token_without_a_name_is_guessed() {
    let token = base64url(sealed(SECRET, CLAIMS));
    for query in [
        token.clone(),
        format!("x=1&token={token}"),
        // Like an expiry with its token behind it.
        format!("token=82_{token}"),
        format!("{token}X"),
    ] {
        let ran = Cli::new().run(&[
            "explain",
            "--json",
            "--secret-file",
            "key",
            &format!("/films/a?{query}"),
        ]);
        assert_eq!(ran.json()["scheme"], "ectoken", "{query}");
    }
}
