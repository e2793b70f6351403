//! `secure-token verify`

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
use serde_json::{Value, json};

fn azion() -> String {
    format!(
        "https://h/a%20b?st={}&e={EXPIRES}",
        azion_token(SECRET, "/a b", EXPIRES)
    )
}

#[test]
fn a_link_that_opens_is_passed_with_its_secret_and_its_expiry() {
    let ran = Cli::new().verify("azion", &[&azion()]);
    assert_eq!(ran.code, 0);
    assert_eq!(
        ran.quietly(),
        "PASSED, secret 1, expires 2026-11-24 10:00:00 UTC (in 24 hours)\n"
    );
}

#[test]
fn a_link_that_is_refused_is_refused_for_a_reason_and_with_advice() {
    let link = azion();
    let ran = Cli::new().verify("azion", &[&link.replace("a%20b", "c")]);
    assert_eq!(ran.code, 1);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines[0], "REJECTED: signature");
    assert!(
        lines[1].starts_with("No secret fits: ") && lines[1].contains("secure-token explain"),
        "{}",
        lines[1]
    );
}

#[test]
fn a_link_that_has_expired_has_expired() {
    let now = (EXPIRES + 7200).to_string();
    let ran = Cli::new().verify("azion", &["--now", &now, &azion()]);
    assert_eq!(ran.code, 2, "--now stands there twice");
    let args = [
        "verify",
        "--scheme",
        "azion",
        "--secret-file",
        "key",
        "--now",
        "2026-11-24T12:00:00Z",
    ];
    let ran = Cli::new().run(&[&args[..], &[&azion()]].concat());
    assert_eq!(ran.code, 1);
    assert!(
        ran.out
            .starts_with("EXPIRED: expired 2026-11-24 10:00:00 UTC (2 hours ago), secret 1\n"),
        "{}",
        ran.out
    );
}

#[test]
fn the_boundary_is_that_of_the_scheme() {
    let gcore = format!(
        "/a?md5={}&expires={EXPIRES}",
        gcore_token(SECRET, "/a", EXPIRES, "")
    );
    for (scheme, link, code) in [("azion", azion(), 0), ("gcore", gcore.clone(), 1)] {
        let now = EXPIRES.to_string();
        let args = [
            "verify",
            "--scheme",
            scheme,
            "--secret-file",
            "key",
            "--now",
            &now,
            &link,
        ];
        assert_eq!(Cli::new().run(&args).code, code, "{scheme}");
        assert_eq!(
            Cli::new()
                .run(&[&args[..], &["--clock-skew", "1s"]].concat())
                .code,
            0,
            "{scheme}"
        );
    }
}

#[test]
fn the_rules_of_the_location_can_be_given() {
    let cli = Cli::new();
    let ran = cli.verify("azion", &["--max-lifetime", "1h", &azion()]);
    assert!(
        ran.code == 1
            && ran
                .out
                .starts_with("REJECTED: lifetime, secret 1, expires "),
        "{}",
        ran.out
    );
    let link = format!(
        "/vod/42/1.ts?sig={}&until={EXPIRES}",
        azion_token(SECRET, "/vod/42/", EXPIRES)
    );
    assert_eq!(
        cli.verify(
            "azion",
            &[
                "--path",
                "/vod/42/",
                "--param",
                "token=sig,expires=until",
                &link
            ]
        )
        .code,
        0
    );
    let link = format!(
        "/A//B?st={}&e={EXPIRES}",
        azion_token(SECRET, "/a//b", EXPIRES)
    );
    assert_eq!(
        cli.verify("azion", &["--ignore-case", "--keep-slashes", &link])
            .code,
        0
    );
    let link = format!(
        "/a?md5={}&expires={EXPIRES}",
        gcore_token(SECRET, "/a", EXPIRES, "2001:db8::1")
    );
    assert_eq!(
        cli.verify("gcore", &["--client-ip", "2001:DB8::0:1", &link])
            .code,
        0
    );
    assert_eq!(cli.verify("gcore", &[&link]).code, 1);
    let ran = cli.verify("azion", &["--client-ip", "192.0.2.7", &azion()]);
    assert!(
        ran.code == 0 && ran.err.contains("warning: links of azion carry no address"),
        "{}",
        ran.err
    );
}

#[test]
fn what_an_ectoken_asks_of_the_request_can_be_given() {
    let cli = Cli::new();
    let signed = |args: &[&str]| {
        cli.sign(
            "ectoken",
            &[&["--expires-at", "1795514400"], args, &["https://h:8443/a"]].concat(),
        )
        .line()
    };
    for (restriction, given, without) in [
        (
            ["--client-ip", "192.0.2.0/24"],
            ["--client-ip", "192.0.2.7"],
            "client_ip",
        ),
        (["--country-allow", "DE"], ["--country", "de"], "country"),
        (
            ["--ref-allow", "example.com"],
            ["--header", "Referer: https://example.com/x"],
            "referrer",
        ),
        (
            ["--host-allow", "example.com"],
            ["--header", "host:EXAMPLE.com.:80"],
            "host",
        ),
    ] {
        let link = signed(&restriction);
        let ran = cli.verify("ectoken", &[&link]);
        assert!(
            ran.code == 1 && ran.out.starts_with(&format!("REJECTED: {without}, ")),
            "{}",
            ran.out
        );
        assert_eq!(
            cli.verify("ectoken", &[&given[..], &[&link]].concat()).code,
            0,
            "{given:?}"
        );
    }
    for (restriction, code) in [
        (["--host-allow", "h"], 0),
        (["--proto-allow", "https"], 0),
        (["--proto-deny", "https"], 1),
        (["--url-allow", "/b"], 1),
        (["--country-deny", "DE"], 1),
    ] {
        assert_eq!(
            cli.verify("ectoken", &[&signed(&restriction)]).code,
            code,
            "{restriction:?}"
        );
    }
}

#[test]
fn json_has_the_same_names_whatever_the_verdict() {
    let cli = Cli::new();
    let ran = cli.verify("azion", &["--json", &azion()]);
    assert_eq!(ran.code, 0);
    assert_eq!(
        ran.json(),
        json!({
            "scheme": "azion", "status": "PASSED", "reason": null, "meaning": null, "secret": 1,
            "expires": EXPIRES, "expires_utc": "2026-11-24T10:00:00Z", "within_skew": false, "source": "args",
        })
    );
    let ran = cli.verify("azion", &["--json", "/a"]);
    assert_eq!(ran.code, 1);
    let mut object = ran.json();
    assert!(
        object["meaning"]
            .take()
            .as_str()
            .unwrap()
            .starts_with("There is no token: it is the parameter \"st\".")
    );
    assert_eq!(
        object,
        json!({
            "scheme": "azion", "status": "REJECTED", "reason": "missing", "meaning": null, "secret": null,
            "expires": null, "expires_utc": null, "within_skew": false, "source": null,
        })
    );
}

#[test]
fn what_cannot_be_verified_is_trouble_and_no_refusal() {
    for (args, said) in [
        (&["/a%zz?st=x&e=1"][..], "NGINX answers 400"),
        (&["h/a"], "is no URL"),
        (&["--header", "Host", "/a"], "a colon"),
        (
            &["--legacy", "/a"],
            "there is no \"secure_token azion legacy\"; leave --legacy out",
        ),
        (&[], "required arguments"),
    ] {
        let ran = Cli::new().verify("azion", args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
        assert!(
            ran.err.starts_with("secure-token: error: ") && ran.err.contains(said),
            "{}",
            ran.err
        );
    }
    let ran = Cli::new().run(&["verify", "--scheme", "azion", "/a"]);
    assert!(
        ran.code == 2 && ran.err.contains("--secret-file"),
        "{}",
        ran.err
    );
}

#[test]
fn older_tokens_open_only_where_they_are_asked_for() {
    let vectors: Vec<Value> =
        serde_json::from_str(include_str!("../../token/tests/data/ectoken.json")).unwrap();
    let vector = vectors
        .iter()
        .find(|vector| vector["scheme"] == "ectoken_v2" && vector["expect"] == "valid")
        .unwrap();
    let cli = Cli::with_secret(vector["key"].as_str().unwrap());
    let now = vector["now"].to_string();
    let args = [
        "verify",
        "--scheme",
        "ectoken",
        "--secret-file",
        "key",
        "--now",
        &now,
        "--country",
        "US",
        vector["url"].as_str().unwrap(),
    ];
    let ran = cli.run(&args);
    assert_eq!(ran.code, 1);
    let ran = cli.run(&[&args[..], &["--legacy"]].concat());
    assert_eq!(ran.code, 0);
    assert!(
        ran.err
            .starts_with("secure-token: warning: version 2 tokens"),
        "{}",
        ran.err
    );
}

#[test]
fn an_address_that_was_not_given_is_asked_for_as_the_scheme_binds_it() {
    for (scheme, link, said) in [
        (
            "gcore",
            "/a?md5=AAAAAAAAAAAAAAAAAAAAAA&expires=1795514400",
            "if the location has secure_token_client_ip, give",
        ),
        (
            "leaseweb",
            "/a?st=AAAAAAAAAAAAAAAAAAAAAA&e=1795514400",
            "unless the location has \"secure_token_client_ip off\"",
        ),
    ] {
        let ran = Cli::new().verify(scheme, &[link]);
        assert!(
            ran.code == 1 && ran.out.contains(said),
            "{scheme}: {}",
            ran.out
        );
        let ran = Cli::new().verify(scheme, &["--client-ip", "192.0.2.7", link]);
        assert!(
            ran.code == 1 && !ran.out.contains(said),
            "{scheme}: {}",
            ran.out
        );
    }
}
