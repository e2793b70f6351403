//! `secure-token verify` on the links of the vendors.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::Cli;
use serde_json::Value;
use token::{ClientIp, scheme};

#[test]
fn the_vendors_links_get_the_verdict_that_they_must_get() {
    for scheme in scheme::all() {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../token/tests/data");
        let file = format!("{directory}/{}.json", scheme.name());
        let vectors = std::fs::read_to_string(file).unwrap();
        let vectors: Vec<Value> = serde_json::from_str(&vectors).unwrap();
        for vector in &vectors {
            check(vector);
        }
    }
}

fn check(vector: &Value) {
    let text = |name: &str| vector[name].as_str().unwrap().to_owned();
    let is = |name: &str| vector["params"][name] == true;
    let keys: Vec<&str> = match &vector["key"] {
        Value::String(key) => vec![key],
        keys => keys
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key.as_str().unwrap())
            .collect(),
    };
    let words: Vec<&str> = vector["params"]["words"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|word| word.as_str().unwrap())
        .collect();
    let mut cli = Cli::with_secret(keys[0]);
    let scheme = text("scheme");
    let name = scheme.split('_').next().unwrap();
    let mut args = vec![
        "verify".to_owned(),
        "--json".into(),
        "--scheme".into(),
        name.into(),
        "--secret-file".into(),
        "key".into(),
    ];
    let mut add = |option: &str, value: &str| args.extend([option.to_owned(), value.to_owned()]);
    for (key, number) in keys.iter().zip(1..).skip(1) {
        let file = format!("key{number}");
        cli.secret_file(&file, key.as_bytes());
        add("--secret-file", &file);
    }
    let now = vector["now"].as_u64().unwrap();
    add("--now", &now.to_string());
    let is_bound = match scheme::by_name(name.as_bytes()).unwrap().facts().client_ip {
        ClientIp::Claimed => true,
        ClientIp::Always => vector["params"]["ip"] != false,
        ClientIp::Optional | ClientIp::Never => is("ip"),
    };
    if is_bound {
        add("--client-ip", &text("client_ip"));
    }
    add(
        "--country",
        vector["headers"]["X-Test-Country"]
            .as_str()
            .unwrap_or_default(),
    );
    if let Some(page) = vector["headers"]["Referer"].as_str() {
        add("--header", &format!("Referer: {page}"));
    }
    if let Some(seconds) = vector["params"]["ttl"].as_u64() {
        add("--ttl", &seconds.to_string());
    }
    if let Some(name) = vector["params"]["param"].as_str() {
        add("--param", &format!("token={name}"));
    }
    let url = text("url");
    if is("dir") {
        let path = url.split("://").nth(1).unwrap().split('?').next().unwrap();
        let directory = &path[path.find('/').unwrap()..=path.rfind('/').unwrap()];
        add("--path", directory);
    }
    if is("ignore_case") {
        args.push("--ignore-case".into());
    }
    args.extend(words.iter().map(|word| format!("--{word}")));
    if scheme == "ectoken_v2" {
        args.push("--legacy".into());
    }
    args.push(url);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let ran = cli.run(&args);
    if ran.err.contains("NGINX answers 400") {
        return assert_eq!(vector["expect"], "invalid", "{}", ran.err);
    }
    let verdict = ran.json();
    let expected = match verdict["reason"].as_str() {
        None => "valid",
        Some("expired") => "expired",
        Some("missing" | "malformed" | "duplicate" | "signature" | "no_secret") => "invalid",
        Some(_) => "denied",
    };
    assert_eq!(
        vector["expect"],
        expected,
        "{}: {}",
        text("description"),
        ran.out
    );
    assert_eq!(ran.code, i32::from(expected != "valid"));
}
