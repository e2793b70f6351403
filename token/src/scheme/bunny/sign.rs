//! Signing: the form with `HS256-` only, for nobody should make the old one any more.

use core::fmt::{self, Write as _};

use base64::display::Base64Display;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::address::Packed;
use super::arguments::{Argument, Arguments};
use super::demands::has_country;
use super::message::Message;
use super::sent::SentText;
use super::token::{BOUND, PREFIX, hmac};
use super::{COUNTRIES, COUNTRIES_BLOCKED, IGNORE_PARAMS, LIMIT, TOKEN_PATH};
use crate::query::pieces;
use crate::request::split_target;
use crate::scheme::FieldSink;
use crate::text::Text;
use crate::{Claim, Link, Rules, Secret, SignError, SignedFields, encoding};

pub(super) fn sign(
    link: &Link<'_>,
    rules: &Rules,
    secret: Secret<'_>,
    sink: FieldSink<'_>,
) -> Result<(), SignError> {
    let (path, query) = split_target(link.target);
    let is_signable = |path: &[u8]| !path.is_empty() && encoding::is_plain(path);
    if link.target.is_empty() || !is_signable(path) || !is_signable(link.path) {
        return Err(SignError::Path);
    }
    if !link.claims.iter().all(is_of_form) {
        return Err(SignError::Claim);
    }
    let arguments = arguments(link.claims, query)?;
    // Such a link would not be bound to what it says.
    let is_signed = |claim: &Claim<'_>| matches!(claim.name, TOKEN_PATH | IGNORE_PARAMS);
    if arguments.are_ignored() && !link.claims.iter().all(is_signed) {
        return Err(SignError::Claim);
    }

    let expires = expiry(link.expires).ok_or(SignError::Expires)?;
    let address = link.client_ip.map(Packed::of);
    let address = match &address {
        None => None,
        Some(Some(packed)) => Some(packed.bytes()),
        Some(None) => return Err(SignError::ClientIp),
    };
    // It would be refused, for it could be another's that is bound to an address.
    if address.is_none() && arguments.may_hide_an_address() {
        return Err(SignError::Claim);
    }
    let message = Message {
        path: arguments
            .token_path()
            .unwrap_or_else(|| SentText::plain(path)),
        ignore_case: rules.ignore_case && arguments.token_path().is_none(),
        expires: expires.as_bytes(),
        arguments: &arguments,
    };
    let digest = hmac(&message, address.unwrap_or_default(), secret).ok_or(SignError::Secret)?;
    let token = TokenText {
        is_bound: address.is_some(),
        digest,
    };
    let more = ClaimsText(link.claims);
    sink(&SignedFields {
        fields: &[],
        at: 0,
        token: &token,
        time: Some(expires.as_str()),
        more: (!link.claims.is_empty()).then_some(&more),
    })?;
    Ok(())
}

/// The arguments of the link that is made of these.
fn arguments<'a>(claims: &'a [Claim<'a>], query: &'a [u8]) -> Result<Arguments<'a>, SignError> {
    let claims = claims.iter().map(|claim| Argument {
        name: SentText::plain(claim.name),
        value: SentText::plain(claim.value),
    });
    let sent = pieces(query).filter(|piece| !piece.is_empty());
    Arguments::new(claims.chain(sent.map(Argument::sent))).map_err(|_| SignError::Claim)
}

/// Whether the scheme has such a claim, and its value can be read.
fn is_of_form(claim: &Claim<'_>) -> bool {
    let value = claim.value;
    match claim.name {
        TOKEN_PATH => value.starts_with(b"/"),
        COUNTRIES | COUNTRIES_BLOCKED => has_country(SentText::plain(value), b"").is_some(),
        IGNORE_PARAMS => value == b"true",
        LIMIT => (1..=9).contains(&value.len()) && value.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// An expiry as it is written. `None` where it has not the one number of digits.
fn expiry(seconds: Option<u64>) -> Option<Text> {
    let seconds = seconds.filter(|seconds| (1_000_000_000..=9_999_999_999).contains(seconds))?;
    let mut text = Text::new();
    write!(text, "{seconds}").ok()?;
    Some(text)
}

struct TokenText {
    is_bound: bool,
    digest: [u8; 32],
}

impl fmt::Display for TokenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flag = if self.is_bound { BOUND } else { "" };
        let digest = Base64Display::new(&self.digest, &URL_SAFE_NO_PAD);
        write!(f, "{PREFIX}{flag}{digest}")
    }
}

/// Claims as arguments, whose order is of no meaning.
struct ClaimsText<'a>(&'a [Claim<'a>]);

impl fmt::Display for ClaimsText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for claim in self.0 {
            let name = core::str::from_utf8(claim.name).map_err(|_| fmt::Error)?;
            write!(f, "&{name}=")?;
            for &byte in claim.value {
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                    f.write_char(byte.into())?;
                } else {
                    write!(f, "%{byte:02X}")?;
                }
            }
        }
        Ok(())
    }
}
