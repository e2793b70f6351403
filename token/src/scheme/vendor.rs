//! What a scheme does: what each file beside this one has.

#[cfg(feature = "inspect")]
use alloc::vec::Vec;

use super::{FieldSink, Random};
use crate::judge::Judge;
use crate::{
    Child, Failure, Key, KeyError, Link, Request, Rules, Secret, SignError, TokenId, Verdict,
};
#[cfg(feature = "inspect")]
use crate::{Place, Reason};

/// One vendor's way to sign links.
pub(super) trait Vendor {
    /// See [`Scheme::prepare`].
    fn prepare(&self, secret: Secret<'_>) -> Result<Option<Key>, KeyError>;

    /// Finds the token and the secret that opens it, and hands what it says to `judge`. Nothing a token says is
    /// looked at before. A token that no secret opens is refused.
    fn open(&self, request: &impl Request, rules: &Rules, judge: Judge)
    -> Result<Verdict, Failure>;

    /// See [`Scheme::sign_fields`].
    fn sign(
        &self,
        link: &Link<'_>,
        rules: &Rules,
        secret: Secret<'_>,
        random: Random<'_>,
        sink: FieldSink<'_>,
    ) -> Result<(), SignError>;

    /// See [`Scheme::sign_child`]. `parent` has no token but the opened one, and no secret but that which opened it.
    fn sign_child(
        &self,
        parent: &impl Request,
        child: &Child<'_>,
        rules: &Rules,
        sink: FieldSink<'_>,
    ) -> Result<(), SignError>;

    /// See [`Scheme::signs_target`].
    fn signs_target(&self) -> bool;

    /// See [`Scheme::token_id`].
    fn token_id(&self, text: &[u8]) -> Option<TokenId>;

    /// See [`Scheme::has_sessions`].
    fn has_sessions(&self) -> bool {
        false
    }

    /// See [`Scheme::verify`]. A function for each scheme: of all in one the compiler makes worse code.
    #[inline(never)]
    fn verify(
        &self,
        request: &impl Request,
        rules: &Rules,
        judge: Judge,
    ) -> Result<Verdict, Failure> {
        self.open(request, rules, judge)
    }

    /// Where a path has what looks like a token, whether or not it opens.
    #[cfg(feature = "inspect")]
    fn place_in_path(&self, _: &[u8]) -> Option<Place> {
        None
    }

    /// Whether a text could be a token with claims under some secret.
    #[cfg(feature = "inspect")]
    fn has_form(&self, _: &[u8]) -> bool {
        false
    }

    /// The claims of a sealed token. `None` where the secret does not fit.
    #[cfg(feature = "inspect")]
    fn unseal(&self, _: &[u8], _: Secret<'_>) -> Option<Vec<u8>> {
        None
    }

    /// What stands in a sealed token behind its nonce, its tag not looked at.
    #[cfg(feature = "inspect")]
    fn decipher(&self, _: &[u8], _: Secret<'_>) -> Option<Vec<u8>> {
        None
    }

    /// The first demand of a sealed token's claims that a request does not meet, their expiry apart.
    #[cfg(feature = "inspect")]
    fn refusal(&self, _: &[u8], _: &impl Request, _: &Rules) -> Result<Option<Reason>, Failure> {
        Ok(None)
    }
}
