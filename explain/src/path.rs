//! Paths as NGINX takes them: decoded once, `.` and `..` resolved, adjacent slashes merged.

use std::fmt::Write as _;

pub use token::inspect::percent_decoded;

/// Unreserved characters and the slash: what never needs an escape in a path.
pub const UNRESERVED: &[u8] = b"/-._~";

/// Why NGINX answers 400 to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPath {
    /// An escape that is none.
    Escape,
    /// A NUL.
    Nul,
    /// It leads above `/`.
    AboveRoot,
}

impl BadPath {
    /// What is wrong, and what to write instead.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Escape => {
                "the path has a \"%\" without two hexadecimal digits behind it, and NGINX answers 400 to \
                 that; write \"%25\" for a percent sign"
            }
            Self::Nul => "the path has \"%00\", and NGINX answers 400 to that; leave it out",
            Self::AboveRoot => {
                "the path leads above \"/\" with \"..\", and NGINX answers 400 to that; leave out what is \
                 too much"
            }
        }
    }
}

/// The path that NGINX serves for the one that was sent. `sent` begins with a slash.
///
/// # Errors
/// Why NGINX answers 400.
pub fn normalised(sent: &[u8], merge_slashes: bool) -> Result<Vec<u8>, BadPath> {
    let decoded = percent_decoded(sent).ok_or(BadPath::Escape)?;
    if decoded.contains(&0) {
        return Err(BadPath::Nul);
    }
    // Decoded slashes and dots are slashes and dots to NGINX.
    let mut segments: Vec<&[u8]> = Vec::new();
    let mut rest = decoded.split(|&byte| byte == b'/').skip(1).peekable();
    while let Some(segment) = rest.next() {
        let is_last = rest.peek().is_none();
        match segment {
            b".." if segments.pop().is_none() => return Err(BadPath::AboveRoot),
            b"." | b".." if is_last => segments.push(b""),
            b"." | b".." => {}
            b"" if merge_slashes && !is_last => {}
            _ => segments.push(segment),
        }
    }
    Ok([b"/".as_slice(), &segments.join(b"/".as_slice())].concat())
}

/// Percent-encodes all bytes but letters, digits and those of `kept`.
pub fn percent_encoded(text: &[u8], kept: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for &byte in text {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// The text with its percent escapes in lower case: `%c3%bc`.
pub(crate) fn lower_escapes(text: &str) -> String {
    let mut lower = String::with_capacity(text.len());
    let mut left = 0u8;
    for character in text.chars() {
        if character == '%' {
            left = 3;
        }
        lower.push(if left > 0 {
            character.to_ascii_lowercase()
        } else {
            character
        });
        left = left.saturating_sub(1);
    }
    lower
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(sent: &str) -> Result<String, BadPath> {
        normalised(sent.as_bytes(), true).map(|path| String::from_utf8_lossy(&path).into_owned())
    }

    #[test]
    fn a_path_is_decoded_and_normalised_once() {
        for (sent, path) in [
            ("/", "/"),
            ("/a", "/a"),
            ("/a%20b+c", "/a b+c"),
            ("/a%2520b", "/a%20b"),
            ("/%C3%BC", "/ü"),
            ("/ü", "/ü"),
            ("//a///b//", "/a/b/"),
            ("/a/./b/.", "/a/b/"),
            ("/a/../b", "/b"),
            ("/a/b/..", "/a/"),
            ("/a/%2e%2E/b", "/b"),
            ("/a%2F..%2fb", "/b"),
            ("/a/.%2e", "/"),
            ("/%2f%2fa", "/a"),
            ("/.a/..b/...", "/.a/..b/..."),
            ("/a%3Fb%23c%25d", "/a?b#c%d"),
            ("/a%0Ab", "/a\nb"),
            ("/..%25", "/..%"),
        ] {
            assert_eq!(served(sent).as_deref(), Ok(path), "{sent}");
        }
    }

    #[test]
    fn what_nginx_refuses_is_refused() {
        for (sent, bad) in [
            ("/a%", BadPath::Escape),
            ("/a%2", BadPath::Escape),
            ("/a%zz", BadPath::Escape),
            ("/a%+1", BadPath::Escape),
            ("/a%00", BadPath::Nul),
            ("/..", BadPath::AboveRoot),
            ("/a/../../b", BadPath::AboveRoot),
            ("//..", BadPath::AboveRoot),
            ("/%2e%2e/", BadPath::AboveRoot),
        ] {
            assert_eq!(served(sent), Err(bad), "{sent}");
        }
    }

    #[test]
    fn slashes_stay_where_they_are_not_merged() {
        for (sent, path) in [
            ("//", "//"),
            ("/a//b//", "/a//b//"),
            ("/a//..", "/a/"),
            ("//..", "/"),
            ("/.//a", "//a"),
        ] {
            let served = normalised(sent.as_bytes(), false).unwrap();
            assert_eq!(served, path.as_bytes(), "{sent}");
        }
    }

    #[test]
    fn what_is_encoded_is_decoded_to_the_same() {
        assert_eq!(percent_encoded(b"/a b%\xff", b"/"), "/a%20b%25%FF");
        assert_eq!(percent_decoded(b"/a%20b%25%FF").unwrap(), b"/a b%\xff");
    }
}
