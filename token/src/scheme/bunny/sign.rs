//! Signing: the form with `HS256-` only, for nobody should make the old one any more.

use core::fmt::{self, Write as _};

use base64::display::Base64Display;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::address::Packed;
use super::arguments::{Argument, Arguments};
use super::carry::{IN_PATH, carry};
use super::demands::has_country;
use super::message::{Message, message};
use super::sent::SentText;
use super::token::{BOUND, PREFIX, Token, hmac};
use super::{COUNTRIES, COUNTRIES_BLOCKED, IGNORE_PARAMS, LIMIT, TOKEN_PATH};
use crate::opened::secret_of;
use crate::query::pieces;
use crate::request::split_target;
use crate::scheme::FieldSink;
use crate::text::Text;
use crate::{
    Carrier, Child, Claim, Link, Params, Request, Rules, Secret, SignError, SignedFields, encoding,
};

pub(super) fn sign(
    link: &Link<'_>,
    rules: &Rules,
    secret: Secret<'_>,
    sink: FieldSink<'_>,
) -> Result<(), SignError> {
    if !link.claims.iter().all(is_of_form) {
        return Err(SignError::Claim);
    }
    let claims = link.claims.iter().map(|claim| Argument {
        name: SentText::plain(claim.name),
        value: SentText::plain(claim.value),
    });
    let expires = expiry(link.expires).ok_or(SignError::Expires)?;
    let address = link.client_ip.map(Packed::of);
    if matches!(address, Some(None)) {
        return Err(SignError::ClientIp);
    }
    let fields = Fields {
        claims,
        expires: expires.as_str(),
        address: address.flatten(),
        in_path: None,
    };
    fields.sign(link.path, link.target, rules, secret, sink)
}

/// Signs with what an opened token says, but for the paths that it is for.
pub(super) fn sign_child(
    parent: &impl Request,
    child: &Child<'_>,
    rules: &Rules,
    sink: FieldSink<'_>,
) -> Result<(), SignError> {
    let secret = secret_of(parent)?;
    let carried = carry(parent, &rules.params)?.map_err(|_| SignError::Token)?;
    let token = Token::read(carried.token).ok_or(SignError::Token)?;
    let expires = carried.expiry().ok_or(SignError::Token)?;
    let own = Arguments::of(carried.pieces()).map_err(|_| SignError::Token)?;
    let paths = carried.paths(parent)?.ok_or(SignError::Token)?;
    let is_bound = token.is_bound_by(&message(&own, &paths, &expires, rules), secret);
    let client = if is_bound { parent.client_ip()? } else { None };
    let address = client.and_then(Packed::of);
    if is_bound && address.is_none() {
        return Err(SignError::ClientIp);
    }
    let (_, query) = split_target(child.target);
    let is_limit = |argument: &Argument<'_>| argument.name.means(LIMIT);
    let limit = arguments(query).find(is_limit);
    let ignores = own.are_ignored();
    let claims = arguments_of(carried.pieces()).filter(move |argument| {
        let is = |name: &[u8]| argument.name.is_spelt(name);
        let is_signed = is(COUNTRIES) || is(COUNTRIES_BLOCKED) || is_limit(argument);
        is(IGNORE_PARAMS) || (!ignores && is_signed)
    });
    // One that the link has already is signed with it, if it is the same one.
    let is_same = |argument: &Argument<'_>| {
        let other = limit.filter(|_| is_limit(argument));
        other.is_some_and(|other| other.value.decoded().eq(argument.value.decoded()))
    };
    let fields = Fields {
        claims: claims.filter(|argument| !is_same(argument)),
        expires: core::str::from_utf8(&expires.digits).map_err(|_| SignError::Token)?,
        address,
        in_path: (carried.place.carrier == Carrier::Path).then_some(&IN_PATH),
    };
    fields.sign(child.path, child.target, rules, secret, sink)
}

/// What a link has beside its path and query.
struct Fields<'a, C> {
    /// What its token demands.
    claims: C,
    expires: &'a str,
    address: Option<Packed>,
    /// See [`SignedFields::in_path`].
    in_path: Option<&'a Params>,
}

impl<'a, C: Iterator<Item = Argument<'a>> + Clone> Fields<'a, C> {
    fn sign(
        &self,
        path: &[u8],
        target: &'a [u8],
        rules: &Rules,
        secret: Secret<'_>,
        sink: FieldSink<'_>,
    ) -> Result<(), SignError> {
        let (sent, query) = split_target(target);
        let is_signable = |path: &[u8]| !path.is_empty() && encoding::is_plain(path);
        if target.is_empty() || !is_signable(sent) || !is_signable(path) {
            return Err(SignError::Path);
        }
        let all = self.claims.clone().chain(arguments(query));
        let all = Arguments::new(all).map_err(|_| SignError::Claim)?;
        // Such a link would not be bound to what it says.
        let is_signed = |claim: Argument<'_>| {
            [TOKEN_PATH, IGNORE_PARAMS]
                .iter()
                .any(|name| claim.name.is_spelt(name))
        };
        if all.are_ignored() && !self.claims.clone().all(is_signed) {
            return Err(SignError::Claim);
        }
        // It would be refused, for it could be another's that is bound to an address.
        if self.address.is_none() && all.may_hide_an_address() {
            return Err(SignError::Claim);
        }
        let message = Message {
            path: all.token_path().unwrap_or_else(|| SentText::plain(sent)),
            ignore_case: rules.ignore_case && all.token_path().is_none(),
            expires: self.expires.as_bytes(),
            arguments: &all,
        };
        let address = self.address.as_ref().map(Packed::bytes);
        let digest =
            hmac(&message, address.unwrap_or_default(), secret).ok_or(SignError::Secret)?;
        let token = TokenText {
            is_bound: address.is_some(),
            digest,
        };
        let more = ClaimsText(self.claims.clone());
        let has_claims = self.claims.clone().next().is_some();
        sink(&SignedFields {
            fields: &[],
            at: 0,
            in_path: self.in_path,
            token: &token,
            time: Some(self.expires),
            more: has_claims.then_some(&more),
        })?;
        Ok(())
    }
}

/// The arguments of a query.
fn arguments(query: &[u8]) -> impl Iterator<Item = Argument<'_>> + Clone {
    arguments_of(pieces(query))
}

fn arguments_of<'a>(
    pieces: impl Iterator<Item = &'a [u8]> + Clone,
) -> impl Iterator<Item = Argument<'a>> + Clone {
    pieces.filter(|piece| !piece.is_empty()).map(Argument::sent)
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
struct ClaimsText<C>(C);

impl<'a, C: Iterator<Item = Argument<'a>> + Clone> fmt::Display for ClaimsText<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Argument { name, value } in self.0.clone() {
            f.write_char('&')?;
            write_escaped(name, f)?;
            f.write_char('=')?;
            write_escaped(value, f)?;
        }
        Ok(())
    }
}

fn write_escaped(text: SentText<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    text.decoded().try_for_each(|byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            f.write_char(byte.into())
        } else {
            write!(f, "%{byte:02X}")
        }
    })
}
