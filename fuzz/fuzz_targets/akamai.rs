//! Akamai's tokens: claims that the second opinion signed are decided as it decides.
#![no_main]

use fuzz::input::Lines;
use fuzz::naive::akamai::{Asked, decide, token};
use fuzz::naive::query::values;
use fuzz::naive::{Clock, Said, hashing};
use fuzz::text::{bytes, served};
use libfuzzer_sys::fuzz_target;
use token::{RequestParts, Rules, Source, scheme};

fuzz_target!(|input: &[u8]| {
    let mut lines = Lines::of(input);
    let flags = lines.flags();
    let secret = lines.bytes();
    let claims = lines.text();
    let raw = lines.text();
    let client_ip = lines.text();
    let now = lines.number(1_800_000_000);
    let salt = lines.text();
    let (Some(key), Some(path)) = (hashing::key("hex", secret), served(&raw)) else {
        return;
    };
    if raw.contains('?') {
        return;
    }
    let digest = if flags.has('1') {
        "sha1"
    } else if flags.has('5') {
        "md5"
    } else {
        "sha256"
    };
    let has_salt = !salt.is_empty() && fuzz::text::is_plain(&salt);
    let asked = Asked {
        digest: digest.to_owned(),
        escapes_early: flags.has('e'),
        salt: has_salt.then(|| salt.clone()),
        key,
        path,
        raw,
        client_ip,
        ignore_case: flags.has('i'),
        clock: Clock {
            now,
            skew: if flags.has('s') { 60 } else { 0 },
            longest: flags.has('m').then_some(86_400),
            is_exclusive: false,
        },
    };
    let mut sent = if flags.has('r') {
        claims
    } else {
        token(&claims, &asked, usize::from(flags.has('w')))
    };
    if flags.has('p') {
        sent = sent
            .replace('%', "%25")
            .replace('=', "%3D")
            .replace('&', "%26");
    }
    let query = format!("a=1&hdnts={sent}");
    let found = values(&query, "hdnts");
    let expected = match *found {
        [one] if !one.is_empty() => decide(one, &asked),
        _ => Said::Refused,
    };

    let mut akamai = scheme::by_name(b"akamai").expect("the scheme");
    let salt = [b"salt=".as_slice(), &bytes(&salt)].concat();
    let words = [
        (digest != "sha256", digest.as_bytes()),
        (asked.escapes_early, b"escape_early"),
        (has_salt, &salt),
    ];
    for (_, word) in words.into_iter().filter(|(is_asked, _)| *is_asked) {
        akamai = akamai.with_word(word).expect("the word");
    }
    let rules = Rules {
        ignore_case: asked.ignore_case,
        clock_skew: asked.clock.skew,
        max_lifetime: asked.clock.longest,
        ..Rules::of(&akamai)
    };
    let [path, target, client_ip, query] =
        [&asked.path, &asked.raw, &asked.client_ip, &query].map(|text| bytes(text));
    let request = RequestParts {
        path: &path,
        target: &target,
        sources: &[Source::query(&query)],
        secrets: &[b"00", secret],
        client_ip: Some(&client_ip),
        ..RequestParts::default()
    };
    let verdict = akamai
        .verify(&request, &rules, now)
        .expect("all answers are at hand");
    assert_eq!(
        Said::from(&verdict),
        expected,
        "{verdict:?}: {sent}, {asked:?}"
    );
});
