//! `secure-token`: how times are taken, and what is said of them at their very second and within the skew.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::{Cli, EXPIRES, SECRET, azion_token, gcore_token};

fn azion() -> String {
    format!("/a?st={}&e={EXPIRES}", azion_token(SECRET, "/a", EXPIRES))
}

fn gcore() -> String {
    let token = gcore_token(SECRET, "/a", EXPIRES, "");
    format!("/a?md5={token}&expires={EXPIRES}")
}

/// What `verify` or `explain` says so many seconds after the expiry.
fn told(command: &str, scheme: &str, link: &str, late: u64, more: &[&str]) -> common::Ran {
    let now = (EXPIRES + late).to_string();
    let args = [
        command,
        "--scheme",
        scheme,
        "--secret-file",
        "key",
        "--now",
        &now,
        link,
    ];
    Cli::new().run(&[&args, more].concat())
}

#[test]
fn an_empty_length_of_time_is_refused() {
    let cli = Cli::new();
    for blank in ["", " ", "  ", "\t", "\u{a0}", "1 0s", "10 ", " 10"] {
        for option in ["--expires-in", "--expires-at"] {
            let ran = cli.sign("azion", &[option, blank, "/a"]);
            assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{option} {blank:?}");
            assert!(ran.err.contains("write a "), "{}", ran.err);
        }
        for option in ["--clock-skew", "--max-lifetime", "--now"] {
            let args = ["verify", "--scheme", "azion", "--secret-file", "key"];
            let ran = cli.run(&[&args[..], &[option, blank, "/a?st=x&e=1"]].concat());
            assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{option} {blank:?}");
        }
    }
    for good in ["10", "1d 12h", "1h30m"] {
        assert_eq!(cli.sign("azion", &["--expires-in", good, "/a"]).code, 0);
    }
}

#[test]
fn at_the_very_second_a_link_of_gcore_has_expired_and_one_of_azion_has_not() {
    for command in ["verify", "explain"] {
        let ran = told(command, "gcore", &gcore(), 0, &[]);
        assert_eq!(ran.code, 1);
        assert!(
            ran.out
                .contains("EXPIRED: expired 2026-11-24 10:00:00 UTC (this second)"),
            "{}",
            ran.out
        );
        assert!(!ran.out.contains("expires 2026"), "{}", ran.out);
        let ran = told(command, "azion", &azion(), 0, &[]);
        assert_eq!(ran.code, 0);
        assert!(
            ran.out
                .contains("expires 2026-11-24 10:00:00 UTC (this second)"),
            "{}",
            ran.out
        );
    }
    let ran = told("explain", "gcore", &gcore(), 0, &[]);
    assert!(
        ran.out
            .contains("A link of gcore opens until the second before its expiry"),
        "{}",
        ran.out
    );
}

#[test]
fn that_only_the_skew_let_a_link_in_is_said() {
    for (scheme, link, late) in [
        ("azion", azion(), 5),
        ("gcore", gcore(), 5),
        ("gcore", gcore(), 0),
    ] {
        for command in ["verify", "explain"] {
            let ran = told(command, scheme, &link, late, &["--clock-skew", "30s"]);
            assert_eq!(ran.code, 0);
            assert!(
                ran.out
                    .contains(", secret 1, expired 2026-11-24 10:00:00 UTC (")
                    && ran
                        .out
                        .contains("It opens only by the clock skew of 30 seconds"),
                "{}",
                ran.out
            );
        }
        let ran = told("explain", scheme, &link, late, &["--clock-skew", "30s"]);
        assert!(
            ran.out
                .contains("passed       it has expired, within the clock skew of 30 seconds"),
            "{}",
            ran.out
        );
        let args = ["--clock-skew", "30s", "--json"];
        let ran = told("verify", scheme, &link, late, &args);
        assert_eq!(ran.json()["within_skew"], true);
    }
    let ran = told("verify", "azion", &azion(), 0, &["--clock-skew", "30s"]);
    assert!(!ran.out.contains("skew"), "{}", ran.out);
}

#[test]
fn a_claim_within_the_skew_has_expired_and_holds() {
    let cli = Cli::new();
    let expires = EXPIRES.to_string();
    let link = cli
        .sign("ectoken", &["--expires-at", &expires, "https://h/a"])
        .line();
    let now = (EXPIRES + 5).to_string();
    let args = ["explain", "--secret-file", "key", "--now", &now];
    let ran = cli.run(&[&args[..], &["--clock-skew", "30s", &link]].concat());
    assert_eq!(ran.code, 0);
    assert!(
        ran.out
            .contains("expired 2026-11-24 10:00:00 UTC (5 seconds ago), within the clock skew"),
        "{}",
        ran.out
    );
}
