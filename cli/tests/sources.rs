//! `secure-token`: tokens that travel outside the query, as secure_token_source looks for them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::{Cli, EXPIRES, NOW, SECRET, azion_token, ectoken};

const COOKIE: [&str; 2] = ["--source", "$cookie_link"];

fn signed() -> String {
    format!("st={}&e={EXPIRES}", azion_token(SECRET, "/a", EXPIRES))
}

fn explain(args: &[&str]) -> common::Ran {
    let first = ["explain", "--secret-file", "key", "--now", NOW];
    Cli::new().run(&[&first, args].concat())
}

#[test]
fn a_token_is_taken_from_where_the_sources_say() {
    let signed = signed();
    let (token, expires) = (azion_token(SECRET, "/a", EXPIRES), EXPIRES);
    for (source, header) in [
        ("$cookie_link", format!("Cookie: link={signed}")),
        (
            "$cookie_link",
            format!("cookie:a=1; LINK = {signed}; link=x"),
        ),
        ("${cookie_link}", format!("Cookie: link={signed}")),
        (
            "args $cookie_link $http_x",
            format!("Cookie: link={signed}"),
        ),
        ("$http_x_link", format!("X-Link: {signed}")),
        ("$http_cookie", format!("Cookie: {signed}")),
        (
            "st=$cookie_st&e=$cookie_e",
            format!("Cookie: st={token}; e={expires}"),
        ),
        (
            "args \"st=$cookie_st&e=$cookie_e\"",
            format!("Cookie: st={token}; e={expires}"),
        ),
        ("'$cookie_link'", format!("Cookie: link={signed}")),
    ] {
        let ran = Cli::new().verify("azion", &["--source", source, "--header", &header, "/a"]);
        assert_eq!(ran.code, 0, "{source} {header}: {}{}", ran.out, ran.err);
        assert_eq!(ran.err, "");
    }
    let ran = Cli::new().verify("azion", &["--source", &signed, "/a"]);
    assert_eq!(ran.code, 0, "a value without a variable stands for itself");
    let link = format!("/a?x=st={}", signed.replace('&', "%26"));
    let ran = Cli::new().verify("azion", &["--source", "$arg_x", &link]);
    assert_eq!(ran.code, 1, "NGINX does not decode $arg_x");
    let ran = Cli::new().verify(
        "ectoken",
        &[
            "--source",
            "$cookie_t",
            "--header",
            &format!(
                "Cookie: t={}",
                ectoken::link("ec_url_allow=/").split_once('?').unwrap().1
            ),
            "/a",
        ],
    );
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn the_place_that_held_the_token_is_told() {
    let header = format!("Cookie: link={}", signed());
    let args = [
        &COOKIE[..],
        &["--scheme", "azion", "--header", &header, "/a"],
    ]
    .concat();
    let ran = explain(&args);
    assert!(
        ran.code == 0 && ran.out.contains("(the parameter \"st\" of $cookie_link)"),
        "{}{}",
        ran.out,
        ran.err
    );
    let ran = Cli::new().verify(
        "azion",
        &[&COOKIE[..], &["--header", &header, "/a"]].concat(),
    );
    assert!(
        ran.out
            .starts_with("PASSED, secret 1, token from $cookie_link, expires "),
        "{}",
        ran.out
    );
    let json = explain(&[&args[..], &["--json"]].concat()).json();
    assert_eq!(json["source"], "$cookie_link");
    let json = explain(&["--json", &format!("/a?{}", signed())]).json();
    assert_eq!(json["source"], "args");
    let json = explain(&["--json", "--scheme", "azion", "/a"]).json();
    assert_eq!(json["source"], serde_json::Value::Null);
    // The first that has a token decides, though it be a wrong one.
    let both = [
        &["--source", "args"],
        &COOKIE[..],
        &["--header", &header, "/a?st=x&e=1"],
    ]
    .concat();
    let ran = Cli::new().verify("azion", &both);
    assert!(
        ran.code == 1 && ran.out.starts_with("REJECTED: malformed"),
        "{}",
        ran.out
    );
}

#[test]
fn a_token_in_a_header_that_no_source_reads_is_found() {
    let signed = signed();
    let token = azion_token(SECRET, "/a", EXPIRES);
    for (header, source) in [
        (
            format!("Cookie: a=1; link={signed}"),
            "--source '$cookie_link'",
        ),
        (format!("X-Link: {signed}"), "--source '$http_x_link'"),
        (
            format!("Cookie: st={token}; e={EXPIRES}"),
            "--source 'st=$cookie_st&e=$cookie_e'",
        ),
    ] {
        let args = ["--scheme", "azion", "--header", &header, "/a"];
        let ran = explain(&args);
        assert!(
            ran.code == 1 && ran.out.contains(source) && ran.out.contains("secure_token_source"),
            "{}{}",
            ran.out,
            ran.err
        );
        // Without --scheme as well: the parameters are seen.
        let ran = explain(&["--header", &header, "/a"]);
        assert!(
            ran.code == 1 && ran.out.contains("scheme       azion"),
            "{}{}",
            ran.out,
            ran.err
        );
    }
    let ran = Cli::new().verify(
        "azion",
        &["--header", &format!("Cookie: link={signed}"), "/a"],
    );
    assert!(
        ran.code == 1
            && ran.out.starts_with("REJECTED: missing\n")
            && ran.out.contains("--source '$cookie_link'"),
        "{}",
        ran.out
    );
}

#[test]
fn mistakes_are_found_in_a_cookie_as_well() {
    let header = format!(
        "Cookie: link=st={}&e={EXPIRES}",
        azion_token(&format!("{SECRET}\n"), "/a", EXPIRES)
    );
    let ran = explain(&[&COOKIE[..], &["--header", &header, "/a"]].concat());
    assert!(
        ran.code == 1 && ran.out.contains("signed with a newline at its end"),
        "{}{}",
        ran.out,
        ran.err
    );
}

#[test]
fn a_header_that_nothing_reads_is_warned_of() {
    let link = format!("/a?{}", signed());
    for header in ["X-Country: DE", "X-Forwarded-For: 192.0.2.7", "Cookie: a=1"] {
        let ran = Cli::new().verify("azion", &["--header", header, &link]);
        assert_eq!(ran.code, 0);
        let name = header.split(':').next().unwrap();
        assert!(
            ran.err.starts_with(&format!(
                "secure-token: warning: nothing reads the header \"{name}\""
            )) && ran.err.contains("--country")
                && ran.err.contains("--client-ip"),
            "{}",
            ran.err
        );
    }
    for (source, header) in [
        ("$http_x_link", "X-Link: 1"),
        ("$cookie_a", "Cookie: b=1"),
        ("$http_cookie", "Cookie: b=1"),
        ("args", "Referer: https://h/"),
    ] {
        let ran = Cli::new().verify(
            "azion",
            &[
                "--source", source, "--header", header, "--source", "args", &link,
            ],
        );
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{source}");
    }
}

#[test]
fn a_token_in_the_path_has_no_other_source() {
    for source in ["args", "$cookie_x"] {
        let ran = Cli::new().verify("alibaba-b", &["--source", source, "/a"]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{source}");
        let said = "tokens of alibaba-b stand in the path and are looked for nowhere else; leave --source out";
        assert!(ran.err.contains(said), "{source}: {}", ran.err);
    }
}

#[test]
fn what_is_no_source_is_said() {
    for (args, said) in [
        (["--source", "$st", "/a"], "\"$st\""),
        (["--source", "", "/a"], "args"),
        (["--source", " ", "/a"], "args"),
        (["--source", "${cookie_st", "/a"], "\"${cookie_st\""),
        (["--source", "$", "/a"], "\"$\""),
        (["--header", "X_Link: x", "/a"], "write \"-\""),
        (["--header", ": x", "/a"], "name"),
        (["--header", "a b: x", "/a"], "name"),
    ] {
        let ran = Cli::new().verify("azion", &args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
        assert!(ran.err.contains(said), "{args:?}: {}", ran.err);
    }
}

#[test]
fn quotes_that_nginx_would_not_read_are_refused() {
    for (source, why) in [
        ("\"$cookie_link", "there is no second \""),
        ("'$cookie_link'x", "write a blank behind the second '"),
    ] {
        let ran = Cli::new().verify("azion", &["--source", source, "/a"]);
        assert_eq!(ran.code, 2, "{source}");
        assert!(ran.err.contains(why), "{source}: {}", ran.err);
    }
}
