//! How digests are written: the right way, and what people write in its place.

use data_encoding::{
    BASE64_NOPAD, BASE64URL_NOPAD, Encoding, HEXLOWER, HEXLOWER_PERMISSIVE, Specification,
};
use token::{Digest, Encoding as Spelling, Scheme};

use crate::digest;

/// A token that was cut off shows at least as many characters.
pub(crate) const BEGINNING: usize = 8;

/// The form of a scheme's tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenForm {
    /// Bytes of the digest.
    pub(crate) bytes: usize,
    /// The hash function's name.
    pub(crate) name: &'static str,
    /// How the digest is written.
    pub(crate) spelling: Spelling,
}

impl TokenForm {
    /// The form that a scheme demands. `None` where tokens are no digests.
    pub(crate) fn of(scheme: &Scheme) -> Option<Self> {
        let format = scheme.facts().format()?;
        Some(Self::of_digest(format.digest))
    }

    pub(crate) const fn of_digest(digest: Digest) -> Self {
        Self {
            bytes: digest.length(),
            name: digest::name(digest.hash),
            spelling: digest.encoding,
        }
    }

    /// Whether the digest is written in hexadecimal digits.
    pub(crate) const fn is_hex(self) -> bool {
        matches!(self.spelling, Spelling::Hex)
    }

    /// Whether two tokens are the same, whichever alphabet and padding they have.
    pub(crate) fn is_same(one: &str, other: &str) -> bool {
        let bare = |token: &str| url_alphabet(unpadded(token.as_bytes()));
        one == other || bare(one) == bare(other)
    }

    /// The digest as it is written right.
    pub(crate) fn write(self, digest: &[u8]) -> String {
        match self.spelling {
            Spelling::Hex => HEXLOWER.encode(digest),
            Spelling::Base64Url => BASE64URL_NOPAD.encode(digest),
            Spelling::Base64 => BASE64_NOPAD.encode(digest),
        }
    }

    /// The first characters of the digest as it is written right.
    pub(crate) fn beginning(self, digest: &[u8]) -> [u8; BEGINNING] {
        let mut text = [0; BEGINNING];
        // As many bytes as fill it.
        let length = match self.spelling {
            Spelling::Hex => 4,
            Spelling::Base64Url | Spelling::Base64 => 6,
        };
        let Some(bytes) = digest.get(..length) else {
            return text;
        };
        match self.spelling {
            Spelling::Hex => HEXLOWER.encode_mut(bytes, &mut text),
            Spelling::Base64Url => BASE64URL_NOPAD.encode_mut(bytes, &mut text),
            Spelling::Base64 => BASE64_NOPAD.encode_mut(bytes, &mut text),
        }
        text
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
            (96, true) => Some((48, "SHA-384")),
            (128, true) | (86 | 88, _) => Some((64, "SHA-512")),
            _ => None,
        };
        let digest = match name {
            Some((bytes, name)) if bytes != self.bytes => {
                format!(" That is the length of {name}: take {}.", self.name)
            }
            _ if length < right => " It was cut off, or is something else.".to_owned(),
            _ => String::new(),
        };
        let digits = match self.spelling {
            Spelling::Hex => "hexadecimal digits",
            Spelling::Base64Url => "of base64url",
            Spelling::Base64 => "of base64",
        };
        format!("The token has {length} characters, and {right} {digits} are right.{digest}")
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
