//! Formats of one's own, and those of the schemes.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::{Cli, EXPIRES, NOW, SECRET, TOMORROW};
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

const FORMAT: &str = r#"?sig={token}&exp={expires} hmac-sha256:hex "{expires}\n{path}\n$host""#;

fn hmac_sha256(text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    HEXLOWER.encode(&mac.finalize().into_bytes())
}

fn with_format<'a>(command: &'a str, format: &'a str, args: &[&'a str]) -> Vec<&'a str> {
    let first = [command, "--format", format, "--secret-file", "key"];
    [&first, args].concat()
}

#[test]
fn a_token_may_be_for_all_that_is_left_of_a_path() {
    let cli = Cli::new();
    let signed = cli.run(&with_format(
        "sign",
        "/{token}/{rest*} hmac-sha256:hex {rest}",
        &["/a/b?x=1"],
    ));
    assert_eq!(
        signed.line(),
        format!("/{}/a/b?x=1", hmac_sha256("a/b?x=1"))
    );
}

#[test]
fn a_format_of_ones_own_is_signed_verified_and_explained() {
    let expires = EXPIRES.to_string();
    let url = "https://cdn.example.com/a%20b.mp4?x=1";
    let token = hmac_sha256(&format!("{EXPIRES}\n/a b.mp4\ncdn.example.com"));
    let link = format!("{url}&sig={token}&exp={EXPIRES}");
    let signed = Cli::new().run(&with_format(
        "sign",
        FORMAT,
        &["--expires-at", &expires, url],
    ));
    assert_eq!(signed.line(), link);

    let cli = Cli::new();
    let verified = cli.run(&with_format("verify", FORMAT, &["--now", NOW, &link]));
    assert_eq!(
        verified.quietly(),
        "PASSED, secret 1, expires 2026-11-24 10:00:00 UTC (in 24 hours)\n"
    );
    let late = (EXPIRES + 1).to_string();
    let late = cli.run(&with_format("verify", FORMAT, &["--now", &late, &link]));
    assert!(
        late.code == 1 && late.out.starts_with("EXPIRED"),
        "{}",
        late.out
    );

    // Another host than was signed, by --var and by a header.
    for other in [
        ["--var", "host=example.org"],
        ["--header", "Host: example.org"],
    ] {
        let args = [&other[..], &["--now", NOW, &link]].concat();
        let ran = cli.run(&with_format("verify", FORMAT, &args));
        assert!(ran.out.contains("signature"), "{}", ran.out);
    }
    let args = ["--json", "--now", NOW, &link];
    let ran = cli.run(&with_format("explain", FORMAT, &args));
    assert_eq!(
        ran.json()["hashed"],
        format!("{EXPIRES}\\n/a b.mp4\\ncdn.example.com")
    );
    assert_eq!(ran.json()["computed"], serde_json::json!([token]));

    let wrong = hmac_sha256(&format!("{EXPIRES}\n/a b.mp4"));
    let link = format!("{url}&sig={wrong}&exp={EXPIRES}");
    let args = ["--json", "--now", NOW, &link];
    let ran = cli.run(&with_format("explain", FORMAT, &args));
    let mistake = ran.json()["mistakes"][0]["text"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        mistake.contains("variable $host was not signed"),
        "{mistake}"
    );
}

#[test]
fn a_variable_whose_value_nobody_knows_is_asked_for() {
    let ran = Cli::new().run(&with_format(
        "sign",
        FORMAT,
        &["--expires-at", &TOMORROW, "/a"],
    ));
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(
        ran.err.contains("give it with --var host=VALUE"),
        "{}",
        ran.err
    );
}

#[test]
fn a_format_that_is_none_says_what_to_write() {
    for (format, said) in [
        (
            "?st={token}&e={expires} md5:hex",
            "write link, digest and message",
        ),
        ("?st={token}&e={expires} md5:hex \"{path}", "no second \""),
        (
            "?st={tokn}&e={expires} md5:hex {secret}{path}{expires}",
            "in the link",
        ),
        (
            "?st={token}&e={expires} md6:hex {secret}{path}{expires}",
            "in the digest, at \"md6\"",
        ),
        (
            "?st={token}&e={expires} md5:hex {path}{expires}",
            "write {secret} into the message",
        ),
        (
            "?st={token}&e={expires} md5:hex {secret}{path}{expires} ttl=3h",
            "in the option",
        ),
    ] {
        let ran = Cli::new().run(&with_format("sign", format, &["--expires-in", "1h", "/a"]));
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{format}");
        assert!(ran.err.contains(said), "{format}: {}", ran.err);
    }
    let both = ["--scheme", "azion", "--expires-in", "1h", "/a"];
    let ran = Cli::new().run(&with_format("sign", FORMAT, &both));
    assert!(
        ran.code == 2 && ran.err.contains("cannot be used with"),
        "{}",
        ran.err
    );
    let ran = Cli::new().run(&["sign", "--secret-file", "key", "--expires-in", "1h", "/a"]);
    assert!(ran.code == 2 && ran.err.contains("--format"), "{}", ran.err);
}

#[test]
fn a_line_of_a_configuration_is_taken_as_it_stands() {
    let cli = Cli::new();
    let sign = |format: &str| {
        let args = ["--expires-at", "1795514400", "--json", "/a"];
        let ran = cli.run(&with_format("sign", format, &args));
        assert_eq!(ran.code, 0, "{format}: {}", ran.err);
        ran.json()
    };
    let token = hmac_sha256(&format!("{EXPIRES}\n/a"));
    for format in [
        r#"?sig={token}&exp={expires} hmac-sha256:hex "{expires}\n{path}""#,
        // As NGINX reads a file, too.
        r#"?sig={token}&exp={expires} hmac-sha256:hex "{expires}\\n{path}""#,
        r#"  secure_token_format  acme "?sig={token}&exp={expires}" hmac-sha256:hex '{expires}\n{path}';"#,
    ] {
        let signed = sign(format);
        let name = if format.contains("acme") {
            "acme"
        } else {
            "own"
        };
        assert_eq!(signed["scheme"], name);
        let url = format!("/a?sig={token}&exp={EXPIRES}");
        assert_eq!(signed["url"], url, "{format}");
    }
}

#[test]
fn what_speaks_against_a_format_is_said_once_as_nginx_says_it() {
    let cli = Cli::new();
    let format = r#"?sig={token}&exp={expires} md5:hex "{secret}{path}{expires}""#;
    let expires = ["--expires-at", &TOMORROW];
    let args = [&expires[..], &["/a", "/b"]].concat();
    let ran = cli.run(&with_format("sign", format, &args));
    assert_eq!(ran.code, 0);
    let link = ran.out.lines().next().unwrap().to_owned();
    for ran in [
        ran,
        cli.run(&with_format("verify", format, &[&link])),
        cli.run(&with_format("explain", format, &[&link])),
    ] {
        assert_eq!(ran.code, 0, "{}", ran.err);
        let warning = "secure-token: warning: --format: a plain md5 can be carried on";
        assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
        assert!(ran.err.starts_with(warning), "{}", ran.err);
    }
    let safe = r#"?sig={token}&exp={expires} hmac-sha256:hex "{path}|{expires}""#;
    let args = [&expires[..], &["/a"]].concat();
    cli.run(&with_format("sign", safe, &args)).quietly();
}

#[test]
fn a_scheme_takes_another_link_and_a_digest_that_its_vendor_has() {
    let cli = Cli::new();
    let link = ["--link", "?until={expires}&sig={token}"];
    let args = [&link[..], &["--expires-at", &TOMORROW, "/a"]].concat();
    let signed = cli.sign("azion", &args).line();
    assert!(
        signed.contains("sig=") && signed.contains(&format!("until={}", *TOMORROW)),
        "{signed}"
    );
    let first = ["verify", "--scheme", "azion", "--secret-file", "key"];
    assert_eq!(cli.run(&[&first, &link[..], &[&signed]].concat()).code, 0);
    assert_eq!(cli.run(&[&first[..], &[&signed]].concat()).code, 1);

    let digest = ["--digest", "sha256:hex", "--expires-at", &TOMORROW, "/a"];
    let signed = cli.sign("huawei-a", &digest).line();
    assert_eq!(signed.rsplit('-').next().unwrap().len(), 64, "{signed}");
    let ran = cli.sign("azion", &digest);
    assert!(
        ran.code == 2 && ran.err.contains("--digest: in the digest"),
        "{}",
        ran.err
    );
}

#[test]
fn fields_are_given_or_filled_as_the_vendors_do() {
    let cli = Cli::new();
    let parts = |args: &[&str]| -> Vec<String> {
        let args = [args, &["--expires-at", &TOMORROW, "/a"]].concat();
        let link = cli.sign("alibaba-a", &args).line();
        let value = link.split_once("auth_key=").unwrap().1;
        value.split('-').map(str::to_owned).collect()
    };
    let (one, other) = (parts(&[]), parts(&[]));
    assert_eq!((one[1].len(), &*one[2]), (32, "0"));
    assert_ne!(one[1], other[1]);
    let given = parts(&["--field", "rand=r", "--field", "uid=42"]);
    assert_eq!([&*given[1], &*given[2]], ["r", "42"]);

    for (scheme, args, said) in [
        (
            "alibaba-a",
            &["--field", "user=1"][..],
            "no field \"user\"; those that can be given are rand, uid",
        ),
        (
            "alibaba-a",
            &["--field", "uid=a&b"],
            "cannot stand in a link",
        ),
        (
            "alibaba-a",
            &["--field", "uid=1", "--field", "uid=2"],
            "given twice",
        ),
        ("azion", &["--field", "uid=1"], "leave --field out"),
        ("azion", &["--start", "1"], "leave --start out"),
        ("azion", &["--field", "uid"], "write NAME=VALUE"),
    ] {
        let args = [args, &["--expires-at", &TOMORROW, "/a"]].concat();
        let ran = cli.sign(scheme, &args);
        assert!(ran.code == 2 && ran.err.contains(said), "{}", ran.err);
    }
}

#[test]
fn a_link_does_not_open_before_its_start() {
    let cli = Cli::new();
    let (start, expires) = ("1795430000", EXPIRES.to_string());
    let args = [
        "--start",
        start,
        "--expires-at",
        &expires,
        "/live/index.m3u8",
    ];
    let link = cli.sign("flussonic", &args).line();
    assert!(link.ends_with(&format!("-{expires}-{start}")), "{link}");
    let ran = cli.verify("flussonic", &[&link]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out.contains("lifetime") && ran.out.contains("it opens from"),
        "{}",
        ran.out
    );
    let first = [
        "verify",
        "--scheme",
        "flussonic",
        "--secret-file",
        "key",
        "--now",
        start,
    ];
    assert_eq!(cli.run(&[&first[..], &[&link]].concat()).code, 0);
}

#[test]
fn links_without_an_expiry_are_signed_without_one() {
    let cli = Cli::new();
    for (scheme, url) in [
        ("keycdn-image", "/a.jpg?w=1"),
        ("secure-link-secret", "/p/a"),
    ] {
        let link = cli.sign(scheme, &[url]).line();
        let ran = cli.verify(scheme, &[&link]);
        assert_eq!(ran.quietly(), "PASSED, secret 1, never expires\n");
        let ran = cli.sign(scheme, &["--expires-in", "1h", url]);
        assert!(
            ran.code == 2 && ran.err.contains("do not expire"),
            "{}",
            ran.err
        );
    }
    for scheme in ["cdn77", "secure-link-hmac"] {
        let link = cli.sign(scheme, &["--never", "/a"]).line();
        assert_eq!(cli.verify(scheme, &[&link]).code, 0, "{link}");
    }
}

#[test]
fn a_directory_above_the_file_is_signed() {
    let cli = Cli::new();
    let args = [
        "--directory",
        "/films",
        "--expires-at",
        &TOMORROW,
        "/films/1/a.ts",
    ];
    let link = cli.sign("cdn77-path", &args).line();
    let other = link.replace("/1/a.ts", "/2/b.ts");
    for link in [&link, &other] {
        let ran = cli.run(&[
            "verify",
            "--scheme",
            "cdn77-path",
            "--secret-file",
            "key",
            link,
        ]);
        assert_eq!(ran.code, 0, "{link}: {}", ran.out);
    }
    let args = [
        "--directory",
        "/films",
        "--expires-at",
        &TOMORROW,
        "/other/a.ts",
    ];
    let ran = cli.sign("cdn77-path", &args);
    assert!(
        ran.code == 2 && ran.err.contains("directory above"),
        "{}",
        ran.err
    );
}

#[test]
fn the_table_of_formats_can_be_copied_into_the_option() {
    let ran = Cli::new().run(&["formats", "--json"]);
    let formats = ran.json().as_array().unwrap().clone();
    assert!(formats.len() > 20);
    let text = Cli::new().run(&["formats"]).quietly();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2 * formats.len());
    let cli = Cli::with_secret("c2l4dGVlbiBieXRlcy4uLg==");
    for (lines, format) in lines.chunks(2).zip(&formats) {
        assert_eq!(lines[0], format["name"].as_str().unwrap());
        // Whether it is one that can be signed is tried elsewhere.
        let ran = cli.run(&with_format("verify", lines[1].trim(), &["/x/y_z/a/b"]));
        assert_eq!(ran.code, 1, "{}: {}{}", lines[1], ran.out, ran.err);
    }
    let azion = formats
        .iter()
        .find(|format| format["name"] == "azion")
        .unwrap();
    assert_eq!(
        *azion,
        serde_json::json!({
            "name": "azion",
            "link": "?st={token}&e={expires}",
            "digest": "md5:base64url",
            "message": "{secret}{path}{expires}",
            "options": ["expired_status=410"],
            "client_ip": false,
        })
    );
}
