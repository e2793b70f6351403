//! What a token looks like and says, for those who explain links.
//!
//! Nothing here opens a link, and nothing that is found here may be believed: to open one,
//! [`verify`](crate::Scheme::verify) it.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::cipher::TAG_LENGTH;
use crate::client_ip::Address;
use crate::directories;
use crate::encoding;
use crate::format::LONGEST_KEY;
use crate::text::Text;
use crate::{
    Anatomy, Encoding, Extra, Failure, Format, Place, Reason, Request, Rules, Scheme, Secret,
    TimeSpelling, TokenParts,
};

pub use hash::HashUse;

mod hash;
#[cfg(test)]
mod tests;

/// Whether a text could be a token of the scheme, or of one of its extras, under some secret: the value of its
/// argument, or its segments of the path.
pub fn is_token(scheme: &Scheme, text: &[u8]) -> bool {
    match &scheme.facts().anatomy {
        Anatomy::Digest(format) => {
            let parts = format.split(text);
            parts.is_some_and(|parts| is_digest(format, parts.token))
        }
        Anatomy::Sealed | Anatomy::Signed { .. } => {
            and_extras(scheme).any(|(scheme, _)| scheme.has_form(text))
        }
    }
}

/// A scheme, and what it does only where it is asked to.
fn and_extras(scheme: &Scheme) -> impl Iterator<Item = (Scheme, Option<&'static Extra>)> {
    let extras = scheme.facts().extras.iter();
    let with_extra = |extra: &'static Extra| {
        let scheme = scheme.with_word(extra.word.as_bytes()).ok()?;
        Some((scheme, Some(extra)))
    };
    core::iter::once((scheme.clone(), None)).chain(extras.filter_map(with_extra))
}

/// Whether a text is a digest as the format writes it.
fn is_digest(format: &Format, text: &[u8]) -> bool {
    let mut room = vec![0; format.digest.length()];
    let decoded = match format.digest.encoding {
        Encoding::Base64Url => encoding::base64url(text, &mut room),
        Encoding::Base64 => encoding::base64(text, &mut room),
        Encoding::Hex => encoding::hex_lower(text, &mut room),
    };
    decoded.is_some()
}

/// Takes apart the text that holds a token. `None` where it has not the parts of the scheme's format.
pub fn split<'t>(scheme: &Scheme, text: &'t [u8]) -> Option<TokenParts<'t>> {
    match &scheme.facts().anatomy {
        Anatomy::Digest(format) => format.split(text),
        Anatomy::Sealed | Anatomy::Signed { .. } => Some(TokenParts {
            token: text,
            ..TokenParts::default()
        }),
    }
}

/// The fields that stand in a path in front of the token's place, which [`Place::rest`] says. `None` where they are not
/// those of the scheme's format.
pub fn front_fields<'t>(scheme: &Scheme, front: &'t [u8]) -> Option<TokenParts<'t>> {
    let format = scheme.facts().format()?;
    let mut parts = TokenParts::default();
    let behind = format.take(&format.prefix, front, &mut parts)?;
    behind.is_empty().then_some(parts)
}

/// Where a path as it was sent has what looks like a token of the scheme, whether or not it opens. `None` where it has
/// none, and of schemes whose tokens stand elsewhere.
pub fn place_in_path(scheme: &Scheme, path: &[u8]) -> Option<Place> {
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
pub fn secret_bytes(scheme: &Scheme, text: &[u8]) -> Option<Vec<u8>> {
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
pub fn unseal(scheme: &Scheme, token: &[u8], secret: Secret<'_>) -> Option<SealedText> {
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
pub fn decipher(scheme: &Scheme, sealed: &[u8], secret: Secret<'_>) -> Option<Vec<u8>> {
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
    scheme: &Scheme,
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

/// What formats call `{dir}` of a path: up to its last slash, and with it.
pub fn directory(path: &[u8]) -> &[u8] {
    directories::directory(path)
}

/// What formats call `{stream}` of a path: its directory without the outer slashes.
pub fn stream(path: &[u8]) -> &[u8] {
    directories::stream(path)
}

/// What formats call `{parent}` of a path: each directory above it that may be signed, the deepest first.
pub fn parents(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    directories::parents(path)
}

/// Undoes percent-encoding once. `None` for an escape that is none.
pub fn percent_decoded(text: &[u8]) -> Option<Vec<u8>> {
    let mut buffer = vec![0; text.len()];
    encoding::percent_decode(text, &mut buffer).map(<[u8]>::to_vec)
}
