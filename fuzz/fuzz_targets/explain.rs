//! Explanations: whatever a link is like, they come to the verdict that the scheme comes to, and say something.
#![no_main]

use explain::place::{Header, Place};
use explain::url::{Url, host_name};
use explain::{LinkRequest, explain};
use fuzz::input::{Lines, one_of};
use jiff::tz::{Offset, TimeZone};
use libfuzzer_sys::fuzz_target;
use token::{RequestParts, Rules, Source, scheme};

fuzz_target!(|input: &[u8]| {
    let mut lines = Lines::of(input);
    let all = scheme::all();
    let scheme = one_of(&all, &lines.text(), |scheme| scheme.name());
    let flags = lines.flags();
    let secret = lines.bytes();
    let link = lines.bytes();
    let client_ip = lines.bytes();
    let now = lines.number(1_800_000_000);
    let header = Header::parse(&lines.string());
    let (Ok(url), true) = (Url::parse(link), !secret.is_empty()) else {
        return;
    };
    let Ok(path) = url.served_path(true) else {
        return;
    };
    let headers: Vec<Header> = header.into_iter().collect();
    let request = LinkRequest {
        secret_ids: Vec::new(),
        revoked: &[],
        scheme: scheme.clone(),
        rules: Rules::of(scheme),
        path: path.clone(),
        served_path: path,
        stated_path: flags.has('u').then_some(b"/stated/path"),
        target: url.target(),
        headers: &headers,
        places: vec![Place::args(&url)],
        url,
        secrets: if flags.has('2') {
            vec![b"another", secret]
        } else {
            vec![secret]
        },
        client_ip: flags.has('c').then_some(client_ip),
        country: flags.has('g').then_some(b"DE"),
        referrer: b"",
        host: host_name(url.authority()),
        protocol: url.protocol(),
        variables: Vec::new(),
        now,
        zone: TimeZone::fixed(Offset::from_hours(2).expect("two hours")),
    };
    let findings = explain(&request);
    let asked = RequestParts {
        path: &request.served_path,
        stated_path: request.stated_path,
        target: &request.target,
        sources: &[Source::query(request.query())],
        secrets: &request.secrets,
        client_ip: request.bound_ip(),
        country: request.country,
        host: &request.host,
        protocol: request.protocol.as_bytes(),
        ..RequestParts::default()
    };
    let verdict = scheme
        .verify(&asked, &request.rules, now)
        .expect("all answers are at hand");
    assert_eq!(findings.verdict, verdict);
    if verdict.reason().is_none() {
        assert!(
            findings.mistakes.is_empty(),
            "it opens, and there are mistakes"
        );
    }
    for mistake in &findings.mistakes {
        assert!(!mistake.text.is_empty());
    }
});
