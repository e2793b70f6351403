//! ectoken, both versions: claims that the second opinion sealed are decided as it decides, and nothing that was
//! altered opens.
#![no_main]

use fuzz::input::Lines;
use fuzz::naive::ectoken::{Asked, blowfish, decide, open, seal, with_length};
use fuzz::naive::{Clock, Said, hashing};
use fuzz::text::{bytes, percent_decoded, text};
use libfuzzer_sys::fuzz_target;
use token::{RequestParts, Rules, Source, scheme};

fuzz_target!(|input: &[u8]| {
    let mut lines = Lines::of(input);
    let flags = lines.flags();
    let secret = lines.bytes().to_vec();
    let claims = lines.text();
    let asked = Asked {
        path: lines.text(),
        client_ip: lines.text(),
        country: lines.text(),
        referrer: lines.text(),
        host: lines.text(),
        protocol: lines.text(),
        ignore_case: flags.has('i'),
        clock: Clock {
            now: lines.number(1_800_000_000),
            skew: if flags.has('s') { 60 } else { 0 },
            longest: flags.has('m').then_some(86_400),
            is_exclusive: false,
        },
    };
    let at = lines.number(0) as usize;
    if secret.is_empty() {
        return;
    }
    let is_legacy = flags.has('2');
    // A token that is sent as it stands, or one that the second opinion makes.
    let token = if flags.has('r') {
        claims.clone()
    } else if is_legacy {
        let plain = if flags.has('n') {
            claims.clone()
        } else {
            with_length(&claims)
        };
        hashing::hex(&blowfish(&secret, &bytes(&plain), false))
    } else {
        let nonce = hashing::sha256(&secret)[..12].try_into().expect("12 bytes");
        hashing::base64url(&seal(&secret, nonce, &claims))
    };
    let token = alter(token, at, flags.has('a'), flags.has('p'), flags.has('e'));
    let expected = expected(&token, &secret, is_legacy, &asked);

    let mut ectoken = scheme::by_name(b"ectoken").expect("the scheme");
    if is_legacy {
        ectoken = ectoken.with_word(b"legacy").expect("the word");
    }
    let rules = Rules {
        ignore_case: asked.ignore_case,
        clock_skew: asked.clock.skew,
        max_lifetime: asked.clock.longest,
        ..Rules::of(&ectoken)
    };
    let fields = [
        &asked.path,
        &asked.client_ip,
        &asked.country,
        &asked.referrer,
        &asked.host,
        &asked.protocol,
    ];
    let [path, client_ip, country, referrer, host, protocol] = fields.map(|text| bytes(text));
    let query = bytes(&token);
    let request = RequestParts {
        path: &path,
        target: b"/",
        sources: &[Source::query(&query)],
        secrets: &[b"another secret", &secret],
        client_ip: Some(&client_ip),
        country: Some(&country),
        referrer: &referrer,
        host: &host,
        protocol: &protocol,
        ..RequestParts::default()
    };
    let verdict = ectoken
        .verify(&request, &rules, asked.clock.now)
        .expect("all answers are at hand");
    assert_eq!(
        Said::from(&verdict),
        expected,
        "{verdict:?}: {token} of {claims:?}, {asked:?}"
    );
});

/// A token as it is sent, and what an attacker makes of it.
fn alter(
    mut token: String,
    at: usize,
    is_altered: bool,
    is_padded: bool,
    is_escaped: bool,
) -> String {
    if is_altered && !token.is_empty() {
        let mut bytes = bytes(&token);
        let at = at % bytes.len();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        token = text(&bytes);
    }
    if is_padded {
        token.push('=');
    }
    if is_escaped {
        token = token.replace('=', "%3D").replace('a', "%61");
    }
    token
}

fn expected(sent: &str, secret: &[u8], is_legacy: bool, asked: &Asked) -> Said {
    // Behind an ampersand the application's own parameters begin.
    let piece = sent.split('&').next().unwrap_or_default();
    let inner = piece.trim_end_matches('=');
    if inner.contains('=') || inner.chars().count() < 22 || piece.chars().count() > 6144 {
        return Said::Refused;
    }
    let Some(plain) = percent_decoded(piece) else {
        return Said::Refused;
    };
    let plain = plain.strip_suffix('=').unwrap_or(&plain);
    let plain = plain.strip_suffix('=').unwrap_or(plain);
    let is_hex =
        plain.len().is_multiple_of(2) && plain.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_legacy && is_hex {
        let bytes = hashing::key("hex", plain.as_bytes()).unwrap_or_default();
        for secret in [b"another secret", secret] {
            let claims = text(&blowfish(secret, &bytes, true));
            if !claims.starts_with("ec_secure=") {
                continue;
            }
            let behind = claims
                .strip_prefix("ec_secure=")
                .and_then(|rest| rest.split_once('&'));
            return match behind {
                Some((_, pairs)) if with_length(pairs) == claims => decide(pairs, true, asked),
                _ => Said::Refused,
            };
        }
        return Said::Refused;
    }
    let Some(bytes) =
        fuzz::naive::hashing::key("base64url", plain.as_bytes()).filter(|_| !plain.ends_with('='))
    else {
        return Said::Refused;
    };
    match open(secret, &bytes).or_else(|| open(b"another secret", &bytes)) {
        Some(claims) => decide(&claims, false, asked),
        None => Said::Refused,
    }
}
