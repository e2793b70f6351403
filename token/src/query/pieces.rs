//! The pieces of a query string, between its ampersands.

use crate::Name;
use crate::text::split;

/// What stands between the ampersands.
pub(crate) fn pieces(query: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    split(query, b'&')
}

/// What stands behind the first piece, from the ampersand on.
#[inline]
pub(super) fn behind_piece(text: &[u8]) -> &[u8] {
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
pub(crate) fn value_of<'q>(piece: &'q [u8], name: &Name) -> Option<&'q [u8]> {
    match name.strip(piece)?.split_first() {
        None => Some(b""),
        Some((b'=', value)) => Some(value),
        Some(_) => None,
    }
}

/// Without the padding of base64.
pub(crate) fn unpadded(mut token: &[u8]) -> &[u8] {
    while let [rest @ .., b'='] = token {
        token = rest;
    }
    token
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
