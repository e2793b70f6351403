//! `secure-token explain` of links whose token is a digest.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::{Cli, EXPIRES, NOW, PATH, SECRET, URL, azion, azion_token, is_named};

#[test]
fn a_right_link_is_explained_step_by_step() {
    let ran = Cli::new().run(&[
        "explain",
        "--secret-file",
        "key",
        "--now",
        NOW,
        &azion(&azion_token(SECRET, PATH, EXPIRES)),
    ]);
    assert_eq!(ran.code, 0);
    assert_eq!(
        ran.quietly(),
        "link
  scheme       azion
  token        pH7g6AlrhMWq0BxssKkRbw  (the parameter \"st\")
  expiry       1795514400  (the parameter \"e\")
               2026-11-24 10:00:00 UTC (in 24 hours)
  path         /videos/my film.mp4
checks
  passed       the link has a token
  passed       nothing of it is there twice
  passed       the token, the expiry and the path are of the right form
  passed       the secret fits
  passed       it has not expired
signature
  hashed       •••/videos/my film.mp41795514400
  computed     pH7g6AlrhMWq0BxssKkRbw
  given        pH7g6AlrhMWq0BxssKkRbw
verdict
  PASSED, secret 1, expires 2026-11-24 10:00:00 UTC (in 24 hours)
"
    );
}

#[test]
fn where_a_token_differs_is_shown() {
    let right = azion_token(SECRET, PATH, EXPIRES);
    let altered = format!(
        "{}{}{}",
        &right[..7],
        if &right[7..8] == "A" { "B" } else { "A" },
        &right[8..]
    );
    let ran = Cli::new().run(&[
        "explain",
        "--secret-file",
        "key",
        "--now",
        NOW,
        &azion(&altered),
    ]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains(&format!("computed     {right}\n  given        {altered}\n                      ^ differs from character 8 on\n")), "{}", ran.out);
    is_named(
        &azion(&altered),
        "The token itself was altered, in character 8",
    );
}

#[test]
fn times_are_told_in_the_zone_of_the_machine_as_well() {
    let mut cli = Cli::new();
    cli.env("TZ", "Europe/Berlin");
    let ran = cli.run(&[
        "explain",
        "--secret-file",
        "key",
        "--now",
        NOW,
        &azion(&azion_token(SECRET, PATH, EXPIRES)),
    ]);
    if std::path::Path::new("/usr/share/zoneinfo/Europe/Berlin").exists() {
        assert!(
            ran.out
                .contains("2026-11-24 11:00:00 +01:00, in the time zone of this machine"),
            "{}",
            ran.out
        );
    }
}

#[test]
fn a_token_that_is_somewhere_else_is_found() {
    let right = azion_token(SECRET, PATH, EXPIRES);
    for (link, said) in [
        (URL.to_owned(), "has no query"),
        (
            format!("{URL}?ST={right}&E={EXPIRES}"),
            "is called \"ST\" and not \"st\"",
        ),
        (format!("{URL}?%73t={right}&e={EXPIRES}"), "percent-encoded"),
        (
            format!("{URL}?x=1&amp;st={right}&amp;e={EXPIRES}"),
            "escaped for HTML",
        ),
        (
            format!("{URL}?x=1?st={right}&e={EXPIRES}"),
            "a second \"?\"",
        ),
        (
            format!("{URL}#t=1?st={right}&e={EXPIRES}"),
            "behind the \"#\"",
        ),
        (
            format!("{URL}?md5={right}&expires={EXPIRES}"),
            "has the parameters of gcore",
        ),
    ] {
        let (_, guessed) = Cli::new().mistakes("azion", &[&link]);
        assert!(
            guessed.iter().any(|mistake| mistake.contains(said)),
            "{link}: {guessed:?}"
        );
    }
    let link = azion(&right);
    let (_, guessed) = Cli::new().mistakes("azion", &["--param", "token=sig,expires=until", &link]);
    assert!(
        guessed
            .iter()
            .any(|mistake| mistake.contains("the scheme's own names")),
        "{guessed:?}"
    );
    is_named(
        &format!("{link}&st={right}"),
        "The parameter \"st\" is there twice",
    );
}

#[test]
fn a_right_link_that_is_too_late_makes_one_think_of_the_clock() {
    for (expires, said) in [
        (EXPIRES - 86400 - 7200, "local time for UTC"),
        (3600, "is a length of time"),
    ] {
        let link = format!(
            "{URL}?st={}&e={expires}",
            azion_token(SECRET, PATH, expires)
        );
        let (_, guessed) = Cli::new().mistakes("azion", &[&link]);
        assert!(
            guessed.iter().any(|mistake| mistake.contains(said)),
            "{guessed:?}"
        );
    }
}

#[test]
fn what_is_no_usual_mistake_is_not_named_as_one() {
    let link = azion(&azion_token("another-secret-altogether", "/other", EXPIRES));
    let (certain, guessed) = Cli::new().mistakes("azion", &[&link]);
    assert!(certain.is_empty() && guessed.len() == 1, "{certain:?}");
    assert!(
        guessed[0].contains("most likely another secret"),
        "{guessed:?}"
    );
}

#[test]
fn the_scheme_is_guessed_from_the_parameters() {
    for (query, scheme) in [("st=x&e=1", "azion"), ("md5=x&expires=1", "gcore")] {
        let ran = Cli::new().run(&["explain", "--json", &format!("/a?{query}")]);
        assert_eq!(ran.json()["scheme"], scheme);
    }
    let ran = Cli::new().run(&["explain", "/a?b=1"]);
    let names: Vec<&str> = token::scheme::names().collect();
    assert!(
        ran.code == 2 && ran.err.contains(&names.join(", ")),
        "{}",
        ran.err
    );
}

#[test]
fn without_a_secret_the_form_is_explained() {
    let ran = Cli::new().run(&[
        "explain",
        "--now",
        NOW,
        &azion(&azion_token(SECRET, PATH, EXPIRES)),
    ]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out
            .contains("  unknown      no secret was given\n  not reached  it has not expired\n"),
        "{}",
        ran.out
    );
}

#[test]
fn bytes_that_would_move_the_cursor_are_spelt_out() {
    let ran = Cli::new().run(&[
        "explain",
        "--scheme",
        "azion",
        "--secret-file",
        "key",
        "/a%1b[2J%ff?st=%1b%0a&e=%9b",
    ]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out.contains("/a\\u{1b}[2J\\xff") && !ran.out.contains('\x1b'),
        "{}",
        ran.out
    );
}

#[test]
fn json_says_all_that_is_known() {
    let right = azion_token(SECRET, PATH, EXPIRES);
    let link = azion(&azion_token(&format!("{SECRET}\n"), PATH, EXPIRES));
    let ran = Cli::new().run(&[
        "explain",
        "--json",
        "--scheme",
        "azion",
        "--secret-file",
        "key",
        "--now",
        NOW,
        &link,
    ]);
    let json = ran.json();
    let mut names: Vec<&str> = json
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "claims",
            "computed",
            "differs_at",
            "expires",
            "expires_param",
            "expires_sent",
            "expires_utc",
            "fields",
            "hashed",
            "meaning",
            "mistakes",
            "path",
            "reason",
            "scheme",
            "secret",
            "source",
            "status",
            "steps",
            "token",
            "token_param",
            "within_skew",
        ]
    );
    assert_eq!(json["computed"], serde_json::json!([right]));
    assert_eq!(json["hashed"], format!("•••{PATH}{EXPIRES}"));
    assert_eq!(
        (json["token_param"].as_str(), json["expires_param"].as_str()),
        (Some("st"), Some("e"))
    );
    assert_eq!(json["expires_sent"], EXPIRES.to_string());
    assert_eq!(
        json["steps"][3],
        serde_json::json!({ "check": "the secret fits", "outcome": "failed" })
    );
    assert_eq!(json["mistakes"][0]["certain"], true);
}
