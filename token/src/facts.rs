//! What there is to say about a scheme before any link is looked at. Parsers, messages, help and the
//! tables in documents are made of it.

use alloc::borrow::Cow;
use alloc::sync::Arc;

use crate::{Extra, Field, FieldKind, Format, Params, SecretSpelling, Time, TimeEvent};

/// The facts of one scheme.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The word that names it in configurations and on command lines.
    pub name: Cow<'static, str>,
    /// What its vendor calls it; empty for an operator's own.
    pub title: Cow<'static, str>,
    /// Address of the vendor's document; empty for an operator's own.
    pub vendor: Cow<'static, str>,
    /// What it does only where it is asked to.
    pub extras: &'static [Extra],
    /// Where a token stands unless the operator says otherwise.
    pub carrier: Carrier,
    /// The names its parameters have at the vendor; none where the carrier is the path.
    pub params: Params,
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
    /// How its tokens are made where they are digests.
    pub fn format(&self) -> Option<&Format> {
        match &self.anatomy {
            Anatomy::Digest(format) => Some(format),
            Anatomy::Sealed | Anatomy::Signed { .. } => None,
        }
    }

    /// Whether each of its tokens is for one path. Those that have claims may say otherwise.
    pub fn is_for_one_path(&self) -> bool {
        self.scope == Scope::Exact && self.format().is_some()
    }

    /// How its secrets are written.
    pub fn secret(&self) -> SecretSpelling {
        match &self.anatomy {
            Anatomy::Digest(format) => format.secret,
            Anatomy::Sealed => SecretSpelling::Text,
            Anatomy::Signed { secret, .. } => *secret,
        }
    }

    /// Whether a link may carry its time of issue alone, so that somebody has to say how long it opens from then on.
    pub fn needs_lifetime(&self) -> bool {
        self.format().is_some_and(|format| {
            let is_issue = |time: Time| time.event == TimeEvent::Issue;
            let says_itself = |field: &Field| field.kind == FieldKind::Ttl && !field.is_optional;
            format.time.is_some_and(is_issue) && !format.fields.iter().any(says_itself)
        })
    }

    /// Whether its links say when they were issued.
    pub fn tells_issue(&self) -> bool {
        let time = self.format().and_then(|format| format.time);
        time.is_some_and(|time| time.event == TimeEvent::Issue)
    }

    /// How many seconds a link opens from its time of issue on unless the operator says otherwise. `None` where
    /// links say when they expire, or the operator has to say it.
    pub fn lifetime(&self) -> Option<u64> {
        match &self.anatomy {
            Anatomy::Digest(format) => format.lifetime,
            Anatomy::Sealed | Anatomy::Signed { .. } => None,
        }
    }
}

/// Where a token may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// The client's query.
    Query,
    /// A cookie, a header or whatever else has the form of a query.
    Value,
    /// The first segments of the path.
    Path,
}

/// How a token is made.
#[derive(Clone, Debug)]
pub enum Anatomy {
    /// A digest over a few fields.
    Digest(Arc<Format>),
    /// Claims, encrypted.
    Sealed,
    /// Claims that anybody can read, with a digest over them and the request.
    Signed {
        /// How secrets are written.
        secret: SecretSpelling,
        /// How the message becomes a token, as formats write it.
        digest: &'static str,
        /// What is hashed, for a reader.
        message: &'static str,
    },
}

/// Whether a scheme's tokens can be bound to the client's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientIp {
    /// They cannot.
    Never,
    /// They are where the operator says so.
    Optional,
    /// They are unless the operator says otherwise.
    Always,
    /// They are where the token says so.
    Claimed,
}

/// Which paths one token opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The one that was signed.
    Exact,
    /// Those of the directory that was signed, not of those inside it.
    Directory,
    /// Those of the directory that was signed and of all inside it.
    Tree,
    /// All: its tokens are for no path.
    Everything,
    /// Those that begin as the token says.
    Prefix,
    /// Those that fit the token's patterns.
    Pattern,
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
