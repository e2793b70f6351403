//! Finding a token in a query string.

use super::Params;
use super::pieces::{behind_piece, pieces, value_of};
use crate::place::Span;
use crate::{MOST_FIELDS, Name};

/// A token's parameters as they stand in a query string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryFields<'a> {
    /// The token, never empty.
    pub token: &'a [u8],
    /// Value of the expiry parameter; `None` where it is not there.
    pub expires: Option<&'a [u8]>,
    /// The other fields that have a parameter of their own, by their positions; `None` where it is not there.
    pub fields: [Option<&'a [u8]>; MOST_FIELDS],
    /// One of them was given twice.
    pub duplicate: bool,
}

impl Params {
    /// Finds the token in a query string. `None` where it holds none: a token parameter that is
    /// absent or empty is no token, whatever else is there.
    #[inline]
    pub fn find<'q>(&self, query: &'q [u8]) -> Option<QueryFields<'q>> {
        match &self.token {
            Some(name) => self.find_named(name, query),
            None => bare_token(query).map(|token| QueryFields {
                token,
                expires: None,
                fields: [None; MOST_FIELDS],
                duplicate: false,
            }),
        }
    }

    fn find_named<'q>(&self, token_name: &Name, query: &'q [u8]) -> Option<QueryFields<'q>> {
        let mut token: Option<&[u8]> = None;
        let mut expires: Option<&[u8]> = None;
        let mut fields = [None; MOST_FIELDS];
        let mut duplicate = false;
        for piece in pieces(query) {
            let slot = if let Some(value) = value_of(piece, token_name) {
                (&mut token, value)
            } else if let Some(value) = self.expires.as_ref().and_then(|name| value_of(piece, name))
            {
                (&mut expires, value)
            } else if let Some((slot, value)) = self.field(piece, &mut fields) {
                (slot, value)
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
            fields,
            duplicate,
        })
    }

    /// The place for a field that has this parameter of its own, and its value.
    fn field<'q, 's>(
        &self,
        piece: &'q [u8],
        fields: &'s mut [Option<&'q [u8]>; MOST_FIELDS],
    ) -> Option<(&'s mut Option<&'q [u8]>, &'q [u8])> {
        let (param, value) = self.fields.iter().find_map(|param| {
            let value = value_of(piece, &param.name)?;
            Some((param, value))
        })?;
        Some((fields.get_mut(usize::from(param.field))?, value))
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
}

/// No token is shorter: the application may well have a query such as `?download`.
const SHORTEST_BARE: usize = 22;

/// The first piece, where it is not an ordinary `name=value`. A token may end with padding.
pub(super) fn bare_token(query: &[u8]) -> Option<&[u8]> {
    let at = memchr::memchr2(b'&', b'=', query).unwrap_or(query.len());
    let is_padding = |byte: &&u8| **byte == b'=';
    let padding = query.get(at..)?.iter().take_while(is_padding).count();
    let (piece, behind) = query.split_at_checked(at.checked_add(padding)?)?;
    let is_whole = matches!(behind.first(), None | Some(b'&'));
    (is_whole && at >= SHORTEST_BARE).then_some(piece)
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
}
