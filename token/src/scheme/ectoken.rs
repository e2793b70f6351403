//! ectoken, of Edgio (Verizon, EdgeCast) and Azure CDN.
//!
//! Version 3 is base64url of a 12-byte nonce, the claims encrypted with AES-256-GCM under the SHA-256
//! of the secret, and the 16-byte tag. Version 2, the extra `legacy`, is hexadecimal of the claims
//! encrypted with Blowfish, which authenticates nothing: whoever has such a token can alter it.

use alloc::boxed::Box;
#[cfg(feature = "inspect")]
use alloc::vec::Vec;

use super::vendor::Vendor;
use super::{FieldSink, Random};
use crate::cipher::{Cfb, Gcm, NONCE_LENGTH, Nonces, TAG_LENGTH};
use crate::encoding;
use crate::judge::{Judge, Opening};
use crate::key::Prepared;
use crate::request::lone_token;
use crate::{
    Anatomy, Boundary, Carrier, Child, ClientIp, Extra, Facts, Failure, Key, KeyError, Link,
    Params, Place, Reason, Request, Rules, Scope, Secret, SignError, TokenId, Verdict, WordError,
};

use claims::{ClaimList, Form};

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

/// The name of the scheme.
pub(super) const NAME: &str = "ectoken";

static EXTRAS: [Extra; 1] = [Extra {
    word: "legacy",
    takes_value: false,
    is_signed: false,
    summary: "version 2 tokens (Blowfish) open as well",
    warning: Some(
        "version 2 tokens (Blowfish) are not authenticated, and whoever has one can alter it, its expiry too; \
         remove \"legacy\" once nobody signs with version 2 any more",
    ),
}];

/// The facts of the scheme `ectoken`.
pub(super) fn facts() -> Facts {
    Facts {
        name: NAME.into(),
        title:
            "Edgio token-based authentication; formerly Verizon and EdgeCast, in Azure CDN Premium"
                .into(),
        vendor: "https://github.com/Edgio/ectoken".into(),
        extras: &EXTRAS,
        carrier: Carrier::Query,
        params: Params::NONE,
        client_ip: ClientIp::Claimed,
        scope: Scope::Prefix,
        boundary: Boundary::Inclusive,
        expired_status: None,
        anatomy: Anatomy::Sealed,
    }
}

/// What opens and signs such tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ectoken {
    /// Version 2 opens as well.
    opens_legacy: bool,
}

impl Ectoken {
    /// The newest version alone.
    pub(super) const NEWEST: Self = Self {
        opens_legacy: false,
    };

    /// Whether tokens of version 2 open, which nobody authenticated.
    pub(super) fn opens_legacy(self) -> bool {
        self.opens_legacy
    }

    /// With what a word of the facts asks for.
    pub(super) fn with_word(self, word: &'static str) -> Result<Self, WordError> {
        if self.opens_legacy {
            return Err(WordError::Again(word));
        }
        Ok(Self { opens_legacy: true })
    }
}

impl Vendor for Ectoken {
    fn prepare(&self, secret: Secret<'_>) -> Result<Option<Key>, KeyError> {
        Ok(Some(Key(Prepared::Sealed {
            gcm: Box::new(Gcm::new(secret)),
            cfb: self.opens_legacy.then(|| Box::new(Cfb::new(secret))),
            nonces: Nonces::new(secret).map(Box::new),
        })))
    }

    #[inline]
    fn open(
        &self,
        request: &impl Request,
        rules: &Rules,
        judge: Judge,
    ) -> Result<Verdict, Failure> {
        let (text, place) = match lone_token(request, &rules.params)? {
            Ok(found) => found,
            Err(reason) => return Ok(Verdict::refused(reason)),
        };
        let sealed = SealedToken {
            text,
            place,
            opens_legacy: self.opens_legacy,
        };
        match text.len() {
            ..=USUAL => sealed.open(request, &mut [0; decoded(USUAL)], rules, judge),
            length if length <= LONGEST => sealed.open_long(request, rules, judge),
            _ => Ok(Verdict::refused(Reason::Malformed)),
        }
    }

    fn sign(
        &self,
        link: &Link<'_>,
        _: &Rules,
        secret: Secret<'_>,
        random: Random<'_>,
        sink: FieldSink<'_>,
    ) -> Result<(), SignError> {
        sign::sign(link, secret, random, sink)
    }

    fn sign_child(
        &self,
        parent: &impl Request,
        child: &Child<'_>,
        rules: &Rules,
        sink: FieldSink<'_>,
    ) -> Result<(), SignError> {
        sign::sign_child(parent, child, rules, sink)
    }

    fn token_id(&self, text: &[u8]) -> Option<TokenId> {
        if text.len() > LONGEST {
            return None;
        }
        let mut buffer = [0; decoded(LONGEST)];
        let sealed = Sealed::decode(text, self.opens_legacy, &mut buffer)?;
        Some(sealed.id())
    }

    fn signs_target(&self) -> bool {
        false
    }

    #[cfg(feature = "inspect")]
    fn has_form(&self, text: &[u8]) -> bool {
        inspect::has_form(text, self.opens_legacy)
    }

    #[cfg(feature = "inspect")]
    fn unseal(&self, token: &[u8], secret: Secret<'_>) -> Option<Vec<u8>> {
        inspect::unseal(token, secret, self.opens_legacy)
    }

    #[cfg(feature = "inspect")]
    fn decipher(&self, sealed: &[u8], secret: Secret<'_>) -> Option<Vec<u8>> {
        inspect::decipher(sealed, secret)
    }

    #[cfg(feature = "inspect")]
    fn refusal(
        &self,
        claims: &[u8],
        request: &impl Request,
        rules: &Rules,
    ) -> Result<Option<Reason>, Failure> {
        inspect::refusal(claims, request, rules)
    }
}

/// A token as it was sent.
struct SealedToken<'a> {
    text: &'a [u8],
    place: Place,
    opens_legacy: bool,
}

impl SealedToken<'_> {
    /// Apart from the others, for to clear so much memory takes longer than all the rest.
    #[inline(never)]
    fn open_long(
        &self,
        request: &impl Request,
        rules: &Rules,
        judge: Judge,
    ) -> Result<Verdict, Failure> {
        self.open(request, &mut [0; decoded(LONGEST)], rules, judge)
    }

    fn open(
        &self,
        request: &impl Request,
        buffer: &mut [u8],
        rules: &Rules,
        judge: Judge,
    ) -> Result<Verdict, Failure> {
        let Some(mut sealed) = Sealed::decode(self.text, self.opens_legacy, buffer) else {
            return Ok(Verdict::refused(Reason::Malformed));
        };
        let id = sealed.id();
        let mut reason = Reason::NoSecret;
        for index in 0..u32::MAX {
            let Some(secret) = request.secret(index as usize)? else {
                break;
            };
            if !secret.is_empty() {
                if sealed.open(secret) {
                    let opening = Opening {
                        secret: index,
                        place: self.place,
                        id,
                    };
                    let claims = ClaimList::parse(sealed.text(), sealed.form);
                    return judge.decide(opening, &claims, request, rules);
                }
                reason = Reason::Signature;
            }
        }
        Ok(Verdict::refused(reason))
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

    /// What the token is known by, before it is decrypted: the tag, or the last bytes of what nobody authenticated.
    fn id(&self) -> TokenId {
        match self.bytes.last_chunk() {
            Some(tag) => TokenId(*tag),
            None => TokenId::of(self.bytes),
        }
    }

    /// Whether the secret fits; if it does the token is decrypted.
    fn open(&mut self, secret: Secret<'_>) -> bool {
        let (gcm, cfb) = match secret.key() {
            Some(Key(Prepared::Sealed { gcm, cfb, .. })) => (Some(gcm), cfb.as_deref()),
            _ => (None, None),
        };
        match self.form {
            Form::Authentic => match gcm {
                Some(gcm) => gcm.open(self.bytes),
                None => Gcm::new(secret).open(self.bytes),
            },
            Form::Exact => match cfb {
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
