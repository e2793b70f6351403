//! A location of a configuration with several schemes: the first whose token a link has decides.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use std::fs;

use common::{Cli, Ran, SECRET, TOMORROW, azion_token, base64url, md5};

const OTHER: &str = "another-secret-of-some-length";
const KEY: &str = "52a152a152a152a152a152a152a152a1";

const CONFIGURATION: &str = r#"
http {
    secure_token_format acme "?sig={token}&until={expires}" hmac-sha256:hex "{path}|{expires}";
    server {
        secure_token_secret_file key;
        location /films/ { secure_token azion ectoken acme; secure_token_ttl 5m; secure_token_param token=x; }
        location /own/ {
            secure_token akamai sha1 salt=pepper ectoken legacy azion;
            secure_token_secret 52a152a152a152a152a152a152a152a1 for=akamai;
            secure_token_secret another-secret-of-some-length for=azion;
            secure_token_secret_file key for=ectoken;
        }
        location /short/ { secure_token azion ectoken; secure_token_secret_file key for=azion; }
        location /names/ { secure_token azion ectoken; secure_token_link "?a={token}&b={expires}"; }
        location /twice/ { secure_token azion azion; }
    }
}
"#;

fn run(command: &str, location: &str, args: &[&str]) -> Ran {
    let mut cli = Cli::new();
    for secret in [OTHER, KEY, "pepper"] {
        cli.keep_quiet(secret.as_bytes());
    }
    fs::write(cli.dir.join("nginx.conf"), CONFIGURATION).unwrap();
    let first = [command, "--config", "nginx.conf", "--location", location];
    cli.run(&[&first, args].concat())
}

fn sign(location: &str, scheme: &str) -> Ran {
    let expires = ["--expires-at", &TOMORROW, "/films/a"];
    run(
        "sign",
        location,
        &[&["--scheme", scheme], &expires[..]].concat(),
    )
}

#[test]
fn a_scheme_is_chosen_that_signs() {
    let ran = run("sign", "/films/", &["--expires-at", &TOMORROW, "/films/a"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    let said = "say with --scheme which of them signs: azion, ectoken, acme";
    assert!(ran.err.contains(said), "{}", ran.err);

    let token = azion_token(SECRET, "/films/a", &*TOMORROW);
    let link = sign("/films/", "azion").line();
    assert_eq!(link, format!("/films/a?st={token}&e={}", *TOMORROW));
    assert!(sign("/films/", "acme").line().contains("&until="));

    let ran = sign("/films/", "gcore");
    let said = "has no scheme \"gcore\"; with --scheme name one of azion, ectoken, acme";
    assert!(ran.err.contains(said), "{}", ran.err);
}

#[test]
fn the_first_scheme_whose_token_a_link_has_decides() {
    for scheme in ["azion", "ectoken", "acme"] {
        let link = sign("/films/", scheme).line();
        for command in ["verify", "explain"] {
            let ran = run(command, "/films/", &["--json", &link]);
            assert_eq!(
                (ran.code, &ran.json()["scheme"]),
                (0, &scheme.into()),
                "{}",
                ran.err
            );
        }
    }
    // A token that fits nothing is refused, and no other scheme is asked.
    let acme = sign("/films/", "acme").line();
    let both = format!("{acme}&st=AAAAAAAAAAAAAAAAAAAAAA&e={}", *TOMORROW);
    for command in ["verify", "explain"] {
        let ran = run(command, "/films/", &["--json", &both]);
        let verdict = ran.json();
        assert_eq!(ran.code, 1);
        assert_eq!(
            (&verdict["scheme"], &verdict["reason"]),
            (&"azion".into(), &"signature".into())
        );
        // One of them can be asked alone.
        let ran = run(command, "/films/", &["--scheme", "acme", &both]);
        assert_eq!(ran.code, 0, "{}", ran.out);
    }
    let ran = run("verify", "/films/", &["--json", "/films/a"]);
    assert_eq!(ran.json()["reason"], "missing");
}

#[test]
fn each_scheme_has_its_own_words_and_secrets() {
    let azion = sign("/own/", "azion").line();
    assert!(
        azion.contains(&azion_token(OTHER, "/films/a", &*TOMORROW)),
        "{azion}"
    );
    for scheme in ["akamai", "ectoken", "azion"] {
        let link = sign("/own/", scheme).line();
        let ran = run("verify", "/own/", &["--json", &link]);
        assert_eq!(
            (ran.code, &ran.json()["scheme"]),
            (0, &scheme.into()),
            "{}",
            ran.err
        );
        assert_eq!(ran.json()["secret"], 1);
    }
    let ran = run("verify", "/own/", &["/a"]);
    assert!(ran.err.contains("remove \"legacy\""), "{}", ran.err);
    // The secret of another scheme opens nothing.
    let token = base64url(md5(format!("{SECRET}/films/a{}", *TOMORROW)));
    let link = format!("/films/a?st={token}&e={}", *TOMORROW);
    assert!(run("verify", "/own/", &[&link]).out.contains("signature"));
}

#[test]
fn what_the_module_would_refuse_is_refused() {
    for (location, said) in [
        ("/short/", "has no secret for ectoken"),
        (
            "/names/",
            "secure_token_link does not say for which of azion, ectoken it is",
        ),
        ("/twice/", "azion is there twice"),
    ] {
        let ran = run("verify", location, &["/a"]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{location}");
        assert!(ran.err.contains(said), "{location}: {}", ran.err);
    }
    // Unless the command line has the secrets.
    let link = sign("/films/", "azion").line();
    let ran = run("verify", "/short/", &["--secret-file", "key", &link]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
}
