//! The token itself, in its forms.

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::address::Addresses;
use super::message::Message;
use crate::hmac::Hmac;
use crate::key::Prepared;
use crate::{Hash, Key, Secret, TokenId, encoding};

/// Of a SHA-256 in base64url, without padding.
const DIGEST_CHARACTERS: usize = 43;
pub(super) const PREFIX: &str = "HS256-";
pub(super) const BOUND: &str = "1-";

/// A token, read.
pub(super) struct Token {
    form: Form,
    digest: [u8; 32],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `HS256-…`, and `HS256-1-…` which is bound to an address.
    Hmac { is_bound: bool },
    /// The old one, which does not say whether it is bound.
    Hash,
}

impl Token {
    /// Reads a token as it was sent. `None` for what is of no form.
    pub(super) fn read(sent: &[u8]) -> Option<Self> {
        if !sent.contains(&b'%') {
            return Self::of(sent);
        }
        let mut buffer = [0; encoding::LONGEST];
        Self::of(encoding::percent_decode(sent, &mut buffer)?)
    }

    fn of(text: &[u8]) -> Option<Self> {
        let text = text.strip_suffix(b"=").unwrap_or(text);
        let at = text.len().checked_sub(DIGEST_CHARACTERS)?;
        let (flags, digest) = text.split_at_checked(at)?;
        let form = match flags {
            b"" => Form::Hash,
            b"HS256-" => Form::Hmac { is_bound: false },
            b"HS256-1-" => Form::Hmac { is_bound: true },
            _ => return None,
        };
        let mut bytes = [0; 32];
        let length = encoding::base64url_any(digest, &mut bytes)?;
        (length == bytes.len()).then_some(Self {
            form,
            digest: bytes,
        })
    }

    /// What it is known by.
    pub(super) fn id(&self) -> TokenId {
        TokenId::of(&self.digest)
    }

    pub(super) fn may_be_bound(&self) -> bool {
        self.form != Form::Hmac { is_bound: false }
    }

    /// Whether the bytes of an address could be hashed as the beginning of an argument's name. An address that was
    /// hashed as text cannot: no name may begin so.
    pub(super) fn may_hide_an_address(&self) -> bool {
        self.form == Form::Hmac { is_bound: false }
    }

    /// Whether it says that it is bound to an address.
    pub(super) fn is_bound(&self) -> bool {
        self.form == Form::Hmac { is_bound: true }
    }

    /// Whether one that a secret made of a message is bound to an address.
    pub(super) fn is_bound_by(&self, message: &Message<'_>, secret: Secret<'_>) -> bool {
        match self.form {
            Form::Hmac { is_bound } => is_bound,
            Form::Hash => !bool::from(hash(message, b"", secret).ct_eq(&self.digest)),
        }
    }

    /// Whether a secret makes this token of a message.
    pub(super) fn fits(
        &self,
        message: &Message<'_>,
        addresses: &Addresses<'_>,
        secret: Secret<'_>,
    ) -> bool {
        let is_same = |digest: Option<[u8; 32]>| {
            digest.is_some_and(|digest| digest.ct_eq(&self.digest).into())
        };
        match self.form {
            Form::Hmac { is_bound: false } => is_same(hmac(message, b"", secret)),
            Form::Hmac { is_bound: true } => {
                let address = addresses.packed();
                is_same(address.and_then(|address| hmac(message, address, secret)))
            }
            Form::Hash => {
                let bound_to = addresses.text();
                is_same(Some(hash(message, b"", secret)))
                    || is_same(bound_to.map(|address| hash(message, address, secret)))
            }
        }
    }
}

/// The digest of tokens with a prefix.
pub(super) fn hmac(message: &Message<'_>, address: &[u8], secret: Secret<'_>) -> Option<[u8; 32]> {
    let mut hmac = match secret.key() {
        Some(Key(Prepared::Hmac(prepared))) => Hmac::clone(prepared),
        _ => Hmac::new(Hash::Sha256, secret.expose())?,
    };
    message.feed(address, &mut |bytes| hmac.update(bytes));
    hmac.finish().first()
}

/// The digest of tokens without.
fn hash(message: &Message<'_>, address: &[u8], secret: Secret<'_>) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(secret.expose());
    message.feed(address, &mut |bytes| hash.update(bytes));
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::string::String;

    use super::*;

    #[test]
    fn a_token_has_one_spelling_but_for_its_padding() {
        let digest = format!("{}A", "1-".repeat(21));
        for (prefix, is_bound) in [("", true), ("HS256-", false), ("HS256-1-", true)] {
            for end in ["", "=", "%3D", "%3d"] {
                let token = Token::read(format!("{prefix}{digest}{end}").as_bytes());
                assert_eq!(token.map(|token| token.may_be_bound()), Some(is_bound));
            }
        }
        for token in [
            String::new(),
            "HS256-".into(),
            format!("{digest}=="),
            format!("{digest}A"),
            format!("HS256-{}", &digest[1..]),
            format!("HS256-2-{digest}"),
            format!("HS256-1{digest}"),
            format!("hs256-{digest}"),
            format!("HS512-{digest}"),
            format!("HS256-1-1-{digest}"),
            // Spare bits, and the alphabet of base64.
            format!("{}B", &digest[..42]),
            format!("+{}", &digest[1..]),
            format!("%{digest}"),
            "A".repeat(10_000),
        ] {
            assert!(Token::read(token.as_bytes()).is_none(), "{token}");
        }
    }
}
