//! Where secrets come from, and `secure-token keygen`, which makes them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use std::fmt::Display;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use common::{Cli, EXPIRES, SECRET, TOMORROW, azion_token};

fn link(secret: &str, expires: impl Copy + Display) -> String {
    format!("/a?st={}&e={expires}", azion_token(secret, "/a", expires))
}

fn sign(cli: &Cli, args: &[&str], stdin: &[u8]) -> common::Ran {
    let first = ["sign", "--scheme", "azion", "--expires-at", &TOMORROW, "/a"];
    cli.run_with(&[&first, args].concat(), stdin)
}

#[test]
fn a_secret_comes_from_a_file_standard_input_the_environment_or_the_command_line() {
    let mut cli = Cli::new();
    cli.env("KEY", SECRET);
    let right = link(SECRET, &*TOMORROW);
    assert_eq!(
        sign(&cli, &["--secret-file", "key"], b"").quietly(),
        format!("{right}\n")
    );
    assert_eq!(
        sign(&cli, &["--secret-stdin"], SECRET.as_bytes()).quietly(),
        format!("{right}\n")
    );
    assert_eq!(
        sign(&cli, &["--secret-env", "KEY"], b"").quietly(),
        format!("{right}\n")
    );
    let ran = sign(&cli, &["--secret", SECRET], b"");
    assert!(
        ran.err.starts_with(
            "secure-token: warning: a secret on the command line is seen by everybody"
        )
    );
    assert_eq!(ran.line(), right);
}

#[test]
fn one_newline_at_the_end_is_dropped_and_nothing_else() {
    for (text, secret) in [
        ("key\n", "key"),
        ("key\r\n", "key"),
        ("key\n\n", "key\n"),
        (" key ", " key "),
        ("key\r", "key\r"),
    ] {
        let mut cli = Cli::new();
        cli.secret_file("key", text.as_bytes());
        let right = link(secret, &*TOMORROW);
        assert_eq!(
            sign(&cli, &["--secret-file", "key"], b"").line(),
            right,
            "{text:?}"
        );
        assert_eq!(
            sign(&cli, &["--secret-stdin"], text.as_bytes()).line(),
            right,
            "{text:?}"
        );
    }
}

#[test]
fn a_secret_that_is_none_is_refused() {
    let mut cli = Cli::new();
    cli.env("EMPTY", "");
    cli.secret_file("empty", b"\n");
    cli.secret_file("large", &[b'x'; 65 * 1024]);
    for (args, said) in [
        (&[][..], "there is no secret"),
        (&["--secret-file", "none"], "cannot read \"none\""),
        (&["--secret-file", "."], "cannot read \".\""),
        (&["--secret-file", "empty"], "is empty"),
        #[cfg(target_os = "linux")]
        (&["--secret-file", "/proc/version"], "is empty"),
        (&["--secret-file", "large"], "64 KiB"),
        (&["--secret-stdin"], "standard input is empty"),
        (&["--secret-env", "EMPTY"], "has no secret"),
        (&["--secret-env", "UNSET"], "has no secret"),
        (&["--secret", ""], "is empty"),
        (
            &["--secret-file", "key", "--secret-file", "key"],
            "with one secret",
        ),
    ] {
        let ran = sign(&cli, args, b"");
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
        assert!(ran.err.contains(said), "{args:?}: {}", ran.err);
    }
}

#[test]
fn a_file_that_everybody_may_read_is_warned_of() {
    let cli = Cli::new();
    fs::set_permissions(cli.dir.join("key"), fs::Permissions::from_mode(0o644)).unwrap();
    let ran = sign(&cli, &["--secret-file", "key"], b"");
    assert!(
        ran.err
            .contains("others can read \"key\"; take that right away with \"chmod o-r\""),
        "{}",
        ran.err
    );
}

#[test]
fn all_secrets_are_tried_in_their_order() {
    let mut cli = Cli::new();
    cli.secret_file("new", b"the-secret-of-next-year");
    let ran = cli.verify("azion", &["--secret-file", "new", &link(SECRET, EXPIRES)]);
    assert!(ran.out.starts_with("PASSED, secret 1, "), "{}", ran.out);
    let args = [
        "verify",
        "--scheme",
        "azion",
        "--secret-file",
        "new",
        "--secret-file",
        "key",
        "--now",
        common::NOW,
    ];
    let ran = cli.run(&[&args[..], &[&link(SECRET, EXPIRES)]].concat());
    assert!(ran.out.starts_with("PASSED, secret 2, "), "{}", ran.out);
}

#[test]
fn keygen_makes_a_new_secret_every_time() {
    let cli = Cli::new();
    let one = cli.run(&["keygen"]).quietly();
    assert!(
        one.len() == 65
            && one.ends_with('\n')
            && one.trim_end().bytes().all(|byte| byte.is_ascii_hexdigit())
    );
    assert_ne!(one, cli.run(&["keygen"]).quietly());
    let short = cli
        .run(&["keygen", "--length", "16", "--format", "base64url"])
        .quietly();
    assert_eq!(short.trim_end().len(), 22);
    assert!(
        cli.run(&["keygen", "--length", "8"])
            .err
            .contains("warning: less than 16")
    );
    assert_eq!(cli.run(&["keygen", "--length", "0"]).code, 2);
}

#[test]
fn no_message_repeats_what_may_be_a_secret() {
    const HIDDEN: &str = "-hid.den_0123456789";
    let mut cli = Cli::new();
    cli.keep_quiet(HIDDEN.as_bytes());
    cli.keep_quiet(b"hid.den");
    let named = |scheme: &'static str| ["--scheme", scheme, "--secret-file", "key"];
    let option = |name: &str, value: &str| format!("--{name}={value}{HIDDEN}");
    let azion = |more: Vec<String>| [named("azion").map(str::to_owned).to_vec(), more].concat();
    let mut wrong: Vec<Vec<String>> = vec![
        azion(vec![option("var", "")]),
        azion(vec![option("var", "ten-ant=")]),
        azion(vec![option("secret-env", "")]),
        azion(vec![option("salt", "")]),
        azion(vec!["--salt".into(), HIDDEN.into()]),
        ["--scheme", "fastly", "--secret", HIDDEN]
            .map(str::to_owned)
            .to_vec(),
    ];
    for (number, location) in [
        format!("secure_token azion {HIDDEN}; secure_token_secret_file key;"),
        format!("secure_token {HIDDEN}; secure_token_secret_file key;"),
        format!("secure_token azion; secure_token_secret \"{HIDDEN}"),
        format!("secure_token azion; secure_token_secret '{HIDDEN}'x;"),
        format!("secure_token azion; secure_token_secret {HIDDEN}"),
        format!("secure_token azion; secure_token_secret {HIDDEN} for=gcore;"),
        format!("secure_token azion; secure_token_secret {HIDDEN}$tenant;"),
        format!("secure_token akamai; secure_token_secret {HIDDEN};"),
        format!("secure_token akamai 'salt={HIDDEN}\\n'; secure_token_secret 00112233;"),
        format!("secure_token akamai salt={HIDDEN} salt={HIDDEN}; secure_token_secret 00112233;"),
        format!("secure_token azion salt={HIDDEN}; secure_token_secret_file key;"),
        format!("secure_token tencent-d; secure_token_ttl {HIDDEN}; secure_token_secret_file key;"),
        format!("secure_token azion; secure_token_param {HIDDEN}; secure_token_secret_file key;"),
    ]
    .iter()
    .enumerate()
    {
        let file = format!("{number}.conf");
        let text = format!("http {{ server {{ location / {{ {location} }} }} }}");
        fs::write(cli.dir.join(&file), text).unwrap();
        wrong.push(vec!["--config".into(), file]);
    }
    for options in &wrong {
        for command in ["sign", "verify", "explain"] {
            let mut args = vec![command];
            args.extend(options.iter().map(String::as_str));
            match command {
                "sign" => args.extend(["--expires-in", "1h", "/a"]),
                _ => args.push("/a?st=AAAAAAAAAAAAAAAAAAAAAA&e=1795514400"),
            }
            let ran = cli.run(&args);
            assert_ne!(ran.code, 0, "{command} {options:?}");
            assert_ne!(ran.err.len() + ran.out.len(), 0, "{command} {options:?}");
        }
    }
}

#[test]
fn keygen_writes_a_file_of_the_owner_alone_and_spares_one_that_is_there() {
    let cli = Cli::new();
    assert_eq!(cli.run(&["keygen", "--out", "new"]).quietly(), "");
    let path = cli.dir.join("new");
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.len(), 65);
    let ran = cli.run(&["keygen", "--out", "new"]);
    assert!(
        ran.code == 2 && ran.err.contains("\"new\" exists"),
        "{}",
        ran.err
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), text);

    let link = cli
        .run(&[
            "sign",
            "--scheme",
            "azion",
            "--secret-file",
            "new",
            "--expires-in",
            "1h",
            "/a",
        ])
        .line();
    assert_eq!(
        cli.run(&["verify", "--scheme", "azion", "--secret-file", "new", &link])
            .code,
        0
    );
}

#[test]
fn keygen_prints_json() {
    let cli = Cli::new();
    let json = cli.run(&["keygen", "--json", "--length", "16"]).json();
    assert_eq!(
        (json["bytes"].as_u64(), json["format"].as_str()),
        (Some(16), Some("hex"))
    );
    assert_eq!(json["secret"].as_str().unwrap().len(), 32);
    let ran = cli.run(&["keygen", "--json", "--out", "new"]);
    assert_eq!(
        ran.json(),
        serde_json::json!({ "bytes": 32, "format": "hex", "file": "new" })
    );
}
