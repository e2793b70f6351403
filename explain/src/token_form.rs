//! How digests are written: the right way, and what people write in its place.

use data_encoding::{BASE64URL_NOPAD, Encoding, HEXLOWER, HEXLOWER_PERMISSIVE, Specification};
use token::{Encoding as Spelling, Scheme};

/// The form of a scheme's tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenForm {
    /// Bytes of the digest.
    pub(crate) bytes: usize,
    /// Hexadecimal digits in lower case; otherwise base64url.
    pub(crate) is_hex: bool,
}

impl TokenForm {
    /// The form that a scheme demands. `None` where tokens are no digests.
    pub(crate) fn of(scheme: Scheme) -> Option<Self> {
        let digest = scheme.facts().format()?.digest;
        Some(Self {
            bytes: digest.length(),
            is_hex: digest.encoding == Spelling::Hex,
        })
    }

    /// The digest as it is written right.
    pub(crate) fn write(self, digest: &[u8]) -> String {
        if self.is_hex {
            HEXLOWER.encode(digest)
        } else {
            BASE64URL_NOPAD.encode(digest)
        }
    }

    /// What is wrong with a token that is not of this form.
    pub(crate) fn what_is_wrong(self, token: &[u8]) -> String {
        let length = token.len();
        let right = self.characters();
        let is_hex = token.iter().all(u8::is_ascii_hexdigit);
        let name = match (length, is_hex) {
            (32, true) | (22 | 24, _) => Some((16, "MD5")),
            (40, true) | (27 | 28, _) => Some((20, "SHA-1")),
            (64, true) | (43 | 44, _) => Some((32, "SHA-256")),
            _ => None,
        };
        let digest = match name {
            Some((bytes, name)) if bytes != self.bytes => {
                format!(" That is the length of {name}: take {}.", self.name())
            }
            _ if length < right => " It was cut off, or is something else.".to_owned(),
            _ => String::new(),
        };
        let digits = if self.is_hex {
            "hexadecimal digits"
        } else {
            "of base64url"
        };
        format!("The token has {length} characters, and {right} {digits} are right.{digest}")
    }

    /// The hash function of such digests.
    const fn name(self) -> &'static str {
        match self.bytes {
            16 => "MD5",
            20 => "SHA-1",
            _ => "SHA-256",
        }
    }

    /// How many characters a token has.
    pub(crate) fn characters(self) -> usize {
        self.write(&vec![0; self.bytes]).len()
    }
}

/// Without any `=` at its end.
pub(crate) fn unpadded(text: &[u8]) -> &[u8] {
    let length = text
        .iter()
        .rposition(|&byte| byte != b'=')
        .map_or(0, |last| last.saturating_add(1));
    text.get(..length).unwrap_or_default()
}

/// A text in the alphabet of base64url, whichever it was written in.
pub(crate) fn url_alphabet(text: &[u8]) -> Vec<u8> {
    // A "+" comes out as a blank where somebody decoded a query.
    let url = |byte: &u8| match byte {
        b'+' | b' ' => b'-',
        b'/' => b'_',
        byte => *byte,
    };
    text.iter().map(url).collect()
}

/// Hexadecimal digits in any case.
pub(crate) fn hex(text: &[u8]) -> Option<Vec<u8>> {
    HEXLOWER_PERMISSIVE.decode(text).ok()
}

/// Base64url that does not mind the spare bits of the last character.
pub(crate) fn lenient_base64url() -> Option<Encoding> {
    let mut specification = Specification::new();
    specification
        .symbols
        .push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    specification.check_trailing_bits = false;
    specification.encoding().ok()
}
