//! Where a token stood in what a client sent, and what is left without it.

use crate::Carrier;
use crate::encoding::escaped_byte;

/// Where an accepted token stood. Spans are those of the very text that was looked at.
///
/// Of a query they are those of token and time alone. Schemes whose tokens have more parameters say their names:
/// [`Params::more`](crate::Params::more).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// What carried it.
    pub carrier: Carrier,
    /// Position, from 0, of the source that held it; 0 where that was the path.
    pub source: u16,
    /// Token and time, in order; the second is empty where they stand together.
    spans: [Span; 2],
}

/// Bytes of a text from one position up to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The longest text that has spans. No server takes four gigabytes of URL.
    pub(crate) const LONGEST: usize = u32::MAX as usize;

    /// Where `piece`, a part of `text`, stands with so many bytes in front of it. Empty where it is none.
    #[inline]
    pub(crate) fn of(piece: &[u8], text: &[u8], in_front: usize) -> Self {
        if text.len() > Self::LONGEST {
            return Self::default();
        }
        let offset = piece.as_ptr().addr().wrapping_sub(text.as_ptr().addr());
        Self {
            start: offset.wrapping_sub(in_front) as u32,
            end: offset.wrapping_add(piece.len()) as u32,
        }
    }

    fn is_empty(self) -> bool {
        self.start == self.end
    }

    fn before(self, text: &[u8]) -> &[u8] {
        text.get(..self.start as usize).unwrap_or_default()
    }

    fn within(self, text: &[u8]) -> &[u8] {
        let range = self.start as usize..self.end as usize;
        text.get(range).unwrap_or_default()
    }

    fn behind(self, text: &[u8]) -> &[u8] {
        text.get(self.end as usize..).unwrap_or_default()
    }
}

impl Place {
    #[inline]
    pub(crate) fn new(carrier: Carrier, source: u16, one: Span, other: Span) -> Self {
        let in_order = other.is_empty() || one.start < other.start;
        let spans = if in_order { [one, other] } else { [other, one] };
        Self {
            carrier,
            source,
            spans,
        }
    }

    /// The pieces of `text`, in order and as they were sent, that are the token's; of a path the segments with
    /// the slash in front of them.
    pub fn own<'t>(&self, text: &'t [u8]) -> impl Iterator<Item = &'t [u8]> + Clone + use<'t> {
        let own = self.spans.map(|span| span.within(text));
        own.into_iter().filter(|piece| !piece.is_empty())
    }

    /// What is left of a query without the token, as stretches between which ampersands have to stand.
    pub fn others<'t>(&self, text: &'t [u8]) -> impl Iterator<Item = &'t [u8]> + Clone + use<'t> {
        let [first, second] = self.spans;
        let (front, behind) = (first.before(text), first.behind(text));
        let (middle, back) = if second.is_empty() {
            (None, behind)
        } else {
            let length = (second.start as usize).saturating_sub(first.end as usize);
            // Between two neighbours is one ampersand, and nothing to keep.
            let middle = behind.get(1..length.saturating_sub(1));
            (middle.filter(|_| length > 1), second.behind(text))
        };
        let front = front.strip_suffix(b"&");
        [front, middle, back.strip_prefix(b"&")]
            .into_iter()
            .flatten()
    }

    /// What is left of a path without the token's segments: what stands in front of them and stays, and what stands
    /// behind, with its slash.
    pub fn rest<'t>(&self, path: &'t [u8]) -> (&'t [u8], &'t [u8]) {
        let [span, _] = self.spans;
        (span.before(path), span.behind(path))
    }
}

/// What stands behind a beginning that was sent, in a path that was decoded since. `None` where the path begins
/// otherwise, as one that climbed over its beginning does.
///
/// Where the beginning ends with an escaped slash, the slash behind it may have been merged with that one.
pub fn behind_sent<'p>(path: &'p [u8], beginning: &[u8]) -> Option<&'p [u8]> {
    // As a rule nothing of it is escaped, and it stands there as it was sent.
    let escape = memchr::memchr(b'%', beginning).unwrap_or(beginning.len());
    let (plain, mut sent) = beginning.split_at_checked(escape)?;
    let mut last = path.get(escape.saturating_sub(1)..)?;
    let mut path = path.strip_prefix(plain)?;
    while let Some((&first, behind)) = sent.split_first() {
        let escaped = if first == b'%' {
            escaped_byte(behind)
        } else {
            None
        };
        sent = match escaped {
            Some(_) => behind.get(2..).unwrap_or_default(),
            None => behind,
        };
        let (&byte, rest) = path.split_first()?;
        if byte != escaped.unwrap_or(first) {
            return None;
        }
        last = path;
        path = rest;
    }
    [path, last].into_iter().find(|rest| rest.starts_with(b"/"))
}

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use super::*;

    fn others(text: &str, pieces: &[&str]) -> String {
        let span = |piece: Option<&&str>| {
            piece.map_or(Span::default(), |piece| {
                let at = text.find(piece).unwrap();
                Span::of(&text.as_bytes()[at..][..piece.len()], text.as_bytes(), 0)
            })
        };
        let place = Place::new(Carrier::Query, 0, span(pieces.first()), span(pieces.get(1)));
        let own: Vec<_> = place.own(text.as_bytes()).collect();
        assert_eq!(own.len(), pieces.len(), "{text}");
        let left: Vec<_> = place.others(text.as_bytes()).collect();
        String::from_utf8(left.join(&b'&')).unwrap()
    }

    #[test]
    fn a_beginning_is_found_in_a_path_that_was_decoded() {
        for (path, beginning, rest) in [
            ("/t/a", "/t", Some("/a")),
            ("/t=/x&e/a", "/t=%2Fx&e", Some("/a")),
            ("/t=/x&e/a", "/t=%2fx&e", Some("/a")),
            ("/t%zz/a", "/t%zz", Some("/a")),
            ("/t=//a", "/t=%2F", Some("/a")),
            ("/t=/a", "/t=%2F", Some("/a")),
            ("/t=/", "/t=%2F", Some("/")),
            ("/t=/a", "/t=%2Fa", None),
            ("/t=/a/b", "/t=%2F%2F", None),
            ("/t", "/t", None),
            ("/ta", "/t", None),
            ("/t", "/t/a", None),
            ("/t%2F/a", "/t%2F", None),
            ("/t+/a", "/t%20", None),
            ("/t/x", "/t/", Some("/x")),
            ("/a", "", Some("/a")),
            ("a", "", None),
            ("", "/t", None),
        ] {
            let found = behind_sent(path.as_bytes(), beginning.as_bytes());
            assert_eq!(found, rest.map(str::as_bytes), "{path} {beginning}");
        }
    }

    #[test]
    fn what_is_left_of_a_query_keeps_its_order_and_its_empty_pieces() {
        for (text, left) in [
            ("S&E", ""),
            ("E&S", ""),
            ("S&a&E", "a"),
            ("a&S&b&E&c", "a&b&c"),
            ("E&&S", ""),
            ("a&&S&E&&b", "a&&&b"),
            ("&S&E&", "&"),
            ("a&E&&b&S", "a&&b"),
        ] {
            assert_eq!(others(text, &["S", "E"]), left, "{text}");
        }
        for (text, left) in [("S", ""), ("a&S", "a"), ("S&a", "a"), ("a&S&&b", "a&&b")] {
            assert_eq!(others(text, &["S"]), left, "{text}");
        }
    }
}
