//! What a token looks like and says, for those who explain links.
//!
//! Nothing here opens a link, and nothing that is found here may be believed: to open one,
//! [`verify`](crate::Scheme::verify) it.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::cipher::TAG_LENGTH;
use crate::client_ip::Address;
use crate::encoding;
use crate::format::LONGEST_KEY;
use crate::text::Text;
use crate::{
    Anatomy, Encoding, Extra, Failure, Format, Place, Reason, Request, Rules, Scheme, Secret,
    TimeSpelling, TokenParts,
};

pub use hash::{Hash, HashUse};

mod hash;

/// Whether a text could be a token of the scheme, or of one of its extras, under some secret: the value of its
/// argument, or its segments of the path.
pub fn is_token(scheme: Scheme, text: &[u8]) -> bool {
    match scheme.facts().anatomy {
        Anatomy::Digest(format) => {
            let parts = format.split(text);
            parts.is_some_and(|parts| is_digest(format, parts.token))
        }
        Anatomy::Sealed => and_extras(scheme).any(|(scheme, _)| scheme.is_sealed_token(text)),
    }
}

/// A scheme, and what it does only where it is asked to.
fn and_extras(scheme: Scheme) -> impl Iterator<Item = (Scheme, Option<&'static Extra>)> {
    let extras = scheme.facts().extras.iter();
    core::iter::once((scheme, None)).chain(extras.map(|extra| (extra.scheme, Some(extra))))
}

/// Whether a text is a digest as the format writes it.
fn is_digest(format: &Format, text: &[u8]) -> bool {
    let mut room = vec![0; format.digest.length()];
    let decoded = match format.digest.encoding {
        Encoding::Base64Url => encoding::base64url(text, &mut room),
        Encoding::Hex => encoding::hex_lower(text, &mut room),
    };
    decoded.is_some()
}

/// Takes apart the text that holds a token. `None` where it has not the parts of the scheme's format.
pub fn split(scheme: Scheme, text: &[u8]) -> Option<TokenParts<'_>> {
    match scheme.facts().anatomy {
        Anatomy::Digest(format) => format.split(text),
        Anatomy::Sealed => Some(TokenParts {
            token: text,
            time: None,
        }),
    }
}

/// Where a path as it was sent has what looks like a token of the scheme, whether or not it opens. `None` where it has
/// none, and of schemes whose tokens stand elsewhere.
pub fn place_in_path(scheme: Scheme, path: &[u8]) -> Option<Place> {
    scheme.place_in_path(path)
}

/// Reads a time, as Unix seconds. `None` for what is not of its spelling.
pub fn read_time(spelling: TimeSpelling, text: &[u8]) -> Option<u64> {
    spelling.read(text)
}

/// Writes Unix seconds. `None` where they cannot be written so.
pub fn write_time(spelling: TimeSpelling, seconds: u64) -> Option<String> {
    let mut text = Text::new();
    spelling.write(seconds, &mut text).ok()?;
    Some(text.as_str().into())
}

/// The bytes of a secret as the scheme uses them. `None` for a secret that it cannot use.
pub fn secret_bytes(scheme: Scheme, text: &[u8]) -> Option<Vec<u8>> {
    let mut room = [0; LONGEST_KEY];
    let key = scheme.facts().secret().key(text, &mut room);
    key.ok().map(<[u8]>::to_vec)
}

/// Bytes of the seal at the end of what [`decipher`] returns, where nothing was cut off.
pub const SEAL_LENGTH: usize = TAG_LENGTH;

/// The text of a sealed token.
pub struct SealedText {
    /// Its claims, as they stand in it.
    pub claims: Vec<u8>,
    /// What the scheme has to be asked for to open such a token; `None` where it does so anyway.
    pub extra: Option<&'static Extra>,
}

/// Opens a sealed token, in whichever version it is. `None` where the secret does not fit, or where tokens are
/// not sealed.
pub fn unseal(scheme: Scheme, token: &[u8], secret: Secret<'_>) -> Option<SealedText> {
    if secret.is_empty() {
        return None;
    }
    and_extras(scheme).find_map(|(scheme, extra)| {
        let claims = scheme.unseal(token, secret)?;
        Some(SealedText { claims, extra })
    })
}

/// What stands in a sealed token behind its nonce, its tag not looked at: of one that was altered or cut off, and
/// gibberish under a wrong secret. `None` where there is nothing, or where tokens are not sealed.
pub fn decipher(scheme: Scheme, sealed: &[u8], secret: Secret<'_>) -> Option<Vec<u8>> {
    if secret.is_empty() {
        return None;
    }
    scheme.decipher(sealed, secret)
}

/// Whether a request meets what the claims of a sealed token demand, their expiry apart: `None`, or the first reason
/// against it.
///
/// # Errors
/// [`Failure`] where `request` could not answer.
pub fn refusal(
    scheme: Scheme,
    claims: &[u8],
    request: &impl Request,
    rules: &Rules,
) -> Result<Option<Reason>, Failure> {
    scheme.refusal(claims, request, rules)
}

/// A client's address in the spelling that is hashed. `None` for a text that cannot be one.
pub fn address(text: &[u8]) -> Option<Vec<u8>> {
    Address::new(text).map(|address| address.text().to_vec())
}

/// Undoes percent-encoding once. `None` for an escape that is none.
pub fn percent_decoded(text: &[u8]) -> Option<Vec<u8>> {
    let mut buffer = vec![0; text.len()];
    encoding::percent_decode(text, &mut buffer).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use std::string::String;

    use super::*;
    use crate::scheme::by_name;
    use crate::{Carrier, SecretSpelling};
    use crate::{Link, RequestParts, SCHEMES};

    /// A token of ectoken for `/a`.
    fn sealed(secret: Secret<'_>) -> String {
        let scheme = by_name(b"ectoken").unwrap();
        let link = Link {
            path: b"/a",
            ..Link::default()
        };
        let mut token = String::new();
        let random = &mut |bytes: &mut [u8]| -> Result<(), Failure> {
            bytes.fill(7);
            Ok(())
        };
        scheme
            .sign(&link, &Rules::of(scheme), secret, random, &mut token)
            .unwrap();
        token
    }

    #[test]
    fn a_sealed_token_is_read_with_its_secret_alone() {
        let scheme = by_name(b"ectoken").unwrap();
        let (secret, other) = (Secret::new(b"one"), Secret::new(b"other"));
        let token = sealed(secret);
        assert!(is_token(scheme, token.as_bytes()));
        let opened = unseal(scheme, token.as_bytes(), secret).unwrap();
        assert_eq!(opened.claims, b"ec_url_allow=/a");
        assert!(opened.extra.is_none());
        assert!(unseal(scheme, token.as_bytes(), other).is_none());
        assert!(unseal(scheme, token.as_bytes(), Secret::new(b"")).is_none());
    }

    #[test]
    fn what_a_broken_token_says_can_be_read_and_opens_nothing() {
        let scheme = by_name(b"ectoken").unwrap();
        let secret = Secret::new(b"one");
        let mut bytes = [0; 64];
        let token = sealed(secret);
        let length = encoding::base64url_any(token.as_bytes(), &mut bytes).unwrap();
        let cut = bytes.get(..length - 20).unwrap();
        assert_eq!(decipher(scheme, cut, secret).unwrap(), b"ec_url_allo");
        assert_ne!(
            decipher(scheme, cut, Secret::new(b"two")).unwrap(),
            b"ec_url_allo"
        );
        assert!(decipher(by_name(b"azion").unwrap(), cut, secret).is_none());
        let cut = token.get(..token.len() - 27).unwrap();
        assert!(unseal(scheme, cut.as_bytes(), secret).is_none());
    }

    #[test]
    fn a_claim_is_held_against_a_request_by_itself() {
        let scheme = by_name(b"ectoken").unwrap();
        let rules = Rules::of(scheme);
        let request = RequestParts {
            path: b"/a/b",
            country: Some(b"DE"),
            ..RequestParts::default()
        };
        for (claims, expected) in [
            ("ec_url_allow=/a/", None),
            ("ec_url_allow=/b/", Some(Reason::Url)),
            ("ec_country_deny=DE", Some(Reason::Country)),
            ("ec_country_allow=Germany", Some(Reason::Malformed)),
            ("ec_expire=1", None),
            ("ec_other=1", Some(Reason::UnsupportedClaim)),
        ] {
            assert_eq!(
                refusal(scheme, claims.as_bytes(), &request, &rules),
                Ok(expected),
                "{claims}"
            );
        }
    }

    #[test]
    fn the_fields_of_a_link_are_those_that_were_signed() {
        for scheme in SCHEMES {
            let Some(format) = scheme.facts().format() else {
                continue;
            };
            let secret = match format.secret {
                SecretSpelling::Text => b"a secret".as_slice(),
                SecretSpelling::Base64 => b"YSBzZWNyZXQ=",
            };
            assert_eq!(secret_bytes(*scheme, secret).unwrap(), b"a secret");
            let link = Link {
                path: b"/a/b",
                target: b"/a/b",
                expires: Some(1_893_456_000),
                ..Link::default()
            };
            let (rules, mut text) = (Rules::of(*scheme), String::new());
            let mut signed = None;
            let none = &mut |_: &mut [u8]| Err(Failure);
            scheme
                .sign_fields(&link, &rules, Secret::new(secret), none, &mut |fields| {
                    let time = fields.time.map(String::from);
                    signed = Some((std::format!("{}", fields.token), time));
                    fields.write(*scheme, &rules.params, &mut text)
                })
                .unwrap();
            let (token, time) = signed.unwrap();
            let time = time.unwrap();
            let path = std::format!("{text}/a/b");
            let text = match scheme.facts().carrier {
                Carrier::Path => {
                    let place = place_in_path(*scheme, path.as_bytes()).unwrap();
                    assert_eq!(place.rest(path.as_bytes()), b"/a/b", "{path}");
                    text.strip_prefix('/').unwrap().as_bytes()
                }
                _ => rules.params.find(text.as_bytes()).unwrap().token,
            };
            assert!(is_token(*scheme, text), "{}", scheme.name());
            let parts = split(*scheme, text).unwrap();
            assert_eq!(parts.token, token.as_bytes(), "{}", scheme.name());
            assert_eq!(parts.time.is_some(), format.has_time_inside());
            assert!(parts.time.is_none_or(|part| part == time.as_bytes()));
            let seconds = read_time(format.time.spelling, time.as_bytes()).unwrap();
            assert_eq!(write_time(format.time.spelling, seconds).unwrap(), time);
        }
    }

    #[test]
    fn a_digest_is_a_token_in_its_one_spelling() {
        let azion = by_name(b"azion").unwrap();
        assert!(is_token(azion, b"AAAAAAAAAAAAAAAAAAAAAA"));
        for text in [
            "",
            "AAAAAAAAAAAAAAAAAAAAA",
            "AAAAAAAAAAAAAAAAAAAAAB",
            "++++AAAAAAAAAAAAAAAAAA",
        ] {
            assert!(!is_token(azion, text.as_bytes()), "{text}");
        }
    }
}
