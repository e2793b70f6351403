//! `secure-token sign`: what a link restricts, in the words of its scheme's tokens.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::{Cli, Ran, now};

const AT: [&str; 2] = ["--expires-at", "1795514400"];
const KEY: &str = "52a152a152a152a152a152a152a152a1";

/// Of akamai and bunny, a link that opens for an hour.
fn claims(command: &str, scheme: &str, args: &[&str]) -> Ran {
    let first = [command, "--scheme", scheme, "--secret-file", "key"];
    Cli::with_secret(KEY).run(&[&first, args].concat())
}

fn in_an_hour<'a>(scheme: &str, options: &[&'a str], path: &'a str) -> Ran {
    let args = [&["--expires-in", "1h"], options, &[path]].concat();
    claims("sign", scheme, &args)
}

#[test]
fn akamai_has_patterns_an_address_and_a_start() {
    let start = now() + 600;
    let options = [
        "--url-allow",
        "/films/,/series/a",
        "--start",
        &start.to_string(),
        "--client-ip",
        "2001:DB8::0:7",
        "--claim",
        "id=42",
    ];
    let link = in_an_hour("akamai", &options, "/films/a").line();
    for said in [
        "acl=/films/*!/series/a*~",
        &format!("st={start}~"),
        "ip=2001:db8::7~",
        "id=42~",
    ] {
        assert!(link.contains(said), "{link}");
    }
    for (path, client, now, expected) in [
        ("/films/a", "2001:db8::7", start, "PASSED"),
        ("/films/b/c", "2001:db8::7", start, "PASSED"),
        ("/series/abc", "2001:db8::7", start, "PASSED"),
        ("/series/b", "2001:db8::7", start, "url"),
        ("/films/a", "2001:db8::8", start, "client_ip"),
        ("/films/a", "2001:db8::7", start - 1, "lifetime"),
    ] {
        let link = link.replace("/films/a?", &format!("{path}?"));
        let args = ["--client-ip", client, "--now", &now.to_string(), &link];
        let ran = claims("verify", "akamai", &args);
        assert!(ran.out.contains(expected), "{path}: {}", ran.out);
    }
}

#[test]
fn bunny_has_a_beginning_of_paths_and_countries() {
    let options = ["--url-allow", "/films/", "--country-allow", "DE,FR"];
    let link = in_an_hour("bunny", &options, "/films/a").line();
    let denied = in_an_hour("bunny", &["--country-deny", "DE"], "/films/a").line();
    for (link, country, expected) in [
        (link.clone(), "DE", "PASSED"),
        (link.replace("/films/a", "/films/b"), "FR", "PASSED"),
        (link.replace("/films/a", "/series"), "DE", "url"),
        (link, "US", "country"),
        (denied.clone(), "US", "PASSED"),
        (denied, "DE", "country"),
    ] {
        let ran = claims("verify", "bunny", &["--country", country, &link]);
        assert!(ran.out.contains(expected), "{link}: {}", ran.out);
    }
}

#[test]
fn what_a_token_cannot_say_is_told_in_its_own_words() {
    for (scheme, options, said) in [
        (
            "akamai",
            &["--country-allow", "DE"][..],
            "links of akamai do not restrict that; leave --country-allow out, or take --url-allow, --start, --client-ip",
        ),
        (
            "akamai",
            &["--directory", "/films/"],
            "links of akamai are signed for no directory above the file; name with --url-allow what they open",
        ),
        (
            "azion",
            &["--directory", "/films/"],
            "links of azion are signed for no directory above the file; leave --directory out",
        ),
        (
            "akamai",
            &["--client-ip", "192.0.2.0/24"],
            "links of akamai open to one address; give --client-ip one",
        ),
        (
            "akamai",
            &["--client-ip", "192.0.2.7", "--claim", "ip=192.0.2.7"],
            "\"ip\" is given twice",
        ),
        (
            "akamai",
            &["--url-allow", "/films/*"],
            "give a pattern with --claim 'acl=",
        ),
        (
            "akamai",
            &["--url-allow", "/films/", "--claim", "acl=/films/*"],
            "\"acl\" is given twice",
        ),
        (
            "akamai",
            &["--claim", "acl=/films/*", "--claim", "url=/films/a"],
            "these claims do not go with each other",
        ),
        (
            "akamai",
            &["--start", "9999999998"],
            "\"st\" takes a Unix time in seconds, before the expiry, and not \"9999999998\"",
        ),
        (
            "akamai",
            &["--claim", "id=a~b"],
            "\"id\" takes text without \"~\" and control characters, and not \"a~b\"",
        ),
        (
            "akamai",
            &["--claim", "geo=DE"],
            "tokens of akamai have no claim \"geo\"; those that can be given are acl, st, ip, url, id, data",
        ),
        (
            "akamai",
            &["--field", "uid=1"],
            "links of akamai have no fields; leave --field out",
        ),
        (
            "bunny",
            &["--country-allow", "Germany"],
            "\"token_countries\" takes countries of two letters, such as DE,FR, and not \"Germany\"",
        ),
        (
            "bunny",
            &["--url-allow", "/films/,/series/"],
            "links of bunny open one beginning of paths; give --url-allow one",
        ),
        (
            "bunny",
            &["--ref-allow", "example.com"],
            "links of bunny do not restrict that; leave --ref-allow out",
        ),
        ("bunny", &["--start", "1795514400"], "leave --start out"),
    ] {
        let ran = in_an_hour(scheme, options, "/films/a");
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{options:?}");
        assert!(ran.err.contains(said), "{options:?}: {}", ran.err);
    }
}

#[test]
fn a_token_whose_scheme_knows_no_link_for_ever_has_to_expire() {
    for scheme in ["akamai", "bunny"] {
        let ran = claims("sign", scheme, &["--never", "/a"]);
        let said = format!("links of {scheme} have to expire; use --expires-in or --expires-at");
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains(&said), "{}", ran.err);
    }
}

#[test]
fn a_token_for_other_paths_than_its_own_is_warned_of() {
    let start = (now() + 600).to_string();
    for (scheme, options, path, is_told) in [
        (
            "akamai",
            &["--claim", "acl=/series/*"][..],
            "/films/a",
            true,
        ),
        (
            "akamai",
            &["--claim", "acl=/series/*", "--start", &start],
            "/films/a",
            true,
        ),
        ("akamai", &["--claim", "acl=/*/a"], "/films/a", false),
        (
            "akamai",
            &["--url-allow", "/films/", "--start", &start],
            "/films/a",
            false,
        ),
        ("bunny", &["--url-allow", "/series/"], "/films/a?x=1", true),
        ("bunny", &["--url-allow", "/films/"], "/films/a?x=1", false),
        (
            "bunny",
            &["--url-allow", "/series/", "--client-ip", "192.0.2.7"],
            "/films/a",
            true,
        ),
    ] {
        let ran = in_an_hour(scheme, options, path);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let said = ran.err.contains("the token does not open");
        assert_eq!(said, is_told, "{options:?}: {}", ran.err);
    }
}

#[test]
fn every_restriction_of_an_ectoken_can_be_stated() {
    let cli = Cli::new();
    let link = cli
        .sign(
            "ectoken",
            &[
                AT[0],
                AT[1],
                "--client-ip",
                "192.0.2.0/24,2001:db8::/32",
                "--url-allow",
                "/films/",
                "--url-allow",
                "/sound/",
                "--country-allow",
                "DE,FR",
                "--country-deny",
                "US",
                "--ref-allow",
                "*.example.com,missing",
                "--ref-deny",
                "example.net",
                "--host-allow",
                "h",
                "--host-deny",
                "g",
                "--proto-allow",
                "https",
                "--proto-deny",
                "http",
                "--claim",
                "user=42",
                "https://h/films/a",
            ],
        )
        .line();
    let ran = cli.run(&["explain", "--secret-file", "key", "--json", &link]);
    let claims = ran.json()["claims"]
        .as_array()
        .unwrap()
        .iter()
        .map(|claim| {
            format!(
                "{}={}",
                claim["name"].as_str().unwrap(),
                claim["value"].as_str().unwrap()
            )
        })
        .collect::<Vec<_>>()
        .join("&");
    assert_eq!(
        claims,
        "ec_expire=1795514400&ec_clientip=192.0.2.0/24,2001:db8::/32&ec_url_allow=/films/,/sound/\
         &ec_country_allow=DE,FR&ec_country_deny=US&ec_ref_allow=*.example.com,missing&ec_ref_deny=example.net\
         &ec_host_allow=h&ec_host_deny=g&ec_proto_allow=https&ec_proto_deny=http&user=42"
    );
    let asked = [
        "--client-ip",
        "192.0.2.7",
        "--country",
        "de",
        "--header",
        "Referer: https://a.example.com/",
    ];
    assert_eq!(
        cli.verify("ectoken", &[&asked[..], &[&link]].concat()).code,
        0
    );
}

#[test]
fn without_another_word_an_ectoken_opens_its_own_path() {
    let cli = Cli::new();
    let link = cli.sign("ectoken", &[AT[0], AT[1], "/my%20film"]).line();
    assert_eq!(cli.verify("ectoken", &[&link]).code, 0);
    assert_eq!(cli.verify("ectoken", &[&link.replace("my", "me")]).code, 1);
}
