//! ectoken, of Edgio (Verizon, EdgeCast) and Azure CDN.
//!
//! Version 3 is base64url of a 12-byte nonce, the claims encrypted with AES-256-GCM under the SHA-256
//! of the secret, and the 16-byte tag. Version 2, the extra `legacy`, is hexadecimal of the claims
//! encrypted with Blowfish, which authenticates nothing: whoever has such a token can alter it.

use alloc::boxed::Box;
use core::fmt;

use super::{Random, Scheme};
use crate::cipher::{Cfb, Gcm, Key, NONCE_LENGTH, TAG_LENGTH};
use crate::encoding;
use crate::judge::judge;
use crate::request::first_token;
use crate::{
    Anatomy, Boundary, Claims, ClientIp, Extra, Facts, Failure, Link, Params, Reason, Request,
    Rules, Scope, Secret, SignError, Verdict,
};

use claims::{Form, Stated};
#[cfg(feature = "inspect")]
pub(crate) use inspect::{decipher, has_form, refusal, unseal};

mod claims;
#[cfg(feature = "inspect")]
mod inspect;
mod lists;
mod sign;

/// The most characters of a token.
const LONGEST: usize = 6144;
/// What the vendor's documents allow.
const USUAL: usize = 512;
/// What every version 2 plaintext begins with: it shows whether a secret fits.
const LEGACY_BEGINNING: &[u8] = b"ec_secure=";

/// The scheme `ectoken`.
pub(super) static ECTOKEN: Ectoken = Ectoken {
    opens_legacy: false,
};

static ECTOKEN_LEGACY: Ectoken = Ectoken { opens_legacy: true };

static FACTS: Facts = Facts {
    name: "ectoken",
    title: "Edgio token-based authentication; formerly Verizon and EdgeCast, in Azure CDN Premium",
    vendor: "https://github.com/Edgio/ectoken",
    extras: &[Extra {
        word: "legacy",
        warning: "version 2 tokens (Blowfish) are not authenticated, and whoever has one can alter it, its \
                  expiry too; remove \"legacy\" once nobody signs with version 2 any more",
        scheme: &ECTOKEN_LEGACY,
    }],
    params: Params {
        token: None,
        expires: None,
    },
    client_ip: ClientIp::Claimed,
    scope: Scope::Prefix,
    boundary: Boundary::Inclusive,
    expired_status: None,
    anatomy: Anatomy::Sealed,
};

pub(super) struct Ectoken {
    /// Version 2 opens as well.
    opens_legacy: bool,
}

impl Scheme for Ectoken {
    fn facts(&self) -> &'static Facts {
        &FACTS
    }

    fn derive(&self, secret: Secret<'_>) -> Option<Key> {
        (!secret.is_empty()).then(|| Key {
            gcm: Gcm::new(secret),
            cfb: self.opens_legacy.then(|| Box::new(Cfb::new(secret))),
        })
    }

    fn verify(
        &self,
        request: &dyn Request,
        rules: &Rules<'_>,
        now: u64,
    ) -> Result<Verdict, Failure> {
        let Some((found, source)) = first_token(request, &rules.params)? else {
            return Ok(Verdict::refused(Reason::Missing));
        };
        if found.duplicate {
            return Ok(Verdict::refused(Reason::Duplicate));
        }
        let check = Check {
            token: found.token,
            source,
            opens_legacy: self.opens_legacy,
            request,
            rules,
            now,
        };
        let length = found.token.len();
        if length <= USUAL {
            check.run(&mut [0; decoded(USUAL)])
        } else if length <= LONGEST {
            check.run_long()
        } else {
            Ok(Verdict::refused(Reason::Malformed))
        }
    }

    fn sign(
        &self,
        link: &Link<'_>,
        rules: &Rules<'_>,
        secret: Secret<'_>,
        random: Random<'_>,
        out: &mut dyn fmt::Write,
    ) -> Result<(), SignError> {
        sign::sign(link, rules, secret, random, out)
    }
}

/// A token and what it is held against.
struct Check<'a> {
    token: &'a [u8],
    source: usize,
    opens_legacy: bool,
    request: &'a dyn Request,
    rules: &'a Rules<'a>,
    now: u64,
}

impl Check<'_> {
    /// Apart from the others, for to clear so much memory takes longer than all the rest.
    #[inline(never)]
    fn run_long(&self) -> Result<Verdict, Failure> {
        self.run(&mut [0; decoded(LONGEST)])
    }

    fn run(&self, buffer: &mut [u8]) -> Result<Verdict, Failure> {
        let Some(mut sealed) = Sealed::decode(self.token, self.opens_legacy, buffer) else {
            return Ok(Verdict::refused(Reason::Malformed));
        };
        let mut reason = Reason::NoSecret;
        let mut index = 0usize;
        while let Some(secret) = self.request.secret(index)? {
            if !secret.is_empty() {
                if sealed.open(secret) {
                    return self.judge(&sealed, index);
                }
                reason = Reason::Signature;
            }
            index = index.saturating_add(1);
        }
        Ok(Verdict::refused(reason))
    }

    /// What an opened token says, held against the clock and the request.
    fn judge(&self, opened: &Sealed<'_>, secret: usize) -> Result<Verdict, Failure> {
        let claims = |expires| Claims::signed(expires, secret, self.source);
        let stated = match Stated::parse(opened.text(), opened.form) {
            Ok(stated) => stated,
            Err(reason) => return Ok(claims(None).refused(reason)),
        };
        judge(
            claims(stated.expires()),
            FACTS.boundary,
            &stated,
            self.request,
            self.rules,
            self.now,
        )
    }
}

/// A token, decoded; once opened, its plaintext.
struct Sealed<'b> {
    bytes: &'b mut [u8],
    form: Form,
}

impl<'b> Sealed<'b> {
    /// `None` for what cannot be a token of any secret.
    fn decode(token: &[u8], is_legacy_welcome: bool, buffer: &'b mut [u8]) -> Option<Self> {
        let (form, length) = decode(token, is_legacy_welcome, buffer)
            .or_else(|| decode_escaped(token, is_legacy_welcome, buffer))?;
        let bytes = buffer.get_mut(..length)?;
        Some(Self { bytes, form })
    }

    /// Whether the secret fits; if it does the token is decrypted.
    fn open(&mut self, secret: Secret<'_>) -> bool {
        let key = secret.key();
        match self.form {
            Form::Authentic => match key {
                Some(key) => key.gcm.open(self.bytes),
                None => Gcm::new(secret).open(self.bytes),
            },
            Form::Exact => match key.and_then(|key| key.cfb.as_deref()) {
                Some(cfb) => open_legacy(cfb, self.bytes),
                None => open_legacy(&Cfb::new(secret), self.bytes),
            },
        }
    }

    /// The plaintext of an opened token.
    fn text(&self) -> &[u8] {
        let end = self.bytes.len().saturating_sub(TAG_LENGTH);
        match self.form {
            Form::Authentic => self.bytes.get(NONCE_LENGTH..end).unwrap_or_default(),
            Form::Exact => self.bytes,
        }
    }
}

/// How many bytes so many characters of base64 are, at most.
const fn decoded(characters: usize) -> usize {
    (characters / 4).saturating_mul(3)
}

fn decode(token: &[u8], is_legacy_welcome: bool, buffer: &mut [u8]) -> Option<(Form, usize)> {
    // Padding, whole or not: what handles queries may have taken the token for a name without a value,
    // and put a `=` behind it.
    let token = token.strip_suffix(b"=").unwrap_or(token);
    let token = token.strip_suffix(b"=").unwrap_or(token);
    // Hexadecimal digits are base64 too, but a version 3 token of nothing else does not come about.
    if is_legacy_welcome && let Some(length) = encoding::hex(token, buffer) {
        return (length > LEGACY_BEGINNING.len()).then_some((Form::Exact, length));
    }
    let length = encoding::base64url_any(token, buffer)?;
    (length >= NONCE_LENGTH + TAG_LENGTH).then_some((Form::Authentic, length))
}

#[cold]
fn decode_escaped(
    token: &[u8],
    is_legacy_welcome: bool,
    buffer: &mut [u8],
) -> Option<(Form, usize)> {
    if !token.contains(&b'%') {
        return None;
    }
    let mut plain = [0; LONGEST];
    let token = encoding::percent_decode(token, &mut plain)?;
    decode(token, is_legacy_welcome, buffer)
}

#[cold]
fn open_legacy(cfb: &Cfb, bytes: &mut [u8]) -> bool {
    let mut beginning = [0; LEGACY_BEGINNING.len()];
    let Some(sealed) = bytes.get(..beginning.len()) else {
        return false;
    };
    beginning.copy_from_slice(sealed);
    cfb.decrypt(&mut beginning);
    if beginning != LEGACY_BEGINNING {
        return false;
    }
    cfb.decrypt(bytes);
    true
}
