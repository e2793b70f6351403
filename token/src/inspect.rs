//! What a token looks like and says, for those who explain links.
//!
//! Nothing here opens a link, and nothing that is found here may be believed: to open one,
//! [`verify`](crate::Scheme::verify) it.

use alloc::vec;
use alloc::vec::Vec;

use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::{Digest as _, Md5};

use crate::cipher::TAG_LENGTH;
use crate::client_ip::Address;
use crate::encoding;
use crate::scheme::ectoken;
use crate::{Anatomy, Extra, Failure, Reason, Request, Rules, Scheme, Secret};

/// Bytes of the seal at the end of what [`decipher`] returns, where nothing was cut off.
pub const SEAL_LENGTH: usize = TAG_LENGTH;

/// The text of a sealed token.
pub struct SealedText {
    /// Its claims, as they stand in it.
    pub claims: Vec<u8>,
    /// What the scheme has to be asked for to open such a token; `None` where it does so anyway.
    pub extra: Option<&'static Extra>,
}

/// Whether a text could be a token of the scheme, or of one of its extras, under some secret.
pub fn is_token(scheme: &dyn Scheme, text: &[u8]) -> bool {
    match scheme.facts().anatomy {
        Anatomy::Digest(_) => encoding::base64url::<16>(text).is_some(),
        Anatomy::Sealed => [false, true]
            .into_iter()
            .any(|is_legacy| ectoken::has_form(text, is_legacy)),
    }
}

/// Opens a sealed token, in whichever version it is. `None` where the secret does not fit, or where tokens are
/// not sealed.
pub fn unseal(scheme: &dyn Scheme, token: &[u8], secret: Secret<'_>) -> Option<SealedText> {
    if scheme.facts().anatomy != Anatomy::Sealed || secret.is_empty() {
        return None;
    }
    let open = |extra: Option<&'static Extra>| {
        let claims = ectoken::unseal(token, secret, extra.is_some())?;
        Some(SealedText { claims, extra })
    };
    let extras = scheme.facts().extras.iter();
    open(None).or_else(|| extras.map(Some).find_map(open))
}

/// What stands in a sealed token behind its nonce, its tag not looked at: of one that was altered or cut off, and
/// gibberish under a wrong secret. `None` where there is nothing, or where tokens are not sealed.
pub fn decipher(scheme: &dyn Scheme, sealed: &[u8], secret: Secret<'_>) -> Option<Vec<u8>> {
    if scheme.facts().anatomy != Anatomy::Sealed || secret.is_empty() {
        return None;
    }
    ectoken::decipher(sealed, secret)
}

/// Whether a request meets what the claims of a sealed token demand, their expiry apart: `None`, or the first reason
/// against it.
///
/// # Errors
/// [`Failure`] where `request` could not answer.
pub fn refusal(
    claims: &[u8],
    request: &dyn Request,
    rules: &Rules<'_>,
) -> Result<Option<Reason>, Failure> {
    ectoken::refusal(claims, request, rules)
}

/// The digest of these pieces, one behind the other; with a key their HMAC.
pub fn digest<'a>(key: Option<&[u8]>, pieces: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    match key.map(Hmac::<Md5>::new_from_slice) {
        Some(Ok(mut hmac)) => {
            pieces.for_each(|piece| hmac.update(piece));
            hmac.finalize().into_bytes().to_vec()
        }
        // A key may have any length.
        Some(Err(_)) => Vec::new(),
        None => {
            let mut md5 = Md5::new();
            pieces.for_each(|piece| md5.update(piece));
            md5.finalize().to_vec()
        }
    }
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
    use crate::{Link, RequestParts};

    fn hex(bytes: &[u8]) -> String {
        bytes
            .iter()
            .map(|byte| std::format!("{byte:02x}"))
            .collect()
    }

    #[test]
    fn a_keyed_digest_is_that_of_the_rfc() {
        // RFC 2202, test cases 2 and 6.
        let text = [b"what do ya want ".as_slice(), b"for nothing?"];
        assert_eq!(
            hex(&digest(Some(b"Jefe"), text.into_iter())),
            "750c783e6ab0b503eaa86e310a5db738"
        );
        let text = [b"Test Using Larger Than Block-Size Key - Hash Key First".as_slice()];
        assert_eq!(
            hex(&digest(Some(&[0xaa; 80]), text.into_iter())),
            "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"
        );
    }

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
                refusal(claims.as_bytes(), &request, &rules),
                Ok(expected),
                "{claims}"
            );
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
