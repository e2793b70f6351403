//! Akamai EdgeAuth 2.0.
//!
//! A token is claims between tildes, `exp=1800000000~acl=/films/*~hmac=…`, and the last of them is the HMAC of those in
//! front as they stand. A token without `acl` is for one URL, which is hashed behind the claims as `~url=/films/1.mp4`
//! and not sent. A salt is hashed last. Keys are written in hexadecimal digits.

use alloc::boxed::Box;
use alloc::sync::Arc;

use zeroize::Zeroize as _;

use super::vendor::Vendor;
use super::{FieldSink, Random};
use crate::format::LONGEST_KEY;
use crate::hmac::Hmac;
use crate::judge::Judge;
use crate::key::Prepared;
use crate::request::lone_token;
use crate::{
    Anatomy, Boundary, Carrier, Child, ClientIp, Extra, Facts, Failure, Hash, Key, KeyError, Link,
    Params, Place, Reason, Request, Rules, Scope, Secret, SecretSpelling, SignError, TokenId,
    Verdict, WordError, encoding,
};

mod claims;
mod escape;
mod message;
mod patterns;
mod salt;
mod sign;
mod token;

use salt::Salt;
use token::SignedToken;

/// The most characters of a token, and of one that most are shorter than.
const LONGEST: usize = 8192;
const USUAL: usize = 512;

/// The scheme `akamai`, with the words behind its name.
#[derive(Clone, Debug)]
pub(super) struct Akamai {
    hash: Hash,
    /// Values are percent-encoded before they are hashed.
    escapes_early: bool,
    salt: Option<Arc<Salt>>,
}

impl Akamai {
    /// As it is without words.
    pub(super) const PLAIN: Self = Self {
        hash: Hash::Sha256,
        escapes_early: false,
        salt: None,
    };

    /// With what a word of the facts asks for.
    pub(super) fn with_word(&self, word: &'static str, value: &[u8]) -> Result<Self, WordError> {
        let is_plain_hash = self.hash == Self::PLAIN.hash;
        let mut asked = self.clone();
        match word {
            "sha1" if is_plain_hash => asked.hash = Hash::Sha1,
            "md5" if is_plain_hash => asked.hash = Hash::Md5,
            "escape_early" if !self.escapes_early => asked.escapes_early = true,
            "salt" if self.salt.is_none() => {
                let salt = Salt::new(value).ok_or(WordError::Value(word))?;
                asked.salt = Some(Arc::new(salt));
            }
            _ => return Err(WordError::Again(word)),
        }
        Ok(asked)
    }
}

/// The name of the scheme.
pub(super) const NAME: &str = "akamai";

static EXTRAS: [Extra; 4] = [
    extra("sha1", "the HMAC is of SHA-1, and not of SHA-256"),
    extra("md5", "the HMAC is of MD5, and not of SHA-256"),
    extra(
        "escape_early",
        "the signer escapes its input: \"ip\", \"id\", \"data\" and the URL are percent-encoded before they are hashed",
    ),
    Extra {
        takes_value: true,
        ..extra("salt", "the salt, which is hashed behind everything else")
    },
];

const fn extra(word: &'static str, summary: &'static str) -> Extra {
    Extra {
        word,
        takes_value: false,
        is_signed: true,
        summary,
        warning: None,
    }
}

/// The facts of the scheme `akamai`.
pub(super) fn facts() -> Facts {
    Facts {
        name: NAME.into(),
        title: "Akamai EdgeAuth 2.0, Auth Token 2.0 Verification".into(),
        vendor: "https://techdocs.akamai.com/property-mgr/docs/auth-token-2-0-ver".into(),
        extras: &EXTRAS,
        carrier: Carrier::Query,
        params: Params::of("hdnts", None),
        client_ip: ClientIp::Claimed,
        scope: Scope::Pattern,
        boundary: Boundary::Inclusive,
        expired_status: None,
        anatomy: Anatomy::Signed {
            secret: SecretSpelling::Hex,
            digest: "hmac-sha256:hex",
            message: "{claims}[~url={path:raw}][~salt={salt}]",
        },
    }
}

impl Akamai {
    /// Whether the other takes the same texts for tokens.
    pub(super) fn reads_tokens_like(&self, other: &Self) -> bool {
        self.hash == other.hash
    }
}

impl Vendor for Akamai {
    fn prepare(&self, secret: Secret<'_>) -> Result<Option<Key>, KeyError> {
        let hmac = self.hmac(secret)?;
        Ok(Some(Key(Prepared::Hmac(Box::new(hmac)))))
    }

    #[inline]
    fn open(
        &self,
        request: &impl Request,
        rules: &Rules,
        judge: Judge,
    ) -> Result<Verdict, Failure> {
        let (token, place) = match lone_token(request, &rules.params)? {
            Ok(found) => found,
            Err(reason) => return Ok(Verdict::refused(reason)),
        };
        if token.len() > LONGEST {
            return Ok(Verdict::refused(Reason::Malformed));
        }
        if memchr::memchr(b'%', token).is_none() {
            return self.open_text(token, place, request, rules, judge);
        }
        // Escapes are the signer's own, or they are those of who put the token into a URL. What fits no secret in one
        // reading may do so in the other; either way what is read is what was hashed.
        let as_sent = self.open_text(token, place, request, rules, judge)?;
        if as_sent.token().is_some() {
            return Ok(as_sent);
        }
        let decoded = if token.len() <= USUAL {
            self.open_decoded::<USUAL>(token, place, request, rules, judge)?
        } else {
            self.open_decoded::<LONGEST>(token, place, request, rules, judge)?
        };
        Ok(decoded.unwrap_or(as_sent))
    }

    fn sign(
        &self,
        link: &Link<'_>,
        rules: &Rules,
        secret: Secret<'_>,
        _: Random<'_>,
        sink: FieldSink<'_>,
    ) -> Result<(), SignError> {
        sign::sign(self, link, rules, secret, sink)
    }

    fn sign_child(
        &self,
        parent: &impl Request,
        child: &Child<'_>,
        rules: &Rules,
        sink: FieldSink<'_>,
    ) -> Result<(), SignError> {
        let (token, _) = lone_token(parent, &rules.params)?.map_err(|_| SignError::Token)?;
        if let Ok((token, _)) = self.find(token, parent, rules)? {
            return sign::sign_child(self, token.body, parent, child, rules, sink);
        }
        let mut buffer = [0; LONGEST];
        let decoded = encoding::percent_decode(token, &mut buffer).ok_or(SignError::Token)?;
        let found = self.find(decoded, parent, rules)?;
        let (token, _) = found.map_err(|_| SignError::Token)?;
        sign::sign_child(self, token.body, parent, child, rules, sink)
    }

    fn token_id(&self, text: &[u8]) -> Option<TokenId> {
        if text.len() > LONGEST {
            return None;
        }
        let id = |text: &[u8]| SignedToken::parse(text, self.hash).map(|token| token.code.id());
        if let Some(id) = id(text) {
            return Some(id);
        }
        let mut buffer = [0; LONGEST];
        encoding::percent_decode(text, &mut buffer).and_then(id)
    }

    fn has_sessions(&self) -> bool {
        true
    }

    fn signs_target(&self) -> bool {
        // It is where a path is no pattern of itself.
        true
    }

    #[cfg(feature = "inspect")]
    fn has_form(&self, text: &[u8]) -> bool {
        let is_token = |text: &[u8]| SignedToken::parse(text, self.hash).is_some();
        let decoded = crate::inspect::percent_decoded(text);
        text.len() <= LONGEST && (is_token(text) || decoded.is_some_and(|text| is_token(&text)))
    }
}

impl Akamai {
    /// The state of a secret's key, of one that was not prepared as well, such as a variable's.
    fn hmac(&self, secret: Secret<'_>) -> Result<Hmac, KeyError> {
        if let Some(Key(Prepared::Hmac(prepared))) = secret.key() {
            return Ok(Hmac::clone(prepared));
        }
        let mut room = [0; LONGEST_KEY];
        let key = SecretSpelling::Hex.key(secret.expose(), &mut room);
        let hmac = key.and_then(|key| Hmac::new(self.hash, key).ok_or(KeyError::TooLong));
        room.zeroize();
        hmac
    }

    /// Opens a token whose escapes are those of a URL. `None` where they are none. Apart from the others, for to clear so
    /// much memory takes time.
    #[cold]
    #[inline(never)]
    fn open_decoded<const ROOM: usize>(
        &self,
        sent: &[u8],
        place: Place,
        request: &impl Request,
        rules: &Rules,
        judge: Judge,
    ) -> Result<Option<Verdict>, Failure> {
        let mut buffer = [0; ROOM];
        let decoded = encoding::percent_decode(sent, &mut buffer);
        decoded
            .map(|text| self.open_text(text, place, request, rules, judge))
            .transpose()
    }
}
