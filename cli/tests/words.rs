//! The words behind a scheme's name: as options, and out of a configuration of NGINX.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use std::fs;

use common::{Cli, Ran, TOMORROW};

const KEY: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
/// What the vendor's own library makes of that key and the salt `docs`.
const SALTED: &str = "/films/a?hdnts=exp=1893456000~acl=/films/*~hmac=\
                      9a471ea56c71bb50ae02f0d735d2d2b271941da4df6df37cefbb03fa93c0fe08";

fn akamai(command: &str, args: &[&str]) -> Ran {
    let first = [command, "--scheme", "akamai", "--secret-file", "key"];
    Cli::with_secret(KEY).run(&[&first, args].concat())
}

#[test]
fn links_are_signed_with_the_words_of_their_scheme() {
    let claims = ["--expires-at", "1893456000", "--claim", "acl=/films/*"];
    let ran = akamai(
        "sign",
        &[&claims[..], &["--salt", "docs", "/films/a"]].concat(),
    );
    assert_eq!(ran.out.trim_end(), SALTED, "{}", ran.err);

    let words = [
        &["--sha1"][..],
        &["--md5", "--salt", "pepper"],
        &["--escape_early"],
        &["--sha1", "--escape_early", "--salt=a b~c=d"],
    ];
    for words in words {
        let link = ["--expires-at", &TOMORROW, "/films/a~b!"];
        let link = akamai("sign", &[words, &link].concat()).line();
        assert!(!link.contains("salt"), "{link}");
        for command in ["verify", "explain"] {
            let ran = akamai(command, &[words, &[&link]].concat());
            assert_eq!(ran.code, 0, "{words:?}: {}{}", ran.out, ran.err);
            let ran = akamai(command, &[&link]);
            assert_eq!(ran.code, 1, "{words:?}: {}", ran.out);
        }
    }
}

#[test]
fn a_link_with_a_salt_is_told_from_one_without() {
    let now = ["--now", "1893450000", SALTED];
    for (words, code) in [
        (&["--salt", "docs"][..], 0),
        (&["--salt", "doc"], 1),
        (&[], 1),
        (&["--sha1", "--salt", "docs"], 1),
    ] {
        assert_eq!(akamai("verify", &[words, &now].concat()).code, code);
        assert_eq!(akamai("explain", &[words, &now].concat()).code, code);
    }
    // Also where the scheme is guessed.
    let guessed = ["explain", "--secret-file", "key", "--salt", "docs"];
    let ran = Cli::with_secret(KEY).run(&[&guessed[..], &now].concat());
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn a_word_that_does_not_fit_is_told_of_without_its_value() {
    for (args, said) in [
        (
            &["--scheme", "azion", "--salt", "pepper"][..],
            "there is no \"secure_token azion salt=value\"; leave --salt out",
        ),
        (
            &["--scheme", "bunny", "--sha1"],
            "there is no \"secure_token bunny sha1\"; leave --sha1 out",
        ),
        (
            &["--scheme", "akamai", "--salt", ""],
            "--salt takes a value without control characters",
        ),
        (
            &["--scheme", "akamai", "--salt", "pepper\n"],
            "--salt takes a value without control characters",
        ),
        (
            &["--scheme", "akamai", "--sha1", "--md5"],
            "says again or otherwise what is said of akamai already; leave it out",
        ),
    ] {
        let mut cli = Cli::with_secret(KEY);
        cli.keep_quiet(b"pepper");
        for command in ["sign", "verify", "explain"] {
            let end = match command {
                "sign" => &["--secret-file", "key", "--expires-in", "1h", "/a"][..],
                _ => &["--secret-file", "key", "/a?hdnts=x"],
            };
            let ran = cli.run(&[&[command], args, end].concat());
            assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
            assert!(ran.err.contains(said), "{args:?}: {}", ran.err);
        }
    }
}

#[test]
fn the_words_of_a_location_are_taken_from_there() {
    let mut cli = Cli::with_secret(KEY);
    cli.keep_quiet(b"pe pp=er");
    let configuration = "http { server { secure_token_secret_file key;
        location /plain/ { secure_token akamai; }
        location /all/ { secure_token akamai sha1 \"salt=pe pp=er\" escape_early; }
        location /salt/ { secure_token akamai salt=; }
        location /twice/ { secure_token akamai sha1 md5; }
        location /other/ { secure_token azion \"salt=pe pp=er\"; }
    } }";
    fs::write(cli.dir.join("nginx.conf"), configuration).unwrap();
    let run = |command: &str, location: &str, args: &[&str]| {
        let first = [command, "--config", "nginx.conf", "--location", location];
        cli.run(&[&first, args].concat())
    };
    let expires = ["--expires-at", &TOMORROW, "/all/a"];
    let link = run("sign", "/all/", &expires).line();
    let words = ["--sha1", "--escape_early", "--salt", "pe pp=er"];
    let as_options = akamai("sign", &[&words[..], &expires].concat()).line();
    assert_eq!(link, as_options);
    for command in ["verify", "explain"] {
        assert_eq!(run(command, "/all/", &[&link]).code, 0);
        assert_eq!(run(command, "/plain/", &[&link]).code, 1);
        assert_eq!(
            run(command, "/plain/", &[&words[..], &[&link]].concat()).code,
            0
        );
    }
    for (location, said) in [
        (
            "/salt/",
            "\"salt\" takes a value without control characters; write \"salt=value\"",
        ),
        (
            "/twice/",
            "\"md5\" is given twice, or a word in front of it says otherwise",
        ),
        ("/other/", "secure_token has a word that is no scheme"),
    ] {
        let ran = run("sign", location, &expires);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{location}");
        assert!(ran.err.contains(said), "{location}: {}", ran.err);
    }
    let again = run("sign", "/all/", &[&["--md5"][..], &expires].concat());
    assert!(
        again.err.contains("--md5 says again or otherwise"),
        "{}",
        again.err
    );
}
