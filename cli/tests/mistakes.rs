//! `secure-token mistakes`: the list, and that `explain` goes by it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::{Cli, EXPIRES, NOW, PATH, SECRET, URL, azion, azion_token, base64url, ectoken};
use serde_json::Value;

fn list() -> Vec<Value> {
    let list = Cli::new().run(&["mistakes", "--json"]).json();
    list.as_array().unwrap().clone()
}

/// The names of the mistakes that are found in a link.
fn found(scheme: &str, args: &[&str]) -> Vec<String> {
    let first = ["explain", "--json", "--scheme", scheme];
    let secret = ["--secret-file", "key", "--now", NOW];
    let json = Cli::new().run(&[&first[..], &secret, args].concat()).json();
    let mistakes = json["mistakes"].as_array().unwrap().clone();
    let ids = mistakes.iter().filter_map(|mistake| mistake["id"].as_str());
    ids.map(str::to_owned).collect()
}

#[test]
fn each_mistake_has_a_name_a_part_and_a_sentence() {
    let parts = [
        "message", "secret", "path", "expiry", "address", "token", "place",
    ];
    for mistake in list() {
        let text = mistake["text"].as_str().unwrap();
        assert!(text.ends_with('.') && !text.contains('\n'), "{text}");
        assert!(
            parts.contains(&mistake["part"].as_str().unwrap()),
            "{mistake}"
        );
        assert!(!mistake["id"].as_str().unwrap().is_empty(), "{mistake}");
    }
}

#[test]
fn people_read_the_same_list() {
    let text = Cli::new().run(&["mistakes"]).quietly();
    for mistake in list() {
        let entry = format!(
            "{}\n  {}\n",
            mistake["id"].as_str().unwrap(),
            mistake["text"].as_str().unwrap()
        );
        assert!(text.contains(&entry), "{entry}");
    }
}

#[test]
fn what_is_found_in_a_link_is_named_as_in_the_list() {
    let known: Vec<Value> = list().iter().map(|mistake| mistake["id"].clone()).collect();
    let right = azion_token(SECRET, PATH, EXPIRES);
    let newline = azion_token(&format!("{SECRET}\n"), PATH, EXPIRES);
    let both = azion_token(&format!("{SECRET}\n"), "/videos/my%20film.mp4", EXPIRES);
    let sealed = base64url(ectoken::sealed(format!("{SECRET}\n"), ectoken::CLAIMS));
    for (scheme, link, ids) in [
        ("azion", azion(&newline), vec!["secret-newline"]),
        (
            "azion",
            azion(&both),
            vec!["secret-newline", "path-as-sent"],
        ),
        ("azion", azion(&right[..21]), vec!["token-cut-off"]),
        (
            "azion",
            format!("{URL}?e={right}&st={EXPIRES}"),
            vec!["place-swapped"],
        ),
        (
            "azion",
            azion(&azion_token(SECRET, PATH, format!("{EXPIRES}000"))),
            vec!["expiry-signed-in-milliseconds"],
        ),
        (
            "ectoken",
            format!("/films/a?x=1&{sealed}"),
            vec!["place-token-behind", "secret-newline"],
        ),
    ] {
        assert_eq!(found(scheme, &[&link]), ids, "{link}");
        assert!(ids.iter().all(|id| known.contains(&Value::from(*id))));
    }
}
