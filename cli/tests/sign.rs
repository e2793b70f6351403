//! `secure-token sign`: what comes out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::{Cli, EXPIRES, azion_token, gcore_token};
use token::{FieldKind, Scheme, Scope, TokenPart, scheme};

const AT: [&str; 2] = ["--expires-at", "1795514400"];

fn signed(scheme: &str, url: &str) -> String {
    Cli::new().sign(scheme, &[AT[0], AT[1], url]).line()
}

fn azion(path: &str) -> String {
    format!(
        "st={}&e={EXPIRES}",
        azion_token(common::SECRET, path, EXPIRES)
    )
}

#[test]
fn the_vendors_examples_come_out_to_the_letter() {
    let cli = Cli::with_secret("mysecret");
    let ran = cli.sign(
        "azion",
        &[
            "--expires-at",
            "1470055000",
            "http://www.example.org/my/uri",
        ],
    );
    assert_eq!(
        ran.out,
        "http://www.example.org/my/uri?st=m6WCATfRgS_5lcyChCPgrw&e=1470055000\n"
    );
    assert!(
        ran.err
            .contains("warning: the link has expired already: 2016-08-01 12:36:40 UTC"),
        "{}",
        ran.err
    );

    let cli = Cli::with_secret("secret_key");
    let at = ["--expires-at", "2147483647"];
    let url = "/images/1.jpg";
    let ran = cli.sign("gcore", &[&at[..], &[url]].concat());
    assert_eq!(
        ran.line(),
        "/images/1.jpg?md5=vHEnxR8VaxpEDgyNzJuWwA&expires=2147483647"
    );
    let ran = cli.sign(
        "gcore",
        &[&at[..], &["--client-ip", "1.2.3.4", url]].concat(),
    );
    assert_eq!(
        ran.line(),
        "/images/1.jpg?md5=14nsJ0zrjGipdIbehZ1tRw&expires=2147483647"
    );
}

#[test]
fn what_stands_in_the_url_stays_byte_for_byte() {
    for (url, path, before, after) in [
        ("/a", "/a", "/a?", ""),
        ("/a?", "/a", "/a?", ""),
        ("https://h/a?b=%20&&c&", "/a", "https://h/a?b=%20&&c&&", ""),
        (
            "https://h:8443/a#t=1?x",
            "/a",
            "https://h:8443/a?",
            "#t=1?x",
        ),
        ("https://h?b", "/", "https://h?b&", ""),
        ("/%C3%BC/ü%20+%2B", "/ü/ü ++", "/%C3%BC/ü%20+%2B?", ""),
        ("/a/../b//c/./d%2fe", "/b/c/d/e", "/a/../b//c/./d%2fe?", ""),
        ("/100%25", "/100%", "/100%25?", ""),
        ("/a?ST=1&E=2", "/a", "/a?ST=1&E=2&", ""),
    ] {
        assert_eq!(
            signed("azion", url),
            format!("{before}{}{after}", azion(path)),
            "{url}"
        );
    }
}

#[test]
fn an_ectoken_stands_in_front_of_the_query_unless_it_has_a_name() {
    let cli = Cli::new();
    let link = signed("ectoken", "https://h/a?b=1&c#t");
    let token = link
        .strip_prefix("https://h/a?")
        .unwrap()
        .strip_suffix("&b=1&c#t")
        .unwrap();
    assert!(token.len() > 38 && !token.contains('='), "{token}");
    assert_eq!(cli.verify("ectoken", &[&link]).code, 0);
    // A flag is no token.
    assert!(signed("ectoken", "/a?autoplay").ends_with("&autoplay"));

    let named = cli
        .sign("ectoken", &["--param", "token=t", AT[0], AT[1], "/a?b=1"])
        .line();
    assert!(named.starts_with("/a?b=1&t="), "{named}");
    assert_eq!(
        cli.verify("ectoken", &["--param", "token=t", &named]).code,
        0
    );
}

#[test]
fn the_parameters_can_have_other_names() {
    let ran = Cli::new().sign(
        "azion",
        &["--param", "token=sig,expires=until", AT[0], AT[1], "/a"],
    );
    let token = azion_token(common::SECRET, "/a", EXPIRES);
    assert_eq!(ran.line(), format!("/a?sig={token}&until={EXPIRES}"));
}

#[test]
fn a_link_can_be_signed_for_another_path_than_its_own() {
    let ran = Cli::new().sign(
        "gcore",
        &["--path", "/vod/42/", AT[0], AT[1], "/vod/42/1.ts"],
    );
    let token = gcore_token(common::SECRET, "/vod/42/", EXPIRES, "");
    assert_eq!(
        ran.line(),
        format!("/vod/42/1.ts?md5={token}&expires={EXPIRES}")
    );
}

#[test]
fn case_is_ignored_where_that_is_wanted() {
    let ran = Cli::new().sign("azion", &["--ignore-case", AT[0], AT[1], "/A/Ü"]);
    assert_eq!(ran.line(), format!("/A/Ü?{}", azion("/a/Ü")));
}

#[test]
fn slashes_are_kept_where_that_is_wanted() {
    let ran = Cli::new().sign("azion", &["--keep-slashes", AT[0], AT[1], "/a//b"]);
    assert_eq!(ran.line(), format!("/a//b?{}", azion("/a//b")));
}

#[test]
fn an_address_is_bound_in_its_canonical_spelling() {
    for address in ["2001:db8::1", "2001:DB8:0:0:0:0:0:1"] {
        let ran = Cli::new().sign("gcore", &["--client-ip", address, AT[0], AT[1], "/a"]);
        let token = gcore_token(common::SECRET, "/a", EXPIRES, "2001:db8::1");
        assert_eq!(ran.line(), format!("/a?md5={token}&expires={EXPIRES}"));
    }
    let ran = Cli::new().sign("gcore", &["--client-ip", "me", AT[0], AT[1], "/a"]);
    assert!(ran.err.contains("\"me\" is no address"), "{}", ran.err);
}

#[test]
fn an_ectoken_may_never_expire() {
    let cli = Cli::new();
    let link = cli.sign("ectoken", &["--never", "/a"]).line();
    let ran = cli.run(&[
        "verify",
        "--scheme",
        "ectoken",
        "--secret-file",
        "key",
        "--now",
        "9000000000",
        &link,
    ]);
    assert_eq!(ran.quietly(), "PASSED, secret 1, never expires\n");
}

#[test]
fn a_url_that_has_a_token_is_signed_anew_only_on_demand() {
    let cli = Cli::new();
    for (scheme, url) in [
        ("azion", "/a?x=1&st=old&e=1&y"),
        ("azion", "/a?x=1&e=1&y"),
        ("gcore", "/a?x=1&md5=old&expires=1&y"),
    ] {
        let ran = cli.sign(scheme, &[AT[0], AT[1], url]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        assert!(
            ran.err.contains("--replace") && ran.err.contains("duplicate"),
            "{}",
            ran.err
        );
        let link = cli.sign(scheme, &["--replace", AT[0], AT[1], url]).line();
        assert!(link.starts_with("/a?x=1&y&"), "{link}");
        assert_eq!(cli.verify(scheme, &[&link]).code, 0);
    }
    let old = signed("ectoken", "/a?x=1");
    assert_eq!(cli.sign("ectoken", &[AT[0], AT[1], &old]).code, 2);
    let new = cli
        .sign("ectoken", &["--replace", AT[0], AT[1], &old])
        .line();
    assert!(
        new != old && new.len() == old.len() && new.ends_with("&x=1"),
        "{new}"
    );
}

#[test]
fn json_has_an_object_for_each_url() {
    let ran = Cli::new().sign("azion", &[AT[0], AT[1], "--json", "https://h/a%20b", "/c"]);
    let objects: Vec<serde_json::Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        objects[0],
        serde_json::json!({
            "scheme": "azion",
            "url": format!("https://h/a%20b?{}", azion("/a b")),
            "path": "/a b",
            "expires": EXPIRES,
            "expires_utc": "2026-11-24T10:00:00Z",
        })
    );
    assert_eq!(objects.len(), 2);
    let ran = Cli::new().sign("ectoken", &["--never", "--json", "/a"]);
    assert!(ran.json()["expires"].is_null() && ran.json()["expires_utc"].is_null());
}

#[test]
fn what_is_signed_is_verified() {
    let cli = Cli::new();
    for scheme in ["azion", "gcore", "ectoken"] {
        for url in ["https://h/a%20b?x=1", "/", "/ü", "//a/../b", "http://h"] {
            let link = cli.sign(scheme, &[AT[0], AT[1], url]).line();
            let ran = cli.verify(scheme, &[&link]);
            assert_eq!(
                ran.out, "PASSED, secret 1, expires 2026-11-24 10:00:00 UTC (in 24 hours)\n",
                "{link}"
            );
        }
    }
}

/// Paths that a scheme's links may be for, with and without queries.
fn urls(scheme: &Scheme) -> Vec<String> {
    let parts = scheme
        .facts()
        .format()
        .map_or(&[][..], |format| &format.prefix);
    let front: String = parts
        .iter()
        .map(|part| match part {
            TokenPart::Text(text) => &**text,
            _ => "front",
        })
        .collect();
    let mut urls = vec![
        format!("https://h{front}/d/a%20b.mp4?x=1&y#t=1"),
        format!("{front}/d/a"),
    ];
    let is_for_any = front.is_empty() && scheme.facts().scope != Scope::Tree;
    if is_for_any {
        urls.extend(["https://h".to_owned(), "https://h?x=1".to_owned()]);
    }
    urls
}

#[test]
fn links_of_every_scheme_open_where_they_are_signed() {
    for scheme in &scheme::all() {
        let mut cli = Cli::new();
        let secret: &[u8] = match scheme.facts().secret() {
            token::SecretSpelling::Hex => b"7369787465656e2062797465732e2e2e",
            // Base64 as well.
            _ => b"c2l4dGVlbiBieXRlcy4uLg==",
        };
        cli.secret_file("key", secret);
        let address: &[&str] = match scheme.facts().client_ip {
            token::ClientIp::Always => &["--client-ip", "192.0.2.7"],
            _ => &[],
        };
        let format = scheme.facts().format();
        let fields = || format.into_iter().flat_map(|format| format.fields.iter());
        let mut options: Vec<String> = address.iter().map(ToString::to_string).collect();
        if format.is_none_or(|format| format.time.is_some()) {
            options.extend(["--expires-at".to_owned(), "1795514400".to_owned()]);
        }
        for field in fields().filter(|field| ["rand", "salt"].contains(&&*field.name)) {
            options.extend(["--field".to_owned(), format!("{}=7", field.name)]);
        }
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        for url in urls(scheme) {
            let link = cli
                .sign(scheme.name(), &[&options[..], &[&url]].concat())
                .line();
            // In the last second, for some links open late.
            let first = ["verify", "--scheme", scheme.name(), "--secret-file", "key"];
            let request = ["--now", "1795514399", &link];
            let ran = cli.run(&[&first, address, &request].concat());
            assert_eq!(ran.code, 0, "{link}: {}{}", ran.out, ran.err);
            // Signed once more it is the same, but for what is random or the time of issue.
            let args = [&options[..], &[&link]].concat();
            let again = cli.sign(scheme.name(), &args);
            assert!(
                again.code == 2 && again.err.contains("--replace"),
                "{link}: {}",
                again.err
            );
            let args = [&args[..], &["--replace"]].concat();
            let again = cli.sign(scheme.name(), &args);
            assert_eq!(again.code, 0, "{link}: {}", again.err);
            let is_same = format.is_some() && fields().all(|field| field.kind != FieldKind::Ttl);
            if is_same {
                assert_eq!(again.out.trim_end(), link, "{}", scheme.name());
            }
        }
    }
}
