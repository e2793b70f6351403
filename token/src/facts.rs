//! What there is to say about a scheme before any link is looked at. Parsers, messages, help and the
//! tables in documents are made of it.

use crate::{Params, Scheme};

/// The facts of one scheme.
pub struct Facts {
    /// The word that names it in configurations and on command lines.
    pub name: &'static str,
    /// What its vendor calls it.
    pub title: &'static str,
    /// Address of the vendor's document.
    pub vendor: &'static str,
    /// What it does only where it is asked to.
    pub extras: &'static [Extra],
    /// The names its parameters have at the vendor.
    pub params: Params<'static>,
    /// Whether its tokens can be bound to the client's address.
    pub client_ip: ClientIp,
    /// Which paths one token opens.
    pub scope: Scope,
    /// Whether a link still opens in the very second of its expiry.
    pub boundary: Boundary,
    /// The HTTP status for a token that is right but too old, where the vendor has one of its own.
    pub expired_status: Option<u16>,
    /// How a token is made.
    pub anatomy: Anatomy,
}

impl Facts {
    /// What is hashed to make a token; nothing where that is not how tokens are made.
    pub const fn message(&self) -> &'static [Part] {
        match self.anatomy {
            Anatomy::Digest(message) => message,
            Anatomy::Sealed => &[],
        }
    }
}

/// How a token is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anatomy {
    /// The MD5 of these parts, one behind the other, as base64url.
    Digest(&'static [Part]),
    /// Claims, encrypted.
    Sealed,
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

/// Which paths one token opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The one that was signed.
    Exact,
    /// Those that begin as the token says.
    Prefix,
}

/// Whether a link still opens in the very second of its expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// It does: expired is what lies after it.
    Inclusive,
    /// It does not any more.
    Exclusive,
}

impl Boundary {
    /// Whether the time of a link that expires then is over; both in Unix seconds.
    pub const fn is_over(self, expires: u64, now: u64) -> bool {
        match self {
            Self::Inclusive => now > expires,
            Self::Exclusive => now >= expires,
        }
    }
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
