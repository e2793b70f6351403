//! A token's two parts, and the secret that opens it.

use super::Akamai;
use super::claims::ClaimList;
use super::message::{Message, url_path};
use crate::hmac::Code;
use crate::judge::{Judge, Opening};
use crate::{Failure, Hash, Place, Reason, Request, Rules, Verdict, encoding};

/// A token in the one reading in which it is hashed.
pub(super) struct SignedToken<'a> {
    /// The claims as they were hashed, not looked into.
    pub(super) body: &'a [u8],
    /// What the HMAC of them is said to be.
    pub(super) code: Code,
}

impl<'a> SignedToken<'a> {
    /// `None` for what cannot be a token of any secret.
    pub(super) fn parse(text: &'a [u8], hash: Hash) -> Option<Self> {
        let end = memchr::memrchr(b'~', text)?;
        let (body, last) = text.split_at_checked(end)?;
        let code = Code::from_hex(hash, last.strip_prefix(b"~hmac=")?)?;
        encoding::is_plain(body).then_some(Self { body, code })
    }

    /// Whether it is for paths that it names; else it is for one URL, which it does not.
    fn names_paths(&self) -> bool {
        self.body.starts_with(b"acl=") || memchr::memmem::find(self.body, b"~acl=").is_some()
    }
}

/// A token that a secret opened, in the reading that fits, and the secret's position; or why none did.
pub(super) type Found<'t> = Result<(SignedToken<'t>, u32), Reason>;

impl Akamai {
    /// Opens a token that is written so.
    pub(super) fn open_text(
        &self,
        text: &[u8],
        place: Place,
        request: &impl Request,
        rules: &Rules,
        judge: Judge,
    ) -> Result<Verdict, Failure> {
        match self.find(text, request, rules)? {
            Ok((token, secret)) => {
                let claims = ClaimList::parse(token.body, self.escapes_early);
                let id = token.code.id();
                judge.decide(Opening { secret, place, id }, &claims, request, rules)
            }
            Err(reason) => Ok(Verdict::refused(reason)),
        }
    }

    /// Finds the secret that opens a token that is written so.
    pub(super) fn find<'t>(
        &self,
        text: &'t [u8],
        request: &impl Request,
        rules: &Rules,
    ) -> Result<Found<'t>, Failure> {
        let Some(token) = SignedToken::parse(text, self.hash) else {
            return Ok(Err(Reason::Malformed));
        };
        let url = if token.names_paths() {
            None
        } else {
            match url_path(request)? {
                Some(path) => Some(path),
                None => return Ok(Err(Reason::Malformed)),
            }
        };
        let message = Message {
            body: token.body,
            url,
            ignore_case: rules.ignore_case,
            salt: self.salt.as_deref(),
        };
        let mut reason = Reason::NoSecret;
        for index in 0..u32::MAX {
            let Some(secret) = request.secret(index as usize)? else {
                break;
            };
            let Ok(hmac) = self.hmac(secret) else {
                continue;
            };
            if message.has_code(hmac, &token.code, self.escapes_early) {
                return Ok(Ok((token, index)));
            }
            reason = Reason::Signature;
        }
        Ok(Err(reason))
    }
}
