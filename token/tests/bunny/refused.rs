//! Links that are refused though what was hashed is what somebody signed.

use token::Reason;

use super::{CLIENT, EXPIRES, NOW, refusal, signed, verdict_of};

/// The token alone, and the rest of what makes a link open.
fn token_of(signed: &str) -> &str {
    signed.split('&').next().unwrap()
}

#[test]
fn a_restriction_cannot_hide_in_another_argument() {
    let token = signed("/a?a=1&z=2", &[("token_countries_blocked", "RU,CN")], None);
    let blocked = |target: &str| verdict_of("/a", target, CLIENT, Some("RU")).reason();
    let honest = format!("/a?a=1&z=2&{token}");
    assert_eq!(blocked(&honest), Some(Reason::Country));
    let opens = verdict_of("/a", &honest, CLIENT, Some("DE"));
    assert_eq!(opens.reason(), None);

    let ends = format!("{}&expires={EXPIRES}", token_of(&token));
    for query in [
        // The text that is hashed is the same each time.
        "a=1%26token_countries_blocked%3DRU,CN&z=2",
        "a=1%26token_countries_blocked%3DRU%2CCN%26z%3D2",
        "a%3D1%26token_countries_blocked=RU,CN&z=2",
        "a=1&token%5Fcountries%5Fblocked=RU,CN&z=2",
        "a=1&token_countries_blocked%3DRU,CN%26z=2",
    ] {
        let altered = format!("/a?{query}&{ends}");
        assert_eq!(blocked(&altered), Some(Reason::Malformed), "{query}");
    }
    let grown = format!("/a?a=1&token_countries_blocked=RU,CN%26z%3D2&{ends}");
    assert_eq!(blocked(&grown), Some(Reason::Malformed));
}

#[test]
fn the_bytes_of_an_address_cannot_hide_in_an_argument() {
    for (address, name) in [("65.66.67.68", "ABCD"), ("198.51.100.23", "%C63d%17")] {
        for (claim, value) in [
            ("token_countries", "DE"),
            ("token_path", "/a"),
            ("token_ignore_params", "true"),
            ("limit", "5"),
        ] {
            let bound = signed("/a", &[(claim, value)], Some(address));
            let sent = |flag: &str, name: &str| {
                let token = token_of(&bound).replace("-1-", flag);
                format!("/a?{token}&{name}{claim}={value}&expires={EXPIRES}")
            };
            let reason =
                |target: &str, client| verdict_of("/a", target, client, Some("DE")).reason();
            assert_eq!(reason(&sent("-1-", ""), address), None);
            assert_eq!(reason(&sent("-", ""), address), Some(Reason::Signature));
            assert_eq!(reason(&sent("-", name), CLIENT), Some(Reason::Malformed));
        }
    }
}

#[test]
fn digits_stay_where_they_were_signed() {
    let token = signed("/v/9?x=1", &[], None);
    let token = token_of(&token);
    // "/v/9" + "1900000000" + "x=1", cut anew.
    let later = format!("/v/?9x=1&{token}&expires=9190000000");
    let other = format!("/v/?0x=1&{token}&expires=9190000000");
    assert_eq!(
        refusal(&format!("/v/9?x=1&{token}&expires={EXPIRES}")),
        None
    );
    assert_eq!(refusal(&later), Some(Reason::Malformed));
    assert_eq!(refusal(&other), Some(Reason::Malformed));
    for expires in ["91900000000", "190000000", "01900000000", "+1900000000", ""] {
        let target = format!("/v/9?x=1&{token}&expires={expires}");
        assert_eq!(refusal(&target), Some(Reason::Malformed), "{expires}");
    }
}

#[test]
fn what_is_there_twice_is_refused_as_such() {
    let token = signed("/a?x=1", &[("token_path", "/")], None);
    for twice in [
        format!("/a?x=1&{token}&token=x"),
        format!("/a?expires=1&x=1&{token}"),
        format!("/a?x=1&{token}&token_path=%2F"),
        format!("/a?x=1&{token}&token_path"),
        format!("/a?x=1&{token}&x=1"),
        format!("/a?x=1&{token}&%78=2"),
    ] {
        assert_eq!(refusal(&twice), Some(Reason::Duplicate), "{twice}");
    }
    // What is not signed may be there as often as anybody likes.
    let free = signed("/a", &[("token_ignore_params", "true")], None);
    assert_eq!(refusal(&format!("/a?x=1&{free}&x=1&x=%00")), None);
    assert_eq!(
        refusal(&format!("/a?{free}&token_ignore_params=true")),
        Some(Reason::Duplicate)
    );
}

#[test]
fn the_path_that_is_compared_is_the_one_that_is_served() {
    let token = signed("/v/1.ts", &[("token_path", "/v/")], None);
    let reason = |served: &str, sent: &str| {
        let target = format!("{sent}?{token}");
        verdict_of(served, &target, CLIENT, None).reason()
    };
    assert_eq!(reason("/v/2.ts", "/v/2.ts"), None);
    assert_eq!(reason("/v/2.ts", "/x/../v/2.ts"), None);
    assert_eq!(reason("/x", "/v/../x"), Some(Reason::Url));
    assert_eq!(reason("/x", "/v/%2E%2E/x"), Some(Reason::Url));
    assert_eq!(reason("/x", "/v/..%2Fx"), Some(Reason::Url));
    assert_eq!(reason("/v", "/v"), Some(Reason::Url));
}

#[test]
fn a_path_that_climbs_over_its_token_is_refused() {
    let token = signed("/v/1.ts", &[("token_path", "/v/")], None);
    let reason = |served: &str, behind: &str| {
        let target = format!("/bcdn_{token}{behind}");
        verdict_of(served, &target, CLIENT, None).reason()
    };
    let plain = token.replace("%2F", "/");
    assert_eq!(reason(&format!("/bcdn_{plain}/v/1.ts"), "/v/1.ts"), None);
    assert_eq!(reason("/v/1.ts", "/../v/1.ts"), Some(Reason::Malformed));
    assert_eq!(reason("/x", "/v/../../x"), Some(Reason::Malformed));
}

#[test]
fn a_token_counts_only_where_the_operator_looks_for_one() {
    use token::{RequestParts, Rules, Source};
    let token = signed("/a", &[], None);
    let reason = |sources: &[Source<'_>], target: &str, path: &str| {
        let request = RequestParts {
            path: path.as_bytes(),
            target: target.as_bytes(),
            sources,
            secrets: &[super::SECRET],
            ..RequestParts::default()
        };
        let scheme = super::bunny();
        let verdict = scheme.verify(&request, &Rules::of(&scheme), NOW);
        verdict.unwrap().reason()
    };
    let value = Source::value(token.as_bytes());
    let in_path = format!("/bcdn_{token}/a");
    assert_eq!(reason(&[Source::query(b"")], &in_path, &in_path), None);
    assert_eq!(
        reason(&[Source::value(b"")], &in_path, &in_path),
        Some(Reason::Missing)
    );
    // In a cookie: the request's query is signed as it is everywhere.
    assert_eq!(reason(&[value], "/a", "/a"), None);
    assert_eq!(reason(&[value], "/a?x=1", "/a"), Some(Reason::Signature));
    let free = signed("/a", &[("token_ignore_params", "true")], None);
    assert_eq!(
        reason(&[Source::value(free.as_bytes())], "/a?x=1", "/a"),
        None
    );
}
