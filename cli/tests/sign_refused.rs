//! `secure-token sign`: what is not signed, and what is warned of.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::{Cli, TOMORROW, azion_token};

fn tomorrow() -> [&'static str; 2] {
    ["--expires-at", &TOMORROW]
}

#[test]
fn what_the_module_would_refuse_is_not_signed() {
    let known: Vec<&str> = token::scheme::names().collect();
    let known = known.join(", ");
    for (scheme, args, said) in [
        (
            "ectoken",
            &["--country-allow", "Germany"][..],
            "--country-allow takes countries of two letters",
        ),
        (
            "ectoken",
            &["--ref-allow", "http://example.com"],
            "--ref-allow takes hosts",
        ),
        (
            "ectoken",
            &["--url-allow", "films/"],
            "--url-allow takes beginnings of decoded paths",
        ),
        (
            "ectoken",
            &["--claim", "ec_new=1"],
            "the module knows no claim \"ec_new\"",
        ),
        (
            "ectoken",
            &["--claim", "ec_expire=1"],
            "leave it out of --claim",
        ),
        (
            "ectoken",
            &["--claim", "ec_url_allow=/", "--url-allow", "/"],
            "is given twice",
        ),
        ("ectoken", &["--claim", "user"], "NAME=VALUE"),
        (
            "ectoken",
            &["--claim", "user=a&b"],
            "cannot stand in a token of ectoken",
        ),
        (
            "ectoken",
            &["--client-ip", "192.0.2.x"],
            "--client-ip takes addresses and networks",
        ),
        (
            "ectoken",
            &["--param", "token=t,expires=e"],
            "have their expiry inside",
        ),
        (
            "azion",
            &["--client-ip", "192.0.2.7"],
            "bound to no address",
        ),
        ("gcore", &["--client-ip", ""], "--client-ip is empty"),
        (
            "gcore",
            &["--url-allow", "/"],
            "have no restrictions; leave them out, or take a scheme that has them: ectoken",
        ),
        ("azion", &["--param", "token=e"], "give them two"),
        ("azion", &["--param", "token=a/b"], "letters, digits"),
        ("azion", &["--param", "name=a"], "token=NAME"),
        ("other", &[], &known),
    ] {
        let ran = Cli::new().sign(scheme, &[args, &tomorrow(), &["/a"]].concat());
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
        assert!(
            ran.err.starts_with("secure-token: error: ") && ran.err.contains(said),
            "{args:?}: {}",
            ran.err
        );
    }
    for (scheme, url, said) in [
        ("azion", "/a b", "write \"%20\""),
        ("azion", "a", "is no URL"),
        ("azion", "", "is no URL"),
        ("azion", "ftp://h/a", "is no URL"),
        ("azion", "/a%0a", "control characters"),
        ("azion", "/a%00", "%00"),
        ("azion", "/a%2", "hexadecimal digits"),
        ("azion", "/../a", "above"),
        ("ectoken", "/a,b", "--url-allow"),
        ("ectoken", "/a&b", "--url-allow"),
        ("ectoken", &format!("/{}", "a".repeat(5000)), "longer"),
    ] {
        let ran = Cli::new().sign(scheme, &[&tomorrow()[..], &[url]].concat());
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{url}");
        assert!(
            ran.err.starts_with("secure-token: error: ") && ran.err.contains(said),
            "{url}: {}",
            ran.err
        );
    }
}

#[test]
fn tokens_that_open_too_much_or_too_little_are_warned_of() {
    for (args, said) in [
        (&["--url-allow", "/", "/a"][..], "opens every path"),
        (
            &["--url-allow", "/b", "/a"],
            "the token does not open /a itself",
        ),
        (&["--url-allow", "/a%20b,/a", "/a"], "write \"/a b\""),
        (&["--path", "/a%20b", "/a"], "write \"/a b\""),
    ] {
        let ran = Cli::new().sign("ectoken", &[&tomorrow(), args].concat());
        assert_eq!(ran.code, 0);
        assert!(
            ran.err.starts_with("secure-token: warning: ") && ran.err.contains(said),
            "{args:?}: {}",
            ran.err
        );
    }
}

#[test]
fn lifetimes_that_nobody_means_are_warned_of() {
    for (args, said) in [
        (
            &["--expires-in", "11y", "/a"][..],
            "the link opens for 11 years",
        ),
        (
            &["--expires-in", "86400000", "/a"],
            "if that was meant in milliseconds, write --expires-in 86400",
        ),
        (
            &["--expires-at", "1470055000", "/a"],
            "the link has expired already",
        ),
        (&["--expires-in", "10y", "/a"], ""),
        (&["--expires-in", "86400", "/a"], ""),
    ] {
        let ran = Cli::new().sign("azion", args);
        assert_eq!(ran.code, 0);
        assert_eq!(ran.err.is_empty(), said.is_empty(), "{}", ran.err);
        assert!(ran.err.contains(said), "{}", ran.err);
    }
}

#[test]
fn a_link_whose_expiry_is_rounded_down_into_the_past_is_warned_of() {
    // A link has the minute of its issue.
    let expires = common::now() + 30;
    let text = expires.to_string();
    for (second_of_issue, is_over) in [(59, true), (0, false)] {
        let ttl = (1800 + (expires - second_of_issue) % 60).to_string();
        let args = ["--ttl", &ttl, "--expires-at", &text, "/a.mp4"];
        let ran = Cli::new().sign("alibaba-b", &args);
        assert_eq!(ran.code, 0);
        let is_warned_of = ran.err.contains("the link has expired already");
        assert_eq!(is_warned_of, is_over, "{}", ran.err);
    }
}

#[test]
fn a_link_that_opens_only_later_is_warned_of() {
    // Sixty seconds is the lifetime, and as far ahead a time of issue may lie.
    for (scheme, options, is_told) in [
        ("lighttpd", &["--expires-in", "1h"][..], true),
        ("lighttpd-hmac-sha1", &["--expires-in", "10m"], true),
        ("lighttpd", &["--expires-in", "2m"], false),
        ("lighttpd", &["--expires-in", "1h", "--ttl", "30m"], false),
        ("lighttpd", &["--expires-in", "1h", "--ttl", "29m"], true),
        ("tencent-d", &["--expires-in", "1d"], false),
    ] {
        let cli = Cli::new();
        let ran = cli.sign(scheme, &[options, &["/a"]].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        let said = ran.err.contains("the link opens from ");
        assert_eq!(said, is_told, "{scheme} {options:?}: {}", ran.err);
        let ttl = options.get(2..).unwrap_or_default();
        let first = ["verify", "--scheme", scheme, "--secret-file", "key"];
        let verified = cli.run(&[&first[..], ttl, &[ran.out.trim_end()]].concat());
        if scheme != "tencent-d" {
            assert_eq!(verified.code, i32::from(is_told), "{}", verified.out);
        }
    }
}

#[test]
fn escapes_in_a_path_are_warned_of_where_the_decoded_one_is_signed() {
    for name in [
        "azion",
        "ectoken",
        "fastly",
        "alibaba-b",
        "cdn77",
        "tencent-d",
    ] {
        let secret = if name == "fastly" {
            "c2VjcmV0LXNlY3JldA=="
        } else {
            common::SECRET
        };
        let args = [&tomorrow()[..], &["--path", "/a%20b.mp4", "/a%20b.mp4"]].concat();
        let ran = Cli::with_secret(secret).sign(name, &args);
        let is_raw = ["fastly", "alibaba-b", "tencent-d"].contains(&name);
        assert_eq!(
            ran.err.contains("write \"/a b.mp4\""),
            !is_raw,
            "{name}: {}",
            ran.err
        );
    }
}

#[test]
fn what_cannot_be_the_expiry_of_a_link_with_its_time_of_issue_is_said() {
    for (option, expires, said) in [
        (
            "--expires-at",
            "1000",
            "at least 1800 seconds behind 1970; choose a later one",
        ),
        (
            "--expires-in",
            "9999y",
            "after the year 9999; choose an earlier expiry",
        ),
    ] {
        let ran = Cli::new().sign("alibaba-b", &[option, expires, "/a.mp4"]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{expires}");
        assert!(ran.err.contains(said), "{expires}: {}", ran.err);
    }
}

#[test]
fn an_expiry_may_be_written_in_many_ways_and_not_be_left_out() {
    let link = Cli::new()
        .sign("azion", &["--expires-at", "1795514400", "/a"])
        .line();
    for expiry in ["2026-11-24T10:00:00Z", "2026-11-24 12:30:00+02:30"] {
        assert_eq!(
            Cli::new()
                .sign("azion", &["--expires-at", expiry, "/a"])
                .line(),
            link
        );
    }
    let now = common::now();
    let ran = Cli::new().sign("azion", &["--expires-in", "1h30m", "--json", "/a"]);
    let expires = ran.json()["expires"].as_u64().unwrap();
    assert!((now + 5400..now + 5430).contains(&expires));

    for (args, said) in [
        (&["/a"][..], "say how long the link opens"),
        (&["--never", "/a"], "links of azion have to expire"),
        (
            &["--expires-in", "1h", "--expires-at", "1795514400", "/a"],
            "cannot be used with",
        ),
        (
            &["--expires-at", "1795514400000", "/a"],
            "looks like milliseconds; write seconds, 1795514400",
        ),
        (
            &["--expires-at", "2026-11-24T10:00:00", "/a"],
            "with its zone",
        ),
        (&["--expires-at", "0", "/a"], "from 1 to 9999999999"),
        (
            &["--expires-at", "10000000000", "/a"],
            "from 1 to 9999999999",
        ),
        (&["--expires-in", "1 moon", "/a"], "90s"),
    ] {
        let ran = Cli::new().sign("azion", args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
        assert!(
            ran.err.starts_with("secure-token: error: ") && ran.err.contains(said),
            "{}",
            ran.err
        );
    }
}

#[test]
fn many_urls_are_signed_in_their_order_and_one_that_cannot_be_does_not_stop_the_others() {
    let ran = Cli::new().sign("azion", &[&tomorrow()[..], &["/a", "/b b", "/c"]].concat());
    assert_eq!(ran.code, 2);
    let link = |path| {
        let token = azion_token(common::SECRET, path, &*TOMORROW);
        format!("{path}?st={token}&e={}\n", *TOMORROW)
    };
    assert_eq!(ran.out, link("/a") + &link("/c"));
}

#[test]
fn a_path_that_leads_above_its_token_is_not_signed() {
    let tomorrow = &tomorrow()[..];
    for (scheme, expiry, url) in [
        ("secure-link-secret", &[][..], "/p/a/../../b/c"),
        ("secure-link-secret", &[], "/p/../p/c"),
        ("secure-link-secret", &[], "/p/%2e%2e/p/c"),
        ("gcore-video", tomorrow, "/videos/7_v1/../7_v1/a.ts"),
    ] {
        let ran = Cli::new().sign(scheme, &[expiry, &[url]].concat());
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{url}");
        assert!(
            ran.err.contains("leads above the token"),
            "{url}: {}",
            ran.err
        );
    }
    let ran = Cli::new().sign("secure-link-secret", &["/p/a/../b/c"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}
