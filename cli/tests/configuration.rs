//! Scheme, secrets and formats out of a configuration of NGINX.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use std::fs;

use common::{Cli, Ran, TOMORROW, azion_token, base64url, md5};

const OTHER: &str = "another-secret-of-some-length";

const CONFIGURATION: &str = r#"
load_module modules/ngx_http_secure_token_module.so; # {
events {}
http {
    secure_token_format acme "?sig={token}&exp={expires}" md5:base64url "{expires}|{path}|{secret}";
    include conf.d/*.conf;
    log_format main '$remote_addr "$request" ${status}{';
    server {
        server_name a.example.com b.example.com;
        secure_token_secret_file key id=2026;
        secure_token_param token=sig;
        location /films/ {
            secure_token azion;
            location /films/open/ { secure_token off; }
            location ~ \.mp4$ { secure_token_secret "another-secret-of-some-length"; }
        }
        location /skew/ { secure_token azion; secure_token_clock_skew 1m; secure_token_max_lifetime 1d; }
        location = /acme { secure_token acme; secure_token_link "?until={expires}&s={token}"; }
        location /var/ { secure_token azion; secure_token_secret $tenant; }
        location /none/ { secure_token nobody; }
        location /ttl/ { secure_token tencent-d; secure_token_ttl 5m; }
        location /bound/ { secure_token leaseweb; secure_token_client_ip $remote_addr; secure_token_source args $cookie_link; }
        location /free/ { secure_token leaseweb; secure_token_client_ip off; }
        location /once/ { secure_token azion; secure_token_max_uses 1; secure_token_max_clients off; }
    }
}
"#;

fn cli() -> Cli {
    let mut cli = Cli::new();
    cli.keep_quiet(OTHER.as_bytes());
    fs::create_dir_all(cli.dir.join("conf.d")).unwrap();
    fs::write(cli.dir.join("nginx.conf"), CONFIGURATION).unwrap();
    let inner = "server { location /films/ { secure_token gcore; secure_token_secret_file key; } }";
    fs::write(cli.dir.join("conf.d/inner.conf"), inner).unwrap();
    cli
}

fn sign(location: &str, args: &[&str]) -> Ran {
    let first = ["sign", "--config", "nginx.conf", "--location", location];
    cli().run(&[&first, args, &["--expires-at", &TOMORROW, "/films/a"]].concat())
}

#[test]
fn a_location_says_scheme_secret_and_names() {
    let link = sign("/films/", &["--server", "b.example.com"]).line();
    let token = azion_token(common::SECRET, "/films/a", &*TOMORROW);
    assert_eq!(link, format!("/films/a?sig={token}&e={}", *TOMORROW));

    // Its own secret in place of what it inherits.
    let link = sign(r"~ \.mp4$", &[]).line();
    let token = azion_token(OTHER, "/films/a", &*TOMORROW);
    assert_eq!(link, format!("/films/a?sig={token}&e={}", *TOMORROW));

    let ttl = sign("/ttl/", &[]).line();
    let issued = TOMORROW.parse::<u64>().unwrap() - 300;
    assert!(ttl.ends_with(&format!("&t={issued}")), "{ttl}");
}

#[test]
fn a_format_and_its_link_are_taken_from_there() {
    let text = format!("{}|/films/a|{}", *TOMORROW, common::SECRET);
    let token = base64url(md5(text));
    let link = sign("/acme", &[]).line();
    assert!(link.contains(&token) && link.contains("until="), "{link}");
    let first = ["verify", "--config", "nginx.conf", "--location", "= /acme"];
    let ran = cli().run(&[&first[..], &[&link]].concat());
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let first = [
        "explain",
        "--json",
        "--config",
        "nginx.conf",
        "--location",
        "/acme",
    ];
    let ran = cli().run(&[&first[..], &[&link]].concat());
    assert_eq!(ran.json()["scheme"], "acme");
}

#[test]
fn a_link_is_judged_by_the_rules_of_the_location() {
    let token = azion_token(common::SECRET, "/a", 1_795_514_400);
    let link = format!("/a?sig={token}&e=1795514400");
    for (now, said) in [
        ("1795514460", "PASSED"),
        ("1795514461", "EXPIRED"),
        ("1795427999", "lifetime"),
        ("1795428000", "PASSED"),
    ] {
        let first = ["verify", "--config", "nginx.conf", "--location", "/skew/"];
        let ran = cli().run(&[&first[..], &["--now", now, &link]].concat());
        assert!(ran.out.contains(said), "{now}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn what_is_not_clear_is_said() {
    for (location, args, said) in [
        ("/films/", &[][..], "several locations have this name"),
        ("/nowhere/", &[], "no location \"/nowhere/\""),
        ("/films/open/", &[], "secure_token is off"),
        ("/none/", &[], "secure_token has a word that is no scheme"),
        (
            "/var/",
            &[],
            "the secret has the variable $tenant; give its value with --var tenant=VALUE",
        ),
        ("/films/", &["--link", "?a={token}"], "cannot be used with"),
    ] {
        let ran = sign(location, args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{location}");
        assert!(ran.err.contains(said), "{location}: {}", ran.err);
    }
    let given = sign("/var/", &["--var", &format!("tenant={OTHER}")]).line();
    assert!(
        given.contains(&azion_token(OTHER, "/films/a", &*TOMORROW)),
        "{given}"
    );
    // Two servers may have one name, and places are always two.
    let said = sign("/films/", &[]).err;
    let place = said.rsplit_once("--location ").unwrap().1.trim();
    assert_eq!(place, "conf.d/inner.conf:1", "{said}");
    for place in [place, "nginx.conf:12"] {
        assert!(sign(place, &[]).line().starts_with("/films/a?"), "{place}");
    }
    // Without a name there are several.
    let ran = cli().run(&["sign", "--config", "nginx.conf", "--expires-in", "1h", "/a"]);
    assert!(ran.err.contains("name one of the locations"), "{}", ran.err);
}

#[test]
fn what_only_a_request_has_is_asked_for_unless_it_is_given() {
    let on = |location, command, args: &[&str]| {
        let first = [command, "--config", "nginx.conf", "--location", location];
        cli().run(&[&first, args].concat()).err
    };
    let link = "/films/a?sig=k0sFGfVHvZQATrnu6B9rNg&e=1795514400";
    let said = on("/bound/", "verify", &[link]);
    assert!(said.contains("what it comes to with --source"), "{said}");
    assert!(said.contains("what it comes to with --client-ip"), "{said}");
    let given = [
        "--source",
        "args $cookie_link",
        "--client-ip",
        "192.0.2.7",
        link,
    ];
    assert_eq!(on("/bound/", "verify", &given), "");
    assert_eq!(on("/free/", "verify", &[link]), "");

    let url = ["--expires-at", &*TOMORROW, "/films/a"];
    let said = on("/bound/", "sign", &url);
    assert!(said.contains("what it comes to with --client-ip"), "{said}");
    assert!(!said.contains("--source"), "{said}");
    assert_eq!(on("/free/", "sign", &url), "");
}

#[test]
fn that_nginx_counts_the_uses_of_a_link_is_said() {
    let token = azion_token(common::SECRET, "/once/a", &*TOMORROW);
    let link = format!("/once/a?sig={token}&e={}", *TOMORROW);
    let unknown = "secure_token_max_uses counts in NGINX, and how often and by whom";
    for command in ["verify", "explain"] {
        let args = [command, "--config", "nginx.conf", "--location", "/once/"];
        let ran = cli().run(&[&args[..], &[&link]].concat());
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        assert_eq!(ran.err.matches(unknown).count(), 1, "{}", ran.err);
        assert!(!ran.err.contains("max_clients"), "{}", ran.err);
    }
}

#[test]
fn a_configuration_that_cannot_be_read_is_named_with_its_line() {
    for (text, said) in [
        (
            "http {\n server {",
            "nginx.conf: a \"}\" or \";\" is missing",
        ),
        ("http {\n}\n}", "nginx.conf:3: \"}\" is not expected"),
        ("a 'b;", "nginx.conf:1: there is no second '"),
        ("http { ; }", "nginx.conf:1: there is no directive"),
        ("include nothing.conf;", "cannot read"),
        ("include */a.conf;", "is not understood here"),
        ("include nginx.conf;", "too many files include files"),
        (
            "http { server { location / { } } }",
            "no location with secure_token",
        ),
    ] {
        let cli = Cli::new();
        fs::write(cli.dir.join("nginx.conf"), text).unwrap();
        let ran = cli.run(&["sign", "--config", "nginx.conf", "--expires-in", "1h", "/a"]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{text}");
        assert!(ran.err.contains(said), "{text}: {}", ran.err);
    }
}
