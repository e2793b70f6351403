//! Small texts: times, percent-encoding, addresses, directories, cookies, URLs.
#![no_main]

use explain::place::Header;
use explain::url::Url;
use fuzz::input::Lines;
use fuzz::naive::{digest, time};
use fuzz::text::{bytes, percent_decoded, served, text};
use libfuzzer_sys::fuzz_target;
use token::{Revocation, TimeSpelling, inspect, revocations};

fuzz_target!(|input: &[u8]| {
    let mut lines = Lines::of(input);
    let word = lines.bytes();
    times(word);
    let plain = text(word);
    assert_eq!(
        inspect::percent_decoded(word),
        percent_decoded(&plain).map(|text| bytes(&text))
    );
    assert_eq!(
        inspect::address(word),
        digest::address(&plain).map(|text| bytes(&text)),
        "{plain}"
    );
    if plain.starts_with('/') {
        let path = explain::path::normalised(word, true).ok();
        assert_eq!(path, served(&plain).map(|text| bytes(&text)), "{plain}");
    }
    revoked(word);
    directories(word, &plain);
    url(word);
    cookie(&lines.string(), &lines.string());
});

fn times(word: &[u8]) {
    let forms = [
        ("", TimeSpelling::Seconds),
        ("hex", TimeSpelling::Hex),
        ("iso", TimeSpelling::Iso),
        ("yyyymmddhhmm+8", TimeSpelling::Minutes { east: 8 }),
        ("yyyymmddhhmm-12", TimeSpelling::Minutes { east: -12 }),
    ];
    for (form, spelling) in forms {
        let read = inspect::read_time(spelling, word);
        assert_eq!(
            read,
            time::read(form, &text(word)),
            "{form}: {}",
            text(word)
        );
        // What is read is written as something that is read as the same, down to what the form has room for.
        let again = read.and_then(|seconds| inspect::write_time(spelling, seconds));
        if let (Some(seconds), Some(again)) = (read, again) {
            let found = inspect::read_time(spelling, again.as_bytes());
            // Decimal seconds of a date before 2001 have fewer digits than a time has, those of one behind 2286 more.
            assert!(
                found == Some(seconds) || !(1_000_000_000..10_000_000_000).contains(&seconds),
                "{form}: {again}"
            );
        }
    }
}

/// Lines of a file of what is revoked, taken apart character by character.
fn revoked(word: &[u8]) {
    let plain = text(word);
    let plain = plain.strip_prefix(&text(b"\xef\xbb\xbf")).unwrap_or(&plain);
    let is_blank = |char: char| matches!(char, ' ' | '\t' | '\n' | '\r' | '\x0c');
    let mut expected = Vec::new();
    for (line, number) in plain.split('\n').zip(1..) {
        let line = line.trim_matches(is_blank);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (kind, value) = line.split_once(is_blank).unwrap_or((line, ""));
        let value = value.trim_start_matches(is_blank);
        let time = || {
            let forms = [TimeSpelling::Seconds, TimeSpelling::Iso];
            forms
                .into_iter()
                .find_map(|form| inspect::read_time(form, &bytes(value)))
        };
        let said = match kind {
            "token" if value.contains(is_blank) => None,
            "token" | "key" | "session" => Some(format!("{kind} {value}")),
            "before" => time().map(|time| format!("before {time}")),
            _ => None,
        };
        expected.push((number, said.filter(|_| !value.is_empty())));
    }
    let read = revocations(word).map(|(line, revocation)| {
        let said = revocation.ok().map(|revocation| match revocation {
            Revocation::Before(time) => format!("before {time}"),
            Revocation::Token(value) => format!("token {}", text(value)),
            Revocation::Key(value) => format!("key {}", text(value)),
            Revocation::Session(value) => format!("session {}", text(value)),
        });
        (line, said)
    });
    assert_eq!(read.collect::<Vec<_>>(), expected);
}

fn directories(word: &[u8], plain: &str) {
    let end = plain.rfind('/').map_or(0, |at| at + 1);
    assert_eq!(inspect::directory(word), bytes(&plain[..end]));
    let mut above = plain.to_owned();
    let mut parents = Vec::new();
    while let Some(at) = above.rfind('/').filter(|at| *at > 0) {
        above.truncate(at);
        parents.push(bytes(&above));
    }
    parents.truncate(32);
    assert!(
        inspect::parents(word).eq(parents.iter().map(Vec::as_slice)),
        "{plain}"
    );
}

/// A URL that is taken apart can be put together again.
fn url(word: &[u8]) {
    let Ok(url) = Url::parse(word) else { return };
    if url.query != Some(b"") {
        assert_eq!(url.with_query(url.query.unwrap_or_default()), word);
    }
    assert!(url.target().starts_with(b"/"));
    let host = explain::url::host_name(url.authority());
    assert_eq!(host, host.to_ascii_lowercase());
}

/// Of cookies that nobody could read otherwise, the first one of the name.
fn cookie(name: &str, value: &str) {
    let Ok(header) = Header::parse(&format!("Cookie: {value}")) else {
        return;
    };
    let found = header.cookie(name);
    let is_word =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let pairs: Option<Vec<(&str, &str)>> = value
        .trim()
        .split("; ")
        .map(|pair| pair.split_once('='))
        .collect();
    if let Some(pairs) = pairs.filter(|pairs| {
        is_word(name)
            && pairs
                .iter()
                .all(|(one, other)| is_word(one) && is_word(other))
    }) {
        let first = pairs.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        assert_eq!(found, first.map(|(_, value)| *value), "{name}: {value}");
    }
}
