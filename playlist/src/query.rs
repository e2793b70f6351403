//! Where a token goes in a URI.

#[cfg(test)]
mod tests;

use crate::Spelling;
use crate::text::{split, split_before};

/// A token as text for a query.
#[derive(Clone, Copy)]
pub struct Token<'a> {
    /// Its parameters, `name=value&…`, or itself if it is bare.
    pub text: &'a [u8],
    /// Whether it has to come first in the query.
    pub first: bool,
    /// Whether a parameter that stands there already is such a token, and has to go.
    pub is_old: &'a dyn Fn(&[u8]) -> bool,
}

impl Default for Token<'_> {
    fn default() -> Self {
        Token {
            text: b"",
            first: false,
            is_old: &|_| false,
        }
    }
}

/// Whether a parameter has one of these names.
#[must_use]
pub fn has_name(parameter: &[u8], names: &[&[u8]]) -> bool {
    let (name, _) = split_before(parameter, |byte| byte == b'=');
    names.contains(&name)
}

/// Writes `uri` with the token in its query: at its end and before a fragment, or first. Every other
/// byte stays but for the token's parameters of old.
///
/// # Errors
///
/// Those of `write`.
pub fn with_token<E>(
    uri: &[u8],
    spelling: Spelling,
    token: &Token<'_>,
    write: &mut dyn FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let (address, fragment) = split(uri, find(uri, spelling, b'#').unwrap_or(uri.len()));
    let (place, query) = split(
        address,
        find(address, spelling, b'?').unwrap_or(address.len()),
    );
    let (mark, query) = split_first(query, spelling).unwrap_or((b"?", b""));
    write(place)?;
    write(mark)?;
    if token.first {
        escaped(token.text, spelling, write)?;
    }
    // Whether a separator has to come before the token.
    let mut open = false;
    let mut kept = token.first;
    let parameters = Parameters {
        rest: (!query.is_empty()).then_some((b"".as_slice(), query)),
        spelling,
    };
    for (separator, parameter) in parameters {
        if (token.is_old)(parameter) {
            // The separator behind what is kept goes with it.
            open |= kept;
            continue;
        }
        if kept && !separator.is_empty() {
            write(separator)?;
        } else if kept {
            escaped(b"&", spelling, write)?;
        }
        write(parameter)?;
        (kept, open) = (true, !parameter.is_empty());
    }
    if !token.first {
        if open {
            escaped(b"&", spelling, write)?;
        }
        escaped(token.text, spelling, write)?;
    }
    write(fragment)
}

/// Writes text that is no part of the manifest yet as it is spelled there.
pub(crate) fn escaped<E>(
    text: &[u8],
    spelling: Spelling,
    write: &mut dyn FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut rest = text;
    loop {
        let (plain, special) = split_before(rest, |byte| spelling.escape(byte).is_some());
        write(plain)?;
        let Some((&byte, behind)) = special.split_first() else {
            return Ok(());
        };
        write(spelling.escape(byte).unwrap_or_default())?;
        rest = behind;
    }
}

/// Where a character stands first.
pub(crate) fn find(text: &[u8], spelling: Spelling, wanted: u8) -> Option<usize> {
    let mut at = 0_usize;
    while let Some((character, len)) = spelling.first(split(text, at).1) {
        if character == Some(wanted) {
            return Some(at);
        }
        at = at.saturating_add(len);
    }
    None
}

/// The first character and what is behind it.
fn split_first(text: &[u8], spelling: Spelling) -> Option<(&[u8], &[u8])> {
    let (_, len) = spelling.first(text)?;
    Some(split(text, len))
}

/// The parameters of a query, each with the separator before it.
struct Parameters<'a> {
    rest: Option<(&'a [u8], &'a [u8])>,
    spelling: Spelling,
}

impl<'a> Iterator for Parameters<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (separator, query) = self.rest?;
        let end = find(query, self.spelling, b'&');
        let (parameter, behind) = split(query, end.unwrap_or(query.len()));
        self.rest = end.and_then(|_| split_first(behind, self.spelling));
        Some((separator, parameter))
    }
}
