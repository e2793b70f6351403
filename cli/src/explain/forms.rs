//! Tokens as signers write them: 16 bytes of a digest, in base64url or in what they took for it.

use data_encoding::{BASE64URL_NOPAD, Encoding, Specification};

use super::digest::Digest;
use crate::path::percent_decoded;

/// The bytes that a token may stand for, and what is wrong with how it is written.
struct Form {
    digest: Digest,
    mistake: Option<&'static str>,
}

/// A token as it stands in a link, in every reading.
pub(super) struct Given {
    text: String,
    forms: Vec<Form>,
}

/// What a digest has to do with a token.
pub(super) enum Fit {
    /// It is the token.
    Exact,
    /// It was meant to be.
    Mistaken(String),
}

const TWICE: &str = "The token is percent-encoded twice: encode the link once.";
const STANDARD: &str = "The token is in the standard base64 alphabet, with \"+\" and \"/\": write \"-\" and \"_\" in \
                        their place (base64url).";
const PADDING: &str = "The token has the wrong number of \"=\" at its end: write none.";
const SPARE: &str = "The last character of the token is another than an encoder writes: it was altered, or an encoder is \
                     broken.";
const HEX: &str = "The token is in hexadecimal digits: encode the 16 bytes of the digest as base64url, 22 characters.";
const HEX_IN_BASE64: &str =
    "The token is the base64 of the digest's hexadecimal digits: encode its 16 bytes.";

impl Given {
    /// `token`: percent-decoded once.
    pub(super) fn new(token: &[u8]) -> Self {
        let mut forms = readings(token, None);
        if let Some(again) = percent_decoded(token).filter(|again| again != token) {
            forms.extend(readings(&again, Some(TWICE)));
        }
        Self {
            text: String::from_utf8_lossy(token).into_owned(),
            forms,
        }
    }

    /// Whether the token can be read at all.
    pub(super) const fn is_readable(&self) -> bool {
        !self.forms.is_empty()
    }

    /// What is wrong with how the token is written, where it can be read.
    pub(super) fn mistake(&self) -> Option<&'static str> {
        self.forms.first().and_then(|form| form.mistake)
    }

    /// `None` where the digest has nothing to do with the token.
    pub(super) fn fit(&self, digest: Digest) -> Option<Fit> {
        if let Some(form) = self.forms.iter().find(|form| form.digest == digest) {
            return Some(match form.mistake {
                None => Fit::Exact,
                Some(mistake) => Fit::Mistaken(mistake.to_owned()),
            });
        }
        let right = BASE64URL_NOPAD.encode(&digest);
        let mistake = if self.text.eq_ignore_ascii_case(&right) {
            "The token lost the case of its letters: it must be kept."
        } else if self.text.len() >= 8 && right.starts_with(&self.text) {
            "The token was cut off at its end."
        } else if self.text.starts_with(&right) {
            "Something was appended to the token."
        } else {
            return None;
        };
        Some(Fit::Mistaken(mistake.to_owned()))
    }
}

fn readings(token: &[u8], mistake: Option<&'static str>) -> Vec<Form> {
    let mut forms = Vec::new();
    let mut add = |bytes: Option<Vec<u8>>, own: Option<&'static str>| {
        if let Some(digest) = bytes.and_then(|bytes| bytes.try_into().ok()) {
            let mistake = mistake.or(own);
            forms.push(Form { digest, mistake });
        }
    };
    let bare = unpadded(token.trim_ascii_end());
    let is_padded_right =
        token.len() == bare.len() || token.len() == bare.len().next_multiple_of(4);
    let padding = (!is_padded_right).then_some(PADDING);

    let strict = BASE64URL_NOPAD.decode(bare).ok();
    let is_strict = strict.is_some();
    add(strict, padding);
    let url: Vec<u8> = bare.iter().copied().map(url_character).collect();
    let is_standard = url != bare;
    let lenient = lenient().and_then(|encoding| encoding.decode(&url).ok());
    let hex_inside = lenient.as_deref().and_then(hex);
    if !is_strict {
        add(lenient, Some(if is_standard { STANDARD } else { SPARE }));
    }
    add(hex_inside, Some(HEX_IN_BASE64));
    add(hex(token), Some(HEX));
    forms
}

/// Without any `=` at its end.
pub(super) fn unpadded(text: &[u8]) -> &[u8] {
    let length = text
        .iter()
        .rposition(|&byte| byte != b'=')
        .map_or(0, |last| last.saturating_add(1));
    text.get(..length).unwrap_or_default()
}

/// `+` comes out as a blank where somebody decoded a query.
const fn url_character(byte: u8) -> u8 {
    match byte {
        b'+' | b' ' => b'-',
        b'/' => b'_',
        byte => byte,
    }
}

fn hex(text: &[u8]) -> Option<Vec<u8>> {
    data_encoding::HEXLOWER_PERMISSIVE.decode(text).ok()
}

/// Base64url that does not mind the spare bits of the last character.
fn lenient() -> Option<Encoding> {
    let mut specification = Specification::new();
    specification
        .symbols
        .push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    specification.check_trailing_bits = false;
    specification.encoding().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_however_it_is_written() {
        let digest: Digest = *b"\xfb\xef\xbe\xff\xff\xff\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09";
        for (token, expected) in [
            ("----____AAECAwQFBgcICQ", None),
            ("----____AAECAwQFBgcICQ==", None),
            ("----____AAECAwQFBgcICQ=", Some(PADDING)),
            ("++++////AAECAwQFBgcICQ==", Some(STANDARD)),
            ("    ////AAECAwQFBgcICQ", Some(STANDARD)),
            ("----____AAECAwQFBgcICR", Some(SPARE)),
            ("fbefbeffffff00010203040506070809", Some(HEX)),
            ("FBEFBEFFFFFF00010203040506070809", Some(HEX)),
            (
                "ZmJlZmJlZmZmZmZmMDAwMTAyMDMwNDA1MDYwNzA4MDk",
                Some(HEX_IN_BASE64),
            ),
            (
                "ZmJlZmJlZmZmZmZmMDAwMTAyMDMwNDA1MDYwNzA4MDk=",
                Some(HEX_IN_BASE64),
            ),
            ("----____AAECAwQFBgcICQ%3D%3D", Some(TWICE)),
        ] {
            let given = Given::new(token.as_bytes());
            match (given.fit(digest), expected) {
                (Some(Fit::Exact), None) => {}
                (Some(Fit::Mistaken(said)), Some(expected)) => {
                    assert_eq!(said, expected, "{token}")
                }
                _ => panic!("{token}"),
            }
        }
        for token in [
            "----____aaecawqfbgcicq",
            "----____AAECAw",
            "----____AAECAwQFBgcICQ...",
        ] {
            assert!(
                matches!(
                    Given::new(token.as_bytes()).fit(digest),
                    Some(Fit::Mistaken(_))
                ),
                "{token}"
            );
        }
        for token in ["", "-----", "AAAAAAAAAAAAAAAAAAAAAA", "?"] {
            assert!(
                Given::new(token.as_bytes()).fit(digest).is_none(),
                "{token}"
            );
        }
    }
}
