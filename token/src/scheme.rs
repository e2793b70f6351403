//! The token schemes and what they have in common.

use alloc::vec::Vec;
use core::fmt;

use crate::{Failure, Key, Link, Params, Request, Rules, Secret, SignError, Verdict};

mod azion;
mod digest;
mod ectoken;
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

/// Whether a scheme's tokens can be bound to the client's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientIp {
    /// They cannot.
    Never,
    /// They are where the operator says so.
    Optional,
    /// They are where the token says so.
    Claimed,
}

/// Something a scheme does only where it is asked to.
pub struct Extra {
    /// The word that asks for it, behind the scheme's name.
    pub word: &'static str,
    /// What speaks against it, to be told to who asks.
    pub warning: &'static str,
    /// The scheme that does it.
    pub scheme: &'static dyn Scheme,
}

/// One part of the message that a scheme hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The secret, raw.
    Secret,
    /// The path, decoded.
    Path,
    /// The expiry as it was sent.
    Expires,
    /// The client's address where the token is bound to it, else nothing.
    ClientIp,
    /// These very bytes.
    Literal(&'static [u8]),
}

/// Where random bytes come from: fills the slice, or fails.
pub type Random<'a> = &'a mut dyn FnMut(&mut [u8]) -> Result<(), Failure>;

/// One vendor's way to sign links.
pub trait Scheme: Sync {
    /// The word that names it in configurations and on command lines.
    fn name(&self) -> &'static str;

    /// What it does only where it is asked to.
    fn extras(&self) -> &'static [Extra] {
        &[]
    }

    /// The names its parameters have at the vendor.
    fn params(&self) -> Params<'static>;

    /// Whether its tokens can be bound to the client's address.
    fn client_ip(&self) -> ClientIp;

    /// The HTTP status for a token that is right but too old, where the vendor has one of its own.
    fn expired_status(&self) -> Option<u16>;

    /// What is hashed with MD5, one part behind the other, to make the token; nothing where tokens are
    /// encrypted.
    fn message(&self) -> &'static [Part] {
        &[]
    }

    /// What an encrypted token says, whether or not it would open. `None` where the secret does not fit
    /// or tokens are not encrypted. For those who explain a link: to open one, [`verify`](Self::verify)
    /// it.
    fn decrypt(&self, _token: &[u8], _secret: Secret<'_>) -> Option<Vec<u8>> {
        None
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
