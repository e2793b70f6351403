//! Small texts: times, percent-encoding, addresses, directories, cookies, URLs.
#![no_main]

use explain::place::Header;
use explain::url::Url;
use fuzz::input::Lines;
use fuzz::naive::{digest, time};
use fuzz::text::{bytes, percent_decoded, served, text};
use libfuzzer_sys::fuzz_target;
use token::{TimeSpelling, inspect};

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
