//! Where a token stands in a query, and how it comes there. Everything else stays byte for byte.

use token::{Params, Reason, RequestParts, Rules, Scheme};

/// Whether a query has a token of the scheme already, or one of its parameters.
pub(crate) fn has_token(scheme: &dyn Scheme, rules: &Rules<'_>, query: &[u8]) -> bool {
    if rules.params.token.is_some() {
        let pieces = query.split(|&byte| byte == b'&').count();
        return rules.params.others(query, query).count() != pieces;
    }
    let extras = scheme.facts().extras.iter().map(|extra| extra.scheme);
    std::iter::once(scheme)
        .chain(extras)
        .any(|scheme| is_token(scheme, rules, query))
}

/// Whether a query has something that could be a token of the scheme, under some secret.
pub(crate) fn is_token(scheme: &dyn Scheme, rules: &Rules<'_>, query: &[u8]) -> bool {
    let request = RequestParts {
        path: b"/",
        sources: &[query],
        ..RequestParts::default()
    };
    let verdict = scheme.verify(&request, rules, 0);
    verdict.is_ok_and(|verdict| verdict.reason() == Some(Reason::NoSecret))
}

/// Whether the module would take a text for one that has a token.
pub(crate) fn holds_token(scheme: &dyn Scheme, params: &Params<'_>, text: &[u8]) -> bool {
    let rules = Rules {
        params: *params,
        ..Rules::of(scheme)
    };
    match params.token {
        Some(_) => params.find(text).is_some(),
        None => has_token(scheme, &rules, text),
    }
}

/// The query without the scheme's parameters.
pub(crate) fn without_token(params: &Params<'_>, query: &[u8]) -> Vec<u8> {
    let others: Vec<&[u8]> = params.others(query, query).collect();
    others.join(b"&".as_slice())
}

/// The query with the signed parameters, behind the others or, where the token has no name, in front.
pub(crate) fn with_token(params: &Params<'_>, query: &[u8], signed: &[u8]) -> Vec<u8> {
    match (query, params.token) {
        (b"", _) => signed.to_vec(),
        (query, Some(_)) => [query, b"&", signed].concat(),
        (query, None) => [signed, b"&", query].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(name: &str) -> (&'static dyn Scheme, Rules<'static>) {
        let scheme = token::scheme::by_name(name.as_bytes()).unwrap();
        (scheme, Rules::of(scheme))
    }

    #[test]
    fn a_query_that_has_a_token_is_known() {
        let (azion, azion_rules) = rules("azion");
        for (query, expected) in [
            ("", false),
            ("a=1&&b", false),
            ("ST=1", false),
            ("a=1&st=x", true),
            ("st", true),
            ("e=1", true),
        ] {
            assert_eq!(
                has_token(azion, &azion_rules, query.as_bytes()),
                expected,
                "{query}"
            );
        }
        let (ectoken, ectoken_rules) = rules("ectoken");
        let version_3 = "A".repeat(40);
        let version_2 = "0a".repeat(20);
        for (query, expected) in [
            ("autoplay", false),
            ("autoplay&a=1", false),
            (version_3.as_str(), true),
            (version_2.as_str(), true),
        ] {
            assert_eq!(
                has_token(ectoken, &ectoken_rules, query.as_bytes()),
                expected,
                "{query}"
            );
        }
    }

    #[test]
    fn the_rest_of_a_query_stays_as_it_was() {
        let (_, azion) = rules("azion");
        let (_, ectoken) = rules("ectoken");
        let signed = |rules: &Rules<'_>, query: &str| {
            String::from_utf8(with_token(&rules.params, query.as_bytes(), b"T")).unwrap()
        };
        assert_eq!(signed(&azion, ""), "T");
        assert_eq!(signed(&azion, "b=%20&&a&"), "b=%20&&a&&T");
        assert_eq!(signed(&ectoken, "b=%20&&a&"), "T&b=%20&&a&");
        assert_eq!(without_token(&azion.params, b"b=1&st=x&&e=2&a"), b"b=1&&a");
    }
}
