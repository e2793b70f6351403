//! Query strings, `name=value&name=value`: finding a token's parameters and taking them out.
//!
//! A token is the value of a parameter, or it is the first piece of the query and has no name.
//!
//! Names are compared byte by byte: `ST` or `%73t` is not `st`. Values are handed on as they were
//! sent.

use core::fmt;

use crate::text::split;

/// Names of a token's parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params<'a> {
    /// The token itself; `None` where it is the query's first piece, `?TOKEN&other=1`.
    pub token: Option<&'a [u8]>,
    /// Its expiry; `None` where the token itself has it.
    pub expires: Option<&'a [u8]>,
}

/// A token's parameters as found in a query string, not decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fields<'a> {
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

impl<'a> Params<'a> {
    /// The same parameters by other names, where they are given any. A scheme whose tokens have their expiry
    /// inside gets no parameter for it.
    #[must_use]
    pub fn renamed(self, token: Option<&'a [u8]>, expires: Option<&'a [u8]>) -> Self {
        Self {
            token: token.or(self.token),
            expires: self.expires.map(|own| expires.unwrap_or(own)),
        }
    }

    /// Whether token and expiry go by one name, so that neither can be found.
    pub fn clash(&self) -> bool {
        self.token.is_some() && self.token == self.expires
    }

    /// Finds the token in a query string. `None` where it holds none: a token parameter that is
    /// absent or empty is no token, whatever else is there.
    pub fn find<'q>(&self, query: &'q [u8]) -> Option<Fields<'q>> {
        let Some(token_name) = self.token else {
            return bare_token(query).map(|token| Fields {
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
            } else if let Some(value) = self.expires.and_then(|name| value_of(piece, name)) {
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
        Some(Fields {
            token,
            expires,
            duplicate,
        })
    }

    /// The pieces of `query` that are not the token's, in order and as they were sent. `query` may have
    /// become another than the `sent` one, in which the token was found: what has no name is the token
    /// where it is the same.
    pub fn others<'q>(
        &self,
        query: &'q [u8],
        sent: &'q [u8],
    ) -> impl Iterator<Item = &'q [u8]> + Clone + use<'a, 'q> {
        let Self { token, expires } = *self;
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

    /// The pieces of `query` that are the token's, in order and as they were sent.
    pub fn own<'q>(&self, query: &'q [u8]) -> impl Iterator<Item = &'q [u8]> + Clone + use<'a, 'q> {
        let Self { token, expires } = *self;
        let (bare, named) = match token {
            None => (bare_token(query), b"".as_slice()),
            Some(_) => (None, query),
        };
        let is_own = move |piece: &&[u8]| {
            let has_name = |name| value_of(piece, name).is_some();
            token.is_some_and(has_name) || expires.is_some_and(has_name)
        };
        bare.into_iter().chain(pieces(named).filter(is_own))
    }

    /// Writes a token, and its expiry in Unix seconds where that has a parameter of its own.
    pub(crate) fn write(
        &self,
        token: impl fmt::Display,
        expires: Option<u64>,
        out: &mut dyn fmt::Write,
    ) -> fmt::Result {
        if let Some(name) = self.token {
            write!(out, "{}=", utf8(name)?)?;
        }
        write!(out, "{token}")?;
        if let (Some(name), Some(seconds)) = (self.expires, expires) {
            write!(out, "&{}={seconds}", utf8(name)?)?;
        }
        Ok(())
    }
}

fn utf8(name: &[u8]) -> Result<&str, fmt::Error> {
    core::str::from_utf8(name).map_err(|_| fmt::Error)
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

/// The value of `name=value`; of a `name` without `=` the empty value.
fn value_of<'q>(piece: &'q [u8], name: &[u8]) -> Option<&'q [u8]> {
    // Names are a few bytes long: a loop is done before a call to compare them has begun.
    let mut rest = piece;
    for byte in name {
        let (first, behind) = rest.split_first()?;
        if first != byte {
            return None;
        }
        rest = behind;
    }
    match rest.split_first() {
        None => Some(rest),
        Some((b'=', value)) => Some(value),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    const ST_E: Params<'static> = Params {
        token: Some(b"st"),
        expires: Some(b"e"),
    };
    const BARE: Params<'static> = Params {
        token: None,
        expires: None,
    };

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
    fn what_is_the_tokens_is_what_is_not_the_others() {
        let own = |params: Params<'static>, query: &str| -> std::string::String {
            let pieces: std::vec::Vec<_> = params
                .own(query.as_bytes())
                .map(|piece| core::str::from_utf8(piece).unwrap())
                .collect();
            pieces.join("&")
        };
        assert_eq!(own(ST_E, "b=1&e=1&&st=%61==&ST=x"), "e=1&st=%61==");
        assert_eq!(own(ST_E, "b=1&stx=1"), "");
        let token = "0123456789abcdef-_ABCD";
        assert_eq!(own(BARE, &format!("{token}==&b=1")), format!("{token}=="));
        assert_eq!(own(BARE, &format!("{token}&b&{token}")), token);
        assert_eq!(own(BARE, &format!("b=1&{token}")), "");
        assert_eq!(own(BARE, ""), "");
    }

    #[test]
    fn taking_the_token_out_leaves_the_others_as_they_were() {
        let others = |params: Params<'static>, query: &str| -> std::string::String {
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
