//! How a URI is spelled where it stands.

use crate::text::split_before;

/// How a URI is spelled where it stands: what its bytes mean, and how others are written there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spelling {
    /// A line of its own.
    Line,
    /// Within double quotes of an HLS tag.
    Quoted,
    /// An attribute's value or the text of an element of XML, with entities.
    Xml,
    /// The same, where `$` begins an identifier and `$$` is a dollar.
    Template,
    /// A CDATA section of XML: `&` is itself.
    Cdata,
}

impl Spelling {
    /// The character that `text` begins with, if it is one of ASCII, and the bytes that spell it.
    pub(crate) fn first(self, text: &[u8]) -> Option<(Option<u8>, usize)> {
        let &byte = text.first()?;
        if byte != b'&' || !matches!(self, Spelling::Xml | Spelling::Template) {
            return Some((Some(byte), 1));
        }
        match reference(text) {
            Some((name, len)) => Some((character(name).and_then(|c| u8::try_from(c).ok()), len)),
            None => Some((None, 1)),
        }
    }

    /// How a byte of a token is written here, where it is not written as itself.
    pub(crate) fn escape(self, byte: u8) -> Option<&'static [u8]> {
        Some(match (self, byte) {
            (Spelling::Quoted, b'"') => b"%22",
            (Spelling::Cdata, b'>') => b"%3E",
            (Spelling::Template, b'$') => b"$$",
            (Spelling::Line | Spelling::Quoted | Spelling::Cdata, _) => return None,
            (_, b'&') => b"&amp;",
            (_, b'<') => b"&lt;",
            (_, b'"') => b"&quot;",
            (_, b'\'') => b"&apos;",
            _ => return None,
        })
    }
}

/// The name within `&name;` at the beginning of `text`, and the length of it all.
pub(crate) fn reference(text: &[u8]) -> Option<(&[u8], usize)> {
    let (name, rest) = split_before(text.strip_prefix(b"&")?, |byte| byte == b';');
    rest.first()?;
    Some((name, name.len().saturating_add(2)))
}

/// The character of a reference that XML itself defines.
pub(crate) fn character(name: &[u8]) -> Option<char> {
    Some(match name {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x', digits @ ..] => number(digits, 16)?,
        [b'#', digits @ ..] => number(digits, 10)?,
        _ => return None,
    })
}

fn number(digits: &[u8], radix: u32) -> Option<char> {
    let digits = core::str::from_utf8(digits)
        .ok()
        .filter(|digits| !digits.starts_with('+'))?;
    char::from_u32(u32::from_str_radix(digits, radix).ok()?).filter(|&c| c != '\0')
}
