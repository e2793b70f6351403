//! Query strings, `name=value&name=value`: finding a token's parameters and taking them out.
//!
//! A token is the value of a parameter, or it is the first piece of the query and has no name.
//!
//! Names are compared byte by byte: `ST` or `%73t` is not `st`. Values are handed on as they were
//! sent.

use crate::Name;
use crate::place::Span;
use crate::text::split;

/// Names of a token's parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Params {
    /// The token itself; `None` where it is the query's first piece, `?TOKEN&other=1`.
    pub token: Option<Name>,
    /// Its expiry, or its time of issue; `None` where the token's own text has it.
    pub expires: Option<Name>,
}

/// A token's parameters as they stand in a query string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryFields<'a> {
    /// The token, never empty.
    pub token: &'a [u8],
    /// Value of the expiry parameter; `None` where it is not there.
    pub expires: Option<&'a [u8]>,
    /// One of the two was given twice.
    pub duplicate: bool,
}

/// Whether a parameter may be given this name: no character of it has another spelling in a query.
pub fn is_param_name(name: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    !name.is_empty() && name.iter().all(is_plain)
}

impl Params {
    /// No names: of schemes whose tokens need none.
    pub const NONE: Self = Self {
        token: None,
        expires: None,
    };

    /// These names.
    pub(crate) const fn of(token: &'static str, expires: Option<&'static str>) -> Self {
        Self {
            token: Some(Name::of(token)),
            expires: match expires {
                Some(name) => Some(Name::of(name)),
                None => None,
            },
        }
    }

    /// The same parameters by other names, where they are given any. A scheme whose tokens have their expiry
    /// inside gets no parameter for it.
    #[must_use]
    pub fn renamed(&self, token: Option<&[u8]>, expires: Option<&[u8]>) -> Self {
        let renamed = |own: &Name| expires.map_or_else(|| own.clone(), Name::new);
        Self {
            token: token.map(Name::new).or_else(|| self.token.clone()),
            expires: self.expires.as_ref().map(renamed),
        }
    }

    /// Whether token and expiry go by one name, so that neither can be found.
    pub fn clash(&self) -> bool {
        self.token.is_some() && self.token == self.expires
    }

    /// Finds the token in a query string. `None` where it holds none: a token parameter that is
    /// absent or empty is no token, whatever else is there.
    pub fn find<'q>(&self, query: &'q [u8]) -> Option<QueryFields<'q>> {
        let Some(token_name) = self.token.as_ref() else {
            return bare_token(query).map(|token| QueryFields {
                token,
                expires: None,
                duplicate: false,
            });
        };
        let mut token: Option<&[u8]> = None;
        let mut expires: Option<&[u8]> = None;
        let mut duplicate = false;
        for piece in pieces(query) {
            let slot = if let Some(value) = value_of(piece, token_name) {
                (&mut token, value)
            } else if let Some(value) = self.expires.as_ref().and_then(|name| value_of(piece, name))
            {
                (&mut expires, value)
            } else {
                continue;
            };
            duplicate |= slot.0.replace(slot.1).is_some();
        }
        let token = token?;
        if token.is_empty() && !duplicate {
            return None;
        }
        Some(QueryFields {
            token,
            expires,
            duplicate,
        })
    }

    /// Token and expiry where they stand as they usually do: in parameters of their own, of these lengths. `None`
    /// decides nothing; what is found is what [`find`](Self::find) finds, unless an ampersand is in it.
    ///
    /// Nothing is looked for within values of a known length, which is what most of a search costs.
    #[inline(always)]
    pub(crate) fn find_by_length<'q>(
        &self,
        query: &'q [u8],
        token_length: usize,
        expires_length: usize,
    ) -> Option<(&'q [u8], &'q [u8])> {
        let (token_name, expires_name) = (self.token.as_ref()?, self.expires.as_ref()?);
        if query.len() > Span::LONGEST {
            return None;
        }
        let (mut token, mut expires) = (None, None);
        let mut rest = query;
        loop {
            let behind = match token_name.strip(rest) {
                Some([b'=', value @ ..]) if token.is_none() => {
                    let (value, behind) = value.split_at_checked(token_length)?;
                    token = Some(value);
                    behind
                }
                // Twice, or without a value.
                Some([b'=' | b'&', ..] | []) => return None,
                _ => match expires_name.strip(rest) {
                    Some([b'=', value @ ..]) if expires.is_none() => {
                        let (value, behind) = value.split_at_checked(expires_length)?;
                        expires = Some(value);
                        behind
                    }
                    Some([b'=' | b'&', ..] | []) => return None,
                    _ => behind_piece(rest),
                },
            };
            match behind {
                [] => return token.zip(expires),
                [b'&', behind @ ..] => rest = behind,
                _ => return None,
            }
        }
    }

    /// Where these fields stand in the query that they were found in.
    #[inline]
    pub(crate) fn spans(&self, query: &[u8], token: &[u8], expires: Option<&[u8]>) -> (Span, Span) {
        let span = |value: &[u8], name: &Option<Name>| {
            let in_front = name.as_ref().map_or(0, |name| name.len().wrapping_add(1));
            Span::of(value, query, in_front)
        };
        let expires = expires.map(|expires| span(expires, &self.expires));
        (span(token, &self.token), expires.unwrap_or_default())
    }

    /// The pieces of `query` that are not the token's, in order and as they were sent. `query` may have
    /// become another than the `sent` one, in which the token was found: what has no name is the token
    /// where it is the same.
    pub fn others<'q>(
        &self,
        query: &'q [u8],
        sent: &'q [u8],
    ) -> impl Iterator<Item = &'q [u8]> + Clone + use<'_, 'q> {
        let (token, expires) = (self.token.as_ref(), self.expires.as_ref());
        let bare = match token {
            None => bare_token(sent).map(unpadded),
            Some(_) => None,
        };
        pieces(query).filter(move |piece| {
            let has_name = |name| value_of(piece, name).is_some();
            bare.is_none_or(|token| unpadded(piece) != token)
                && !token.is_some_and(has_name)
                && !expires.is_some_and(has_name)
        })
    }
}

fn unpadded(mut token: &[u8]) -> &[u8] {
    while let [rest @ .., b'='] = token {
        token = rest;
    }
    token
}

/// No token is shorter: the application may well have a query such as `?download`.
const SHORTEST_BARE: usize = 22;

/// The first piece, where it is not an ordinary `name=value`. A token may end with padding.
fn bare_token(query: &[u8]) -> Option<&[u8]> {
    let at = memchr::memchr2(b'&', b'=', query).unwrap_or(query.len());
    let is_padding = |byte: &&u8| **byte == b'=';
    let padding = query.get(at..)?.iter().take_while(is_padding).count();
    let (piece, behind) = query.split_at_checked(at.checked_add(padding)?)?;
    let is_whole = matches!(behind.first(), None | Some(b'&'));
    (is_whole && at >= SHORTEST_BARE).then_some(piece)
}

/// What stands between the ampersands.
fn pieces(query: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    split(query, b'&')
}

/// What stands behind the first piece, from the ampersand on.
#[inline]
fn behind_piece(text: &[u8]) -> &[u8] {
    // What players and trackers add is a few bytes long: a loop is done before a search has begun.
    let mut rest = text;
    for _ in 0..16 {
        match rest {
            [] | [b'&', ..] => return rest,
            [_, behind @ ..] => rest = behind,
        }
    }
    let end = memchr::memchr(b'&', rest);
    end.and_then(|at| rest.get(at..)).unwrap_or_default()
}

/// The value of `name=value`; of a `name` without `=` the empty value.
fn value_of<'q>(piece: &'q [u8], name: &Name) -> Option<&'q [u8]> {
    match name.strip(piece)?.split_first() {
        None => Some(b""),
        Some((b'=', value)) => Some(value),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    const ST_E: Params = Params::of("st", Some("e"));
    const BARE: Params = Params::NONE;

    fn found(query: &str) -> Option<(&str, Option<&str>, bool)> {
        let text = |bytes| core::str::from_utf8(bytes).unwrap();
        let fields = ST_E.find(query.as_bytes())?;
        Some((
            text(fields.token),
            fields.expires.map(text),
            fields.duplicate,
        ))
    }

    #[test]
    fn the_parameters_are_found_in_any_order_among_others() {
        assert_eq!(found("st=a&e=1"), Some(("a", Some("1"), false)));
        assert_eq!(
            found("x=1&e=1&&y&st=a==&z="),
            Some(("a==", Some("1"), false))
        );
        assert_eq!(found("st=a"), Some(("a", None, false)));
    }

    #[test]
    fn pieces_end_at_each_ampersand_wherever_it_stands() {
        for length in 0..40 {
            for first in 0..=length {
                for byte in [b'a', b'%', b'\'', 0, 0xa6, 0xff] {
                    let mut query = std::vec![byte; length];
                    for at in [first, first + 9] {
                        query.get_mut(at).into_iter().for_each(|byte| *byte = b'&');
                    }
                    let expected: std::vec::Vec<_> = query.split(|&byte| byte == b'&').collect();
                    assert!(pieces(&query).eq(expected), "{query:?}");
                }
            }
        }
    }

    #[test]
    fn names_are_exact() {
        for query in [
            "", "e=1", "ST=a", "%73t=a", "st%3Da", "stx=a", "xst=a", "s=t",
        ] {
            assert_eq!(found(query), None, "{query}");
        }
    }

    #[test]
    fn an_empty_token_is_none() {
        assert_eq!(found("st=&e=1"), None);
        assert_eq!(found("st&e=1"), None);
    }

    #[test]
    fn a_parameter_given_twice_is_a_duplicate_whichever_comes_first() {
        for query in [
            "st=a&st=b&e=1",
            "st=&st=b&e=1",
            "st=b&st&e=1",
            "st=a&e=1&e=1",
        ] {
            assert!(found(query).unwrap().2, "{query}");
        }
    }

    #[test]
    fn a_token_without_a_name_is_the_first_piece_and_no_parameter() {
        let found = |query: &str| {
            let fields = BARE.find(query.as_bytes())?;
            Some(std::string::String::from_utf8(fields.token.to_vec()).unwrap())
        };
        let token = "0123456789abcdef-_ABCD";
        assert_eq!(found(token).as_deref(), Some(token));
        assert_eq!(found(&format!("{token}&x=1&def")).as_deref(), Some(token));
        let padded = format!("{token}==");
        assert_eq!(found(&format!("{padded}&x=1")).as_deref(), Some(&*padded));
        for query in [
            "",
            "download",
            "download=",
            "==",
            &format!("&{token}"),
            &format!("x=1&{token}"),
        ] {
            assert_eq!(found(query), None, "{query}");
        }
        for query in [
            format!("{token}=1"),
            format!("{token}==1"),
            format!("={token}"),
        ] {
            assert_eq!(found(&query), None, "{query}");
        }
    }

    #[test]
    fn what_is_found_by_its_length_is_what_is_found_by_looking() {
        for query in [
            "st=abcd&e=123",
            "e=123&st=abcd",
            "x=1&&st=abcd&e=123&st2=1&",
            "x=1&e=123&y=2&st=abcd",
        ] {
            let quick = ST_E.find_by_length(query.as_bytes(), 4, 3);
            assert_eq!(quick, Some((&b"abcd"[..], &b"123"[..])), "{query}");
        }
        for query in [
            "",
            "st=abcd",
            "st=abcd&e=12",
            "st=abcd&e=1234",
            "st=abcd&e=123&st=abcd",
            "st=abcd&e=123&e=",
            "st=abcd&st&e=123",
            "st=abcd&e=123&st",
            "e&st=abcd&e=123",
        ] {
            let quick = ST_E.find_by_length(query.as_bytes(), 4, 3);
            assert_eq!(quick, None, "{query}");
        }
    }

    #[test]
    fn taking_the_token_out_leaves_the_others_as_they_were() {
        let others = |params: Params, query: &str| -> std::string::String {
            let pieces: std::vec::Vec<_> = params
                .others(query.as_bytes(), query.as_bytes())
                .map(|piece| core::str::from_utf8(piece).unwrap())
                .collect();
            pieces.join("&")
        };
        assert_eq!(others(ST_E, "st=a&e=1"), "");
        assert_eq!(others(ST_E, "b=%20&st=a&&c&e=1&ST=x"), "b=%20&&c&ST=x");
        let token = "0123456789abcdef-_ABCD";
        assert_eq!(others(BARE, token), "");
        assert_eq!(others(BARE, &format!("{token}&b=%20&&c")), "b=%20&&c");
        assert_eq!(others(BARE, "download&b=%20"), "download&b=%20");
        let elsewhere = format!("b=%20&{token}");
        assert_eq!(others(BARE, &elsewhere), elsewhere);
        let twice = format!("a=1&{token}&{token}=&{token}x");
        let left = BARE.others(twice.as_bytes(), token.as_bytes());
        assert!(left.eq([b"a=1".as_slice(), format!("{token}x").as_bytes()]));
    }
}
