//! Where a token stands in a query, and how it comes there. Everything else stays byte for byte.

use token::{Anatomy, Carrier, Params, Scheme, inspect};

/// Whether a query has a token of the scheme already, or one of its parameters.
pub fn has_token(scheme: &Scheme, params: &Params, query: &[u8]) -> bool {
    match &params.token {
        None if scheme.facts().carrier == Carrier::Path => false,
        Some(_) => {
            let pieces = query.split(|&byte| byte == b'&').count();
            params.others(query, query).count() != pieces
        }
        None => holds_token(scheme, params, query),
    }
}

/// Whether the module would take a text for one that has a token.
pub fn holds_token(scheme: &Scheme, params: &Params, text: &[u8]) -> bool {
    if scheme.facts().carrier == Carrier::Path {
        return false;
    }
    let is_token = |token| params.token.is_some() || inspect::is_token(scheme, token);
    params
        .find(text)
        .is_some_and(|fields| is_token(fields.token))
}

/// A token in a path, as it was sent.
#[derive(Clone, Copy, Debug)]
pub struct PathToken<'a> {
    /// What stands in front of it and stays there; most often nothing.
    pub front: &'a [u8],
    /// Its segments, without the slash in front of the first.
    pub token: &'a [u8],
    /// What stands behind, with its slash: the path that it is for.
    pub rest: &'a [u8],
}

impl PathToken<'_> {
    /// The path without the token.
    pub fn without(&self) -> Vec<u8> {
        [self.front, self.rest].concat()
    }
}

/// The token in a path. `None` where nothing there looks like a token, or tokens of the scheme do not stand in the path.
pub fn path_token<'a>(scheme: &Scheme, path: &'a [u8]) -> Option<PathToken<'a>> {
    let (front, rest) = inspect::place_in_path(scheme, path)?.rest(path);
    let token = path.strip_prefix(front)?.strip_suffix(rest)?;
    Some(PathToken {
        front,
        token: token.strip_prefix(b"/")?,
        rest,
    })
}

/// Whether a text has the parts of a token with a time beside it, and one of them at least has its form.
pub(crate) fn looks_like_token(scheme: &Scheme, text: &[u8]) -> bool {
    let facts = scheme.facts();
    let (Some(parts), Some(format)) = (inspect::split(scheme, text), facts.format()) else {
        return matches!(facts.anatomy, Anatomy::Signed { .. }) && inspect::is_token(scheme, text);
    };
    let Some(spelling) = format.time.map(|time| time.spelling) else {
        return inspect::is_token(scheme, text);
    };
    // Any digits are a time of some age, and tokens of others begin with digits too.
    let is_time = |time: &[u8]| {
        time.len() == spelling.usual_length() && inspect::read_time(spelling, time).is_some()
    };
    inspect::is_token(scheme, text) || parts.time.is_some_and(is_time)
}

/// The query without the scheme's parameters.
pub fn without_token(params: &Params, query: &[u8]) -> Vec<u8> {
    let others: Vec<&[u8]> = params.others(query, query).collect();
    others.join(b"&".as_slice())
}

/// The query with the signed parameters, behind the others or, where the token has no name, in front.
pub fn with_token(params: &Params, query: &[u8], signed: &[u8]) -> Vec<u8> {
    match (query, &params.token) {
        (b"", _) => signed.to_vec(),
        (query, Some(_)) => [query, b"&", signed].concat(),
        (query, None) => [signed, b"&", query].concat(),
    }
}

/// Names and values of a query.
pub fn pairs(query: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    query.split(|&byte| byte == b'&').map(halves)
}

/// What stands before the first `=` and behind it.
fn halves(pair: &[u8]) -> (&[u8], &[u8]) {
    let at = pair.iter().position(|&byte| byte == b'=');
    let (name, rest) = pair
        .split_at_checked(at.unwrap_or(pair.len()))
        .unwrap_or_default();
    (name, rest.get(1..).unwrap_or_default())
}

/// The value of `name=value`, or the whole of what has no name.
pub(crate) fn value(piece: &[u8]) -> &[u8] {
    match halves(piece) {
        (name, b"") => name,
        (_, value) => value,
    }
}

/// Whether a value may be a Unix time: ten digits, or thirteen of milliseconds.
pub(crate) fn looks_like_time(value: &[u8]) -> bool {
    matches!(value.len(), 10 | 13) && value.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use token::Rules;

    fn rules(name: &str) -> (Scheme, Rules) {
        let scheme = token::scheme::by_name(name.as_bytes()).unwrap();
        let rules = Rules::of(&scheme);
        (scheme, rules)
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
                has_token(&azion, &azion_rules.params, query.as_bytes()),
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
                has_token(&ectoken, &ectoken_rules.params, query.as_bytes()),
                expected,
                "{query}"
            );
        }
    }

    #[test]
    fn the_rest_of_a_query_stays_as_it_was() {
        let (_, azion) = rules("azion");
        let (_, ectoken) = rules("ectoken");
        let signed = |rules: &Rules, query: &str| {
            String::from_utf8(with_token(&rules.params, query.as_bytes(), b"T")).unwrap()
        };
        assert_eq!(signed(&azion, ""), "T");
        assert_eq!(signed(&azion, "b=%20&&a&"), "b=%20&&a&&T");
        assert_eq!(signed(&ectoken, "b=%20&&a&"), "T&b=%20&&a&");
        assert_eq!(without_token(&azion.params, b"b=1&st=x&&e=2&a"), b"b=1&&a");
    }
}
