//! The parts of a URI that decide where it leads.

use crate::Left;
use crate::text::split_before;

/// A URI of http or https, or a relative one. Its query and fragment decide nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reference<'a> {
    /// Whether it says https; `None` if it says nothing.
    pub(crate) secure: Option<bool>,
    /// Host and port.
    pub(crate) authority: Option<&'a [u8]>,
    /// As it stands; it may be empty.
    pub(crate) path: &'a [u8],
}

impl<'a> Reference<'a> {
    /// Takes a URI apart, without blanks around it.
    pub(crate) fn of(uri: &'a [u8]) -> Result<Self, Left> {
        let (address, _) = split_before(uri, |byte| byte == b'#');
        // Of an entity or a variable: those that stand there were trimmed.
        if uri.starts_with(b" ") || uri.ends_with(b" ") || has_blank(address) {
            return Err(Left::Blank);
        }
        let (place, rest) = split_before(uri, |byte| matches!(byte, b'?' | b'#'));
        let (secure, place) = match scheme(place) {
            None => (None, place),
            Some((name, rest)) if name.eq_ignore_ascii_case(b"http") => (Some(false), rest),
            Some((name, rest)) if name.eq_ignore_ascii_case(b"https") => (Some(true), rest),
            Some(_) => return Err(Left::Scheme),
        };
        if place
            .iter()
            .any(|&byte| byte == b'\\' || byte.is_ascii_control())
        {
            return Err(Left::Byte);
        }
        let Some(place) = place.strip_prefix(b"//") else {
            if secure.is_some() {
                return Err(Left::NoHost);
            }
            if place.is_empty() && !rest.starts_with(b"?") {
                return Err(Left::SameDocument);
            }
            return Ok(Reference {
                secure,
                authority: None,
                path: place,
            });
        };
        let (authority, path) = split_before(place, |byte| byte == b'/');
        if authority.is_empty() {
            return Err(Left::NoHost);
        }
        if authority.contains(&b'@') {
            return Err(Left::UserInfo);
        }
        let path = if path.is_empty() { b"/" } else { path };
        Ok(Reference {
            secure,
            authority: Some(authority),
            path,
        })
    }
}

/// The scheme and what is behind its colon.
fn scheme(place: &[u8]) -> Option<(&[u8], &[u8])> {
    let (name, rest) = split_before(place, |byte| {
        !byte.is_ascii_alphanumeric() && !matches!(byte, b'+' | b'-' | b'.')
    });
    let rest = rest.strip_prefix(b":")?;
    name.first()?.is_ascii_alphabetic().then_some((name, rest))
}

/// Whether there is a blank of Unicode, or a control byte behind the path, where some players take the URI for another
/// one, or for two: the token at its end would go elsewhere.
fn has_blank(address: &[u8]) -> bool {
    let (_, query) = split_before(address, |byte| byte == b'?');
    let is_blank = |c: char| (c.is_whitespace() && !c.is_ascii()) || c == '\u{feff}';
    query.iter().any(u8::is_ascii_control)
        || (!address.is_ascii()
            && address
                .utf8_chunks()
                .any(|chunk| chunk.valid().contains(is_blank)))
}

/// The path of a URL, without query and fragment.
pub(crate) fn without_query(url: &[u8]) -> &[u8] {
    split_before(url, |byte| matches!(byte, b'?' | b'#')).0
}
