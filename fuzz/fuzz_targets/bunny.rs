//! bunny.net's tokens, in query and path: a request is decided as the second opinion decides.
#![no_main]

use fuzz::input::Lines;
use fuzz::naive::bunny::{Asked, decide, read};
use fuzz::naive::query::split_target;
use fuzz::naive::{Clock, Said};
use fuzz::request::PLACE;
use fuzz::text::{bytes, served};
use libfuzzer_sys::fuzz_target;
use token::{RequestParts, Rules, Source, scheme};

fuzz_target!(|input: &[u8]| {
    let mut lines = Lines::of(input);
    let flags = lines.flags();
    let secret = lines.bytes().to_vec();
    let target = lines.text();
    let (client_ip, country) = (lines.text(), lines.text());
    let mut asked = Asked {
        target,
        secret,
        client_ip: flags.has('c').then_some(client_ip),
        country: flags.has('g').then_some(country),
        ignore_case: flags.has('i'),
        clock: Clock {
            now: lines.number(1_800_000_000),
            skew: if flags.has('s') { 60 } else { 0 },
            longest: flags.has('m').then_some(86_400),
            is_exclusive: false,
        },
    };
    if asked.target.contains(PLACE) {
        let some = Asked {
            target: asked.target.replace(PLACE, "x"),
            ..asked.clone()
        };
        let form = if flags.has('1') {
            "HS256-1-"
        } else if flags.has('b') {
            "bound"
        } else if flags.has('o') {
            ""
        } else {
            "HS256-"
        };
        let token = read(&some).and_then(|read| read.token(form, &some));
        let token = token.unwrap_or("HS256-x".to_owned());
        asked.target = asked.target.replace(
            PLACE,
            &if flags.has('p') {
                format!("{token}%3d")
            } else {
                token
            },
        );
    }
    let (raw, query) = split_target(&asked.target);
    let Some(path) = served(raw) else { return };

    let bunny = scheme::by_name(b"bunny").expect("the scheme");
    let rules = Rules {
        ignore_case: asked.ignore_case,
        clock_skew: asked.clock.skew,
        max_lifetime: asked.clock.longest,
        ..Rules::of(&bunny)
    };
    let (path, query, target) = (
        bytes(&path),
        bytes(query.unwrap_or_default()),
        bytes(&asked.target),
    );
    let (client_ip, country) = (
        asked.client_ip.as_deref().map(bytes),
        asked.country.as_deref().map(bytes),
    );
    let request = RequestParts {
        path: &path,
        target: &target,
        sources: &[Source::query(&query)],
        secrets: &[&asked.secret],
        client_ip: client_ip.as_deref(),
        country: country.as_deref(),
        ..RequestParts::default()
    };
    let verdict = bunny
        .verify(&request, &rules, asked.clock.now)
        .expect("all answers are at hand");
    assert_eq!(
        Said::from(&verdict),
        decide(&asked),
        "{verdict:?}: {asked:?}"
    );
});
