//! The token schemes and what they have in common.

use core::fmt;

use crate::{Facts, Failure, Key, Link, Request, Rules, Secret, SignError, Verdict};

mod azion;
mod digest;
pub(crate) mod ectoken;
mod gcore;

/// Every scheme there is. Parsers, help texts and error messages read this list.
pub static SCHEMES: &[&dyn Scheme] = &[&azion::Azion, &gcore::Gcore, &ectoken::ECTOKEN];

/// The scheme of that name.
pub fn by_name(name: &[u8]) -> Option<&'static dyn Scheme> {
    SCHEMES
        .iter()
        .copied()
        .find(|scheme| scheme.name().as_bytes() == name)
}

/// Where random bytes come from: fills the slice, or fails.
pub type Random<'a> = &'a mut dyn FnMut(&mut [u8]) -> Result<(), Failure>;

/// One vendor's way to sign links.
pub trait Scheme: Sync {
    /// What there is to say about it before any link is looked at.
    fn facts(&self) -> &'static Facts;

    /// The word that names it: [`Facts::name`].
    fn name(&self) -> &'static str {
        self.facts().name
    }

    /// What can be made of a secret beforehand, for [`Secret::with_key`]. `None` where requests would
    /// gain nothing. Allocates, other than [`verify`](Self::verify).
    fn derive(&self, _secret: Secret<'_>) -> Option<Key> {
        None
    }

    /// Decides about a request; `now` in Unix seconds.
    ///
    /// # Errors
    /// [`Failure`] where `request` could not answer; nothing was decided then.
    fn verify(
        &self,
        request: &dyn Request,
        rules: &Rules<'_>,
        now: u64,
    ) -> Result<Verdict, Failure>;

    /// Writes the query string, without `?`, that makes the link open. `random` is the operating
    /// system's generator; schemes that encrypt need it.
    ///
    /// # Errors
    /// [`SignError`] where no such link would open.
    fn sign(
        &self,
        link: &Link<'_>,
        rules: &Rules<'_>,
        secret: Secret<'_>,
        random: Random<'_>,
        out: &mut dyn fmt::Write,
    ) -> Result<(), SignError>;
}
