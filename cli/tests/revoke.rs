//! `secure-token revoke`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::{Cli, EXPIRES, SECRET, TOMORROW, azion_token};
use token::{Revocation, revocations, scheme};

fn azion(path: &str) -> (String, String) {
    let token = azion_token(SECRET, path, EXPIRES);
    let link = format!("{}?st={token}&e={EXPIRES}", path.replace(' ', "%20"));
    (link, token)
}

#[test]
fn a_link_becomes_a_line_with_its_token_and_a_comment_with_its_path() {
    let (link, token) = azion("/films/a b.mp4");
    let url = format!("https://cdn.example.com{link}");
    for link in [&link, &url] {
        let ran = Cli::new().run(&["revoke", "--scheme", "azion", link]);
        assert_eq!(ran.code, 0);
        assert_eq!(ran.quietly(), format!("# /films/a b.mp4\ntoken {token}\n"));
    }
}

#[test]
fn the_lines_are_what_a_server_reads_with_every_scheme() {
    for scheme in scheme::all() {
        let name = scheme.name();
        let mut cli = Cli::new();
        let key = match scheme.facts().secret() {
            token::SecretSpelling::Text => SECRET,
            token::SecretSpelling::Hex => "00112233445566778899aabbccddeeff",
            token::SecretSpelling::Base64 | token::SecretSpelling::Base64Url => {
                "AAECAwQFBgcICQoLDA0ODw=="
            }
        };
        cli.secret_file("key", key.as_bytes());
        let path = match name {
            "gcore-video" => "/videos/7_v1/a.mp4",
            "secure-link-secret" => "/p/a.mp4",
            _ => "/films/a.mp4",
        };
        let mut sign = vec!["sign", "--scheme", name, "--secret-file", "key"];
        let has_time = scheme
            .facts()
            .format()
            .is_none_or(|format| format.time.is_some());
        match has_time {
            true => sign.extend(["--expires-at", TOMORROW.as_str()]),
            false => sign.push("--never"),
        }
        if scheme
            .facts()
            .lifetime()
            .is_some_and(|lifetime| lifetime < 86_400 * 2)
        {
            sign.extend(["--ttl", "2d"]);
        }
        if scheme.facts().client_ip == token::ClientIp::Always {
            sign.extend(["--client-ip", "192.0.2.7"]);
        }
        sign.push(path);
        let signed = cli.run(&sign);
        assert_eq!(signed.code, 0, "{name}: {}", signed.err);
        let link = signed.out.trim_end();
        let ran = cli.run(&["revoke", "--scheme", name, link]);
        assert_eq!(ran.code, 0, "{name}: {}{}", ran.err, ran.out);
        let lines: Vec<_> = revocations(ran.out.as_bytes()).collect();
        let [(2, Ok(Revocation::Token(token)))] = lines.as_slice() else {
            panic!("{name}: {}", ran.out);
        };
        assert!(scheme.token_id(token).is_some(), "{name}: {}", ran.out);
        assert!(
            link.as_bytes()
                .windows(token.len())
                .any(|part| part == *token),
            "{name}"
        );
    }
}

#[test]
fn links_are_found_in_lines_of_an_access_log() {
    let (link, token) = azion("/films/a.mp4");
    let (other, another) = azion("/films/\"b\".mp4");
    let log = format!(
        "192.0.2.7 - - [24/Nov/2026:10:00:00 +0000] \"GET {link} HTTP/1.1\" 200 5 \"https://forum.example.org/\" \"x\"\n\
         \n\
         192.0.2.7 - \"a name\" [24/Nov/2026:10:00:00 +0000] \"HEAD {} HTTP/2.0\" 200 0 \"-\" \"GET /x HTTP\"\r\n\
         https://cdn.example.com{link}\n",
        other.replace('"', "\\x22"),
    );
    let ran = Cli::new().run_with(&["revoke", "--scheme", "azion", "-"], log.as_bytes());
    assert_eq!(ran.code, 0);
    let film = format!("# /films/a.mp4\ntoken {token}\n");
    assert_eq!(
        ran.quietly(),
        format!("{film}# /films/\"b\".mp4\ntoken {another}\n{film}")
    );
}

#[test]
fn what_is_no_link_is_told_by_its_line_and_the_others_are_written() {
    let (link, token) = azion("/films/a.mp4");
    let text = format!("/films/none\n{link}\n/films/a.mp4?st=short&e=1\n");
    let ran = Cli::new().run_with(&["revoke", "--scheme", "azion", "-"], text.as_bytes());
    assert_eq!(ran.code, 2);
    assert_eq!(ran.out, format!("# /films/a.mp4\ntoken {token}\n"));
    let errors: Vec<&str> = ran.err.lines().collect();
    assert_eq!(errors.len(), 2, "{}", ran.err);
    assert!(errors[0].contains("line 1: /films/none: it has no token of azion"));
    assert!(errors[1].contains("line 3: ") && errors[1].contains("is none of azion"));
}

#[test]
fn secrets_sessions_and_times_have_lines_of_their_own() {
    let ran = Cli::new().run(&[
        "revoke",
        "--key",
        "2026-07",
        "--session",
        "7f 3a",
        "--key",
        "old",
        "--before",
        "2026-11-24T11:00:00+01:00",
    ]);
    let text = ran.quietly();
    assert_eq!(
        text,
        "key 2026-07\nkey old\nsession 7f 3a\nbefore 2026-11-24T10:00:00Z\n"
    );
    assert!(revocations(text.as_bytes()).all(|(_, line)| line.is_ok()));
}

#[test]
fn an_id_that_would_be_read_otherwise_is_refused_and_nothing_is_written() {
    for id in ["a\nkey b", "", "a\n"] {
        let ran = Cli::new().run(&["revoke", "--session", "7f3a", "--key", id]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{id:?}");
        assert!(ran.err.contains("--key: "), "{}", ran.err);
    }
}

#[test]
fn of_an_id_that_secrets_have_by_their_place_it_says_what_else_that_ends() {
    let ran = Cli::new().run(&["revoke", "--key", "1"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "key 1\n"));
    assert!(
        ran.err.contains("--key: 1 may be a secret's place, "),
        "{}",
        ran.err
    );
}

#[test]
fn without_anything_to_revoke_or_a_scheme_the_command_says_so() {
    let ran = Cli::new().run(&["revoke"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("nothing to revoke; name links, "),
        "{}",
        ran.err
    );
    let ran = Cli::new().run(&["revoke", "/a?st=x&e=1"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("name the scheme with --scheme"),
        "{}",
        ran.err
    );
}

#[test]
fn what_a_token_is_a_digest_of_need_not_be_known() {
    let format =
        "?st={token}&e={expires} hmac-sha256:base64url \"{path}\\n{expires}\\n$uid\\n{client_ip}\"";
    let token = "FyzTaXwoaMsk3tfRZ0wgVAFyzTaXwoaMsk3tfRZ0wgU";
    let log = format!("192.0.2.7 - - [x] \"GET /a?st={token}&e={EXPIRES} HTTP/1.1\" 200 5");
    let ran = Cli::new().run(&["revoke", "--format", format, &log]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, format!("# /a\ntoken {token}\n").as_str()),
        "{}",
        ran.err
    );
}
