//! The engine for schemes that are a digest over a few fields: each is a row of data.
//!
//! A row is a constant, so the compiler makes of every scheme its own straight code. The digest is
//! fed from the request's own bytes.

use core::fmt::{self, Write as _};

use base64::display::Base64Display;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use md5::{Digest as _, Md5};
use subtle::ConstantTimeEq as _;

use super::{Random, Scheme};
use crate::client_ip::Address;
use crate::encoding::{self, Buffer};
use crate::judge::judge;
use crate::request::first_token;
use crate::short::ShortMessage;
use crate::text::Text;
use crate::{
    Claims, ClientIp, Facts, Failure, Link, Part, Reason, Request, Rules, Secret, SignError,
    Verdict,
};

/// Bytes of the digest.
const DIGEST_LENGTH: usize = 16;

/// A scheme that is nothing but its facts.
pub(super) trait Row: Sync {
    /// What is hashed: [`Anatomy::Digest`](crate::Anatomy::Digest) says the same.
    const MESSAGE: &'static [Part];
    const FACTS: &'static Facts;
}

/// What is hashed, but for the secret.
struct Message<'a> {
    path: &'a [u8],
    expires: &'a [u8],
    client_ip: &'a [u8],
    ignore_case: bool,
}

impl Message<'_> {
    #[inline]
    fn digest<R: Row>(&self, secret: Secret<'_>) -> [u8; DIGEST_LENGTH] {
        self.short_digest::<R>(secret)
            .unwrap_or_else(|| self.long_digest::<R>(secret))
    }

    /// `None` where the message is longer than nearly all are.
    #[inline]
    fn short_digest<R: Row>(&self, secret: Secret<'_>) -> Option<[u8; DIGEST_LENGTH]> {
        let mut message = ShortMessage::new();
        for part in const { R::MESSAGE } {
            let pushed = message.push(match part {
                Part::Secret => secret.expose(),
                Part::Path => self.path,
                Part::Expires => self.expires,
                Part::ClientIp => self.client_ip,
                Part::Literal(bytes) => bytes,
            })?;
            if *part == Part::Path && self.ignore_case {
                pushed.make_ascii_lowercase();
            }
        }
        message.md5()
    }

    #[cold]
    fn long_digest<R: Row>(&self, secret: Secret<'_>) -> [u8; DIGEST_LENGTH] {
        let mut md5 = Md5::new();
        for part in const { R::MESSAGE } {
            match part {
                Part::Secret => md5.update(secret.expose()),
                Part::Path if self.ignore_case => update_lower_case(&mut md5, self.path),
                Part::Path => md5.update(self.path),
                Part::Expires => md5.update(self.expires),
                Part::ClientIp => md5.update(self.client_ip),
                Part::Literal(bytes) => md5.update(bytes),
            }
        }
        md5.finalize().into()
    }
}

fn update_lower_case(md5: &mut Md5, path: &[u8]) {
    for chunk in path.chunks(64) {
        let mut buffer = [0; 64];
        for (lower, byte) in buffer.iter_mut().zip(chunk) {
            *lower = byte.to_ascii_lowercase();
        }
        md5.update(buffer.get(..chunk.len()).unwrap_or_default());
    }
}

impl<R: Row> Scheme for R {
    fn facts(&self) -> &'static Facts {
        R::FACTS
    }

    fn verify(
        &self,
        request: &dyn Request,
        rules: &Rules<'_>,
        now: u64,
    ) -> Result<Verdict, Failure> {
        let Some((fields, source)) = first_token(request, &rules.params)? else {
            return Ok(Verdict::refused(Reason::Missing));
        };
        if fields.duplicate {
            return Ok(Verdict::refused(Reason::Duplicate));
        }
        let mut buffer = [0; encoding::LONGEST];
        let (Some(token), Some((expires, seconds))) = (
            decode_token(fields.token),
            decode_expiry(fields.expires, &mut buffer),
        ) else {
            return Ok(Verdict::refused(Reason::Malformed));
        };
        let path = request.path()?;
        if !is_signable(path) {
            return Ok(Verdict::refused(Reason::Malformed));
        }
        let bound_to = match R::FACTS.client_ip {
            ClientIp::Never => None,
            ClientIp::Optional | ClientIp::Claimed => request.client_ip()?,
        };
        let Some(address) = address(bound_to) else {
            return Ok(Verdict::refused(Reason::ClientIp));
        };
        let message = Message {
            path,
            expires,
            client_ip: address.text(),
            ignore_case: rules.ignore_case,
        };

        let mut reason = Reason::NoSecret;
        let mut index = 0usize;
        while let Some(secret) = request.secret(index)? {
            if !secret.is_empty() {
                if is_same(message.digest::<R>(secret), token) {
                    let claims = Claims::signed(Some(seconds), index, source);
                    return judge(claims, R::FACTS.boundary, &(), request, rules, now);
                }
                reason = Reason::Signature;
            }
            index = index.saturating_add(1);
        }
        Ok(Verdict::refused(reason))
    }

    fn sign(
        &self,
        link: &Link<'_>,
        rules: &Rules<'_>,
        secret: Secret<'_>,
        _: Random<'_>,
        out: &mut dyn fmt::Write,
    ) -> Result<(), SignError> {
        if secret.is_empty() {
            return Err(SignError::Secret);
        }
        if !link.claims.is_empty() {
            return Err(SignError::Claim);
        }
        if !is_signable(link.path) {
            return Err(SignError::Path);
        }
        if link.client_ip.is_some() && R::FACTS.client_ip == ClientIp::Never {
            return Err(SignError::ClientIp);
        }
        let address = address(link.client_ip).ok_or(SignError::ClientIp)?;
        let mut buffer = Text::new();
        write!(buffer, "{}", link.expires.ok_or(SignError::Expires)?)?;
        let expires = buffer.as_bytes();
        encoding::unix_seconds(expires).ok_or(SignError::Expires)?;
        let digest = Message {
            path: link.path,
            expires,
            client_ip: address.text(),
            ignore_case: rules.ignore_case,
        }
        .digest::<R>(secret);
        let token = Base64Display::new(&digest, &URL_SAFE_NO_PAD);
        rules.params.write(token, link.expires, out)?;
        Ok(())
    }
}

/// Compares in the same time whatever the bytes are.
fn is_same(one: [u8; DIGEST_LENGTH], other: [u8; DIGEST_LENGTH]) -> bool {
    // As one number: subtle looks at the bytes of a slice one by one.
    u128::from_ne_bytes(one)
        .ct_eq(&u128::from_ne_bytes(other))
        .into()
}

fn decode_token(value: &[u8]) -> Option<[u8; DIGEST_LENGTH]> {
    encoding::base64url(value).or_else(|| {
        encoding::base64url(encoding::percent_decode(
            value,
            &mut [0; encoding::LONGEST],
        )?)
    })
}

/// The expiry as it is hashed and as a number.
fn decode_expiry<'a>(value: Option<&'a [u8]>, buffer: &'a mut Buffer) -> Option<(&'a [u8], u64)> {
    let sent = value?;
    if let Some(seconds) = encoding::unix_seconds(sent) {
        return Some((sent, seconds));
    }
    let text = encoding::percent_decode(sent, buffer)?;
    Some((text, encoding::unix_seconds(text)?))
}

fn is_signable(path: &[u8]) -> bool {
    !path.is_empty() && encoding::is_plain(path)
}

/// What is hashed for the client's address: nothing where the token is not bound to it.
fn address(bound_to: Option<&[u8]>) -> Option<Address<'_>> {
    match bound_to {
        None => Some(Address::Given(b"")),
        Some(text) => Address::new(text),
    }
}
