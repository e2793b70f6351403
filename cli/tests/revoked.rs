//! `secure-token verify` and `explain` of links that were revoked.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use std::fs;

use common::{Cli, EXPIRES, NOW, Ran, SECRET, azion_token};

/// A link, and the command with a file of these lines, and with a configuration that names it.
fn with(lines: &str) -> (Cli, String) {
    let cli = Cli::new();
    fs::write(cli.dir.join("revoked"), lines).unwrap();
    fs::write(
        cli.dir.join("nginx.conf"),
        "http { server { location /a { secure_token azion; secure_token_secret_file key id=2026; \
         secure_token_max_lifetime 2d; secure_token_revoked_file revoked; } } }",
    )
    .unwrap();
    let link = format!("/a?st={}&e={EXPIRES}", azion_token(SECRET, "/a", EXPIRES));
    (cli, link)
}

/// What is said of a link, a day before it expires.
fn asked(cli: &Cli, command: &str, link: &str) -> Ran {
    cli.run(&[command, "--config", "nginx.conf", "--now", NOW, link])
}

#[test]
fn a_link_that_a_line_ends_is_revoked_and_the_line_is_named() {
    let token = azion_token(SECRET, "/a", EXPIRES);
    for (line, word) in [
        (format!("token {token}"), "token"),
        ("key 2026".to_owned(), "key"),
        ("before 2026-11-23T12:00:00Z".to_owned(), "before"),
    ] {
        let (cli, link) = with(&format!("# a comment\n\n{line}\n"));
        let ran = asked(&cli, "verify", &link);
        assert_eq!(ran.code, 1, "{line}: {}{}", ran.out, ran.err);
        let said = ran.quietly();
        assert!(said.starts_with("REJECTED: revoked, secret 1, "), "{said}");
        assert!(
            said.contains(&format!("It is line 3 of revoked, \"{word}\".")),
            "{said}"
        );
        let explained = asked(&cli, "explain", &link).quietly();
        let step = format!("line 3 of revoked (\"{word}\") does");
        assert!(explained.contains(&step), "{explained}");
    }
}

#[test]
fn a_link_that_no_line_ends_opens() {
    let lines =
        "token AAAAAAAAAAAAAAAAAAAAAA\nkey 2025\nbefore 2026-11-20T12:00:00Z\nsession 7f3a\n";
    let (cli, link) = with(lines);
    let ran = asked(&cli, "verify", &link);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let explained = asked(&cli, "explain", &link).quietly();
    assert!(
        explained.contains("nothing ends it before its time"),
        "{explained}"
    );
}

#[test]
fn files_may_be_named_without_a_configuration() {
    let token = azion_token(SECRET, "/a", EXPIRES);
    let (cli, link) = with(&format!("token {token}\n"));
    let ran = cli.verify("azion", &["--revoked-file", "revoked", &link]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.starts_with("REJECTED: revoked, "), "{}", ran.out);
    let ran = cli.verify("azion", &[&link]);
    assert_eq!(ran.code, 0, "{}", ran.out);
}

#[test]
fn a_time_ends_all_links_of_which_nobody_knows_how_long_they_were_to_open() {
    let (cli, link) = with("before 2026-01-01T00:00:00Z\n");
    let revoked = ["--revoked-file", "revoked"];
    let ran = cli.verify("azion", &[&revoked[..], &[&link]].concat());
    assert!(ran.out.starts_with("REJECTED: revoked, "), "{}", ran.out);
    let lifetime = ["--max-lifetime", "2d"];
    let ran = cli.verify("azion", &[&revoked[..], &lifetime, &[&link]].concat());
    assert_eq!(ran.code, 0, "{}", ran.out);
}

#[test]
fn a_line_that_cannot_be_read_is_told_with_its_place() {
    let (cli, link) = with("token abc\nforbid x\n");
    let ran = asked(&cli, "verify", &link);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(
        ran.err
            .contains("revoked:2: the line does not say what is revoked; write "),
        "{}",
        ran.err
    );
}

#[test]
fn a_link_that_is_wrong_is_wrong_whatever_is_revoked() {
    let (cli, link) = with("key 2026\n");
    let ran = asked(&cli, "verify", &link.replace("/a?", "/b?"));
    assert!(ran.out.starts_with("REJECTED: signature"), "{}", ran.out);
}
