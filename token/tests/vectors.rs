//! The vendors' vectors: signed URLs with the verdict they must get.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that panics is a test that fails"
)]

mod common;

use std::fs;
use std::path::Path;

use serde_json::Value;
use token::{ClientIp, Reason, RequestParts, Rules, Scheme, Source, Verdict, scheme};

#[test]
fn every_scheme_has_vectors_and_decides_as_they_say() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut wrong = Vec::new();
    for scheme in scheme::all() {
        let file = data.join(scheme.name()).with_extension("json");
        let vectors = fs::read_to_string(&file);
        let vectors = vectors.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        wrong.extend(check_all(&vectors));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Says what is wrong with all of them, for many say the same.
fn check_all(vectors: &str) -> Vec<String> {
    let vectors: Vec<Value> = serde_json::from_str(vectors).unwrap();
    assert!(!vectors.is_empty());
    let wrong = |vector: &Value| {
        let verdict = verdict(vector);
        let (scheme, description) = (text(vector, "scheme"), text(vector, "description"));
        let (found, expected) = (word(&verdict), text(vector, "expect"));
        (found != expected)
            .then(|| format!("{scheme}: {description}: {found}, not {expected}: {verdict:?}"))
    };
    vectors.iter().filter_map(wrong).collect()
}

fn verdict(vector: &Value) -> Verdict {
    let scheme = match text(vector, "scheme") {
        "ectoken_v3" => scheme::by_name(b"ectoken").unwrap(),
        "ectoken_v2" => legacy_ectoken(),
        name => scheme::by_name(name.as_bytes()).unwrap(),
    };
    let words = vector["params"]["words"].as_array();
    let scheme = words.into_iter().flatten().fold(scheme, |scheme, word| {
        let more = scheme.with_word(word.as_str().unwrap().as_bytes());
        more.unwrap_or_else(|error| panic!("{}: {error}", scheme.name()))
    });
    let param = |name: &str| vector["params"][name] == true;
    let header = |name: &str| vector["headers"][name].as_str().map(str::as_bytes);

    let (protocol, after) = text(vector, "url").split_once("://").unwrap();
    let (host, target) = after.split_at(after.find('/').unwrap());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut path = percent_decoded(path);
    if param("dir") {
        path.truncate(path.iter().rposition(|&byte| byte == b'/').unwrap() + 1);
    }
    let keys: Vec<&[u8]> = match &vector["key"] {
        Value::String(key) => vec![key.as_bytes()],
        keys => keys
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key.as_str().unwrap().as_bytes())
            .collect(),
    };
    let is_bound = match scheme.facts().client_ip {
        ClientIp::Claimed => true,
        ClientIp::Always => vector["params"]["ip"] != false,
        ClientIp::Optional | ClientIp::Never => param("ip"),
    };
    let request = RequestParts {
        path: &path,
        target: target.as_bytes(),
        sources: &[Source::query(query.as_bytes())],
        secrets: &keys,
        client_ip: is_bound.then(|| text(vector, "client_ip").as_bytes()),
        country: Some(header("X-Test-Country").unwrap_or_default()),
        referrer: header("Referer").unwrap_or_default(),
        host: host.as_bytes(),
        protocol: protocol.as_bytes(),
        ..RequestParts::default()
    };
    let mut rules = Rules::of(&scheme);
    rules.ignore_case = param("ignore_case");
    if let Some(name) = vector["params"]["param"].as_str() {
        rules.params = rules.params.renamed(Some(name.as_bytes()), None);
    }
    if let Some(seconds) = vector["params"]["ttl"].as_u64() {
        rules.lifetime = seconds;
    }
    let now = vector["now"].as_u64().unwrap();
    let verdict = scheme.verify(&request, &rules, now).unwrap();
    if let Some(token) = verdict.token() {
        let text = common::token_text(&rules, token, target.as_bytes(), query.as_bytes());
        assert_eq!(scheme.token_id(text), Some(token.id), "{vector}");
    }
    verdict
}

fn legacy_ectoken() -> Scheme {
    let ectoken = scheme::by_name(b"ectoken").unwrap();
    let word = ectoken.facts().extras[0].word.as_bytes();
    ectoken.with_word(word).unwrap()
}

fn percent_decoded(path: &str) -> Vec<u8> {
    let mut pieces = path.split('%');
    let mut decoded = pieces.next().unwrap().as_bytes().to_vec();
    for piece in pieces {
        let (digits, behind) = piece.split_at(2);
        decoded.push(u8::from_str_radix(digits, 16).unwrap());
        decoded.extend_from_slice(behind.as_bytes());
    }
    decoded
}

fn text<'a>(vector: &'a Value, field: &str) -> &'a str {
    vector[field].as_str().unwrap()
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict.reason() {
        None => "valid",
        Some(Reason::Expired) => "expired",
        Some(Reason::Missing | Reason::Malformed | Reason::Duplicate | Reason::Signature) => {
            "invalid"
        }
        Some(_) => "denied",
    }
}
