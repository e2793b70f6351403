//! A token as a signer wrote it: a digest, in the right form or in what was taken for it.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};

use token::Encoding as Spelling;

use crate::mistake::{LinkPart, Mistake, UsualMistake};
use crate::path::percent_decoded;
use crate::token_form::{BEGINNING, TokenForm, hex, lenient_base64url, unpadded, url_alphabet};

/// The bytes that a token may stand for, and what is wrong with how it is written.
struct Reading {
    digest: Vec<u8>,
    mistake: Option<&'static UsualMistake>,
}

/// A token as it stands in a link, in every reading.
pub(crate) struct TokenText {
    text: String,
    form: TokenForm,
    readings: Vec<Reading>,
}

/// What a digest has to do with a token.
pub(crate) enum Fit {
    /// It is the token.
    Exact,
    /// It was meant to be.
    Mistaken(Mistake),
}

const fn usual(id: &'static str, sentence: &'static str) -> UsualMistake {
    UsualMistake {
        id,
        part: LinkPart::Token,
        sentence,
    }
}

pub(crate) static TWICE: UsualMistake = usual(
    "token-encoded-twice",
    "The token is percent-encoded twice: encode the link once.",
);
pub(crate) static STANDARD: UsualMistake = usual(
    "token-standard-base64",
    "The token is in the standard base64 alphabet, with \"+\" and \"/\": write \"-\" and \"_\" in their place (base64url).",
);
pub(crate) static PADDING: UsualMistake = usual(
    "token-padding",
    "The token has the wrong number of \"=\" at its end: write none.",
);
static SPARE: UsualMistake = usual(
    "token-last-character",
    "The last character of the token is another than an encoder writes: it was altered, or an encoder is broken.",
);
static HEX: UsualMistake = usual(
    "token-hex",
    "The token is in hexadecimal digits: encode the {bytes} bytes of the digest as base64url, {characters} characters.",
);
static HEX_IN_BASE64: UsualMistake = usual(
    "token-hex-in-base64",
    "The token is the base64 of the digest's hexadecimal digits: encode its {bytes} bytes.",
);
static NOT_HEX: UsualMistake = usual(
    "token-not-hex",
    "The token is in base64: write the {bytes} bytes of the digest as hexadecimal digits, {characters} characters.",
);
static UPPER_CASE: UsualMistake = usual(
    "token-upper-case",
    "The token's hexadecimal digits are in upper case: write them in lower case.",
);
static CASE: UsualMistake = usual(
    "token-case",
    "The token lost the case of its letters: it must be kept.",
);
static CUT_OFF: UsualMistake = usual("token-cut-off", "The token was cut off at its end.");
static APPENDED: UsualMistake = usual("token-appended", "Something was appended to the token.");

/// The usual mistakes with how a token is written.
pub(crate) fn usual_mistakes() -> impl Iterator<Item = &'static UsualMistake> {
    [
        &TWICE,
        &STANDARD,
        &PADDING,
        &SPARE,
        &HEX,
        &HEX_IN_BASE64,
        &NOT_HEX,
        &UPPER_CASE,
        &CASE,
        &CUT_OFF,
        &APPENDED,
    ]
    .into_iter()
}

impl TokenText {
    /// `token`: percent-decoded once.
    pub(crate) fn new(token: &[u8], form: TokenForm) -> Self {
        let read = if form.is_hex() { read_hex } else { read_base64 };
        let is_digest = |reading: &Reading| reading.digest.len() == form.bytes;
        let mut readings = read(token);
        if let Some(again) = percent_decoded(token).filter(|again| again != token) {
            readings.extend(read(&again).into_iter().map(|reading| Reading {
                mistake: Some(&TWICE),
                ..reading
            }));
        }
        readings.retain(is_digest);
        if form.spelling == Spelling::Base64 {
            // Either alphabet is right there.
            for reading in &mut readings {
                reading.mistake = reading.mistake.filter(|mistake| mistake.id != STANDARD.id);
            }
        }
        Self {
            text: String::from_utf8_lossy(token).into_owned(),
            form,
            readings,
        }
    }

    /// Whether the token can be read at all.
    pub(crate) const fn is_readable(&self) -> bool {
        !self.readings.is_empty()
    }

    /// What is wrong with how the token is written, where it can be read.
    pub(crate) fn mistake(&self) -> Option<Mistake> {
        let mistake = self.readings.first()?.mistake?;
        Some(self.made(mistake))
    }

    /// `None` where the digest has nothing to do with the token.
    pub(crate) fn fit(&self, digest: &[u8]) -> Option<Fit> {
        let mut readings = self.readings.iter();
        if let Some(reading) = readings.find(|reading| reading.digest == digest) {
            return Some(match reading.mistake {
                None => Fit::Exact,
                Some(mistake) => Fit::Mistaken(self.made(mistake)),
            });
        }
        // Most digests are of something else, which their beginning shows.
        let begins_alike = self.text.get(..BEGINNING).is_some_and(|beginning| {
            self.form
                .beginning(digest)
                .eq_ignore_ascii_case(beginning.as_bytes())
        });
        if !begins_alike {
            return None;
        }
        let right = self.form.write(digest);
        let mistake = if self.text.eq_ignore_ascii_case(&right) {
            &CASE
        } else if right.starts_with(&self.text) {
            &CUT_OFF
        } else if self.text.starts_with(&right) {
            &APPENDED
        } else {
            return None;
        };
        Some(Fit::Mistaken(self.made(mistake)))
    }

    fn made(&self, mistake: &'static UsualMistake) -> Mistake {
        let (bytes, characters) = (self.form.bytes, self.form.characters());
        mistake.made(&[
            ("bytes", &bytes.to_string()),
            ("characters", &characters.to_string()),
        ])
    }
}

/// As base64url was meant.
fn read_base64(token: &[u8]) -> Vec<Reading> {
    let mut readings = Vec::new();
    let mut add = |digest: Option<Vec<u8>>, mistake: Option<&'static UsualMistake>| {
        readings.extend(digest.map(|digest| Reading { digest, mistake }));
    };
    let bare = unpadded(token.trim_ascii_end());
    let is_padded_right =
        token.len() == bare.len() || token.len() == bare.len().next_multiple_of(4);
    let padding = (!is_padded_right).then_some(&PADDING);

    let strict = BASE64URL_NOPAD.decode(bare).ok();
    let is_strict = strict.is_some();
    add(strict, padding);
    let url = url_alphabet(bare);
    let is_standard = url != bare;
    let lenient = lenient_base64url().and_then(|encoding| encoding.decode(&url).ok());
    let hex_inside = lenient.as_deref().and_then(hex);
    if !is_strict {
        add(lenient, Some(if is_standard { &STANDARD } else { &SPARE }));
    }
    add(hex_inside, Some(&HEX_IN_BASE64));
    add(hex(token), Some(&HEX));
    readings
}

/// As hexadecimal digits were meant.
fn read_hex(token: &[u8]) -> Vec<Reading> {
    let mut readings = Vec::new();
    let mut add = |digest: Option<Vec<u8>>, mistake: Option<&'static UsualMistake>| {
        readings.extend(digest.map(|digest| Reading { digest, mistake }));
    };
    let strict = HEXLOWER.decode(token).ok();
    let is_strict = strict.is_some();
    add(strict, None);
    if !is_strict {
        add(hex(token), Some(&UPPER_CASE));
    }
    let url = url_alphabet(unpadded(token.trim_ascii_end()));
    let inside = lenient_base64url().and_then(|encoding| encoding.decode(&url).ok());
    add(inside.as_deref().and_then(hex), Some(&HEX_IN_BASE64));
    add(inside, Some(&NOT_HEX));
    readings
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE64URL: TokenForm = TokenForm {
        bytes: 16,
        name: "MD5",
        spelling: Spelling::Base64Url,
    };

    #[test]
    fn a_token_is_read_however_it_is_written() {
        let digest = b"\xfb\xef\xbe\xff\xff\xff\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09";
        for (token, expected) in [
            ("----____AAECAwQFBgcICQ", None),
            ("----____AAECAwQFBgcICQ==", None),
            ("----____AAECAwQFBgcICQ=", Some(&PADDING)),
            ("++++////AAECAwQFBgcICQ==", Some(&STANDARD)),
            ("    ////AAECAwQFBgcICQ", Some(&STANDARD)),
            ("----____AAECAwQFBgcICR", Some(&SPARE)),
            ("fbefbeffffff00010203040506070809", Some(&HEX)),
            ("FBEFBEFFFFFF00010203040506070809", Some(&HEX)),
            (
                "ZmJlZmJlZmZmZmZmMDAwMTAyMDMwNDA1MDYwNzA4MDk",
                Some(&HEX_IN_BASE64),
            ),
            (
                "ZmJlZmJlZmZmZmZmMDAwMTAyMDMwNDA1MDYwNzA4MDk=",
                Some(&HEX_IN_BASE64),
            ),
            ("----____AAECAwQFBgcICQ%3D%3D", Some(&TWICE)),
        ] {
            let text = TokenText::new(token.as_bytes(), BASE64URL);
            match (text.fit(digest), expected) {
                (Some(Fit::Exact), None) => {}
                (Some(Fit::Mistaken(mistake)), Some(expected)) => {
                    let usual: &UsualMistake = expected;
                    assert_eq!(mistake.usual.unwrap().id, usual.id, "{token}");
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
                    TokenText::new(token.as_bytes(), BASE64URL).fit(digest),
                    Some(Fit::Mistaken(_))
                ),
                "{token}"
            );
        }
        for token in ["", "-----", "AAAAAAAAAAAAAAAAAAAAAA", "?"] {
            assert!(
                TokenText::new(token.as_bytes(), BASE64URL)
                    .fit(digest)
                    .is_none(),
                "{token}"
            );
        }
    }

    #[test]
    fn hexadecimal_digits_are_read_however_they_are_written() {
        let form = TokenForm {
            bytes: 20,
            name: "SHA-1",
            spelling: Spelling::Hex,
        };
        let digest: Vec<u8> = (236..=255).collect();
        let right = form.write(&digest);
        assert_eq!(right.len(), form.characters());
        let base64 = data_encoding::BASE64.encode(&digest);
        for (token, expected) in [
            (right.clone(), None),
            (right.to_ascii_uppercase(), Some("token-upper-case")),
            (base64.clone(), Some("token-not-hex")),
            (BASE64URL_NOPAD.encode(&digest), Some("token-not-hex")),
            (
                data_encoding::BASE64.encode(right.as_bytes()),
                Some("token-hex-in-base64"),
            ),
            (format!("{right}x"), Some("token-appended")),
            (right[..30].to_owned(), Some("token-cut-off")),
        ] {
            let id = match TokenText::new(token.as_bytes(), form).fit(&digest) {
                Some(Fit::Exact) => None,
                Some(Fit::Mistaken(mistake)) => Some(mistake.usual.unwrap().id),
                None => Some("nothing"),
            };
            assert_eq!(id, expected, "{token}");
        }
    }
}
