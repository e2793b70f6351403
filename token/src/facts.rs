//! What there is to say about a scheme before any link is looked at. Parsers, messages, help and the
//! tables in documents are made of it.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;

use crate::{Format, Params, Scheme, SecretSpelling, TimeEvent};

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
    pub const fn format(&self) -> Option<&'static Format> {
        match self.anatomy {
            Anatomy::Digest(format) => Some(format),
            Anatomy::Sealed => None,
        }
    }

    /// How its secrets are written.
    pub const fn secret(&self) -> SecretSpelling {
        match self.anatomy {
            Anatomy::Digest(format) => format.secret,
            Anatomy::Sealed => SecretSpelling::Text,
        }
    }

    /// How many seconds a link opens from its time of issue on unless the operator says otherwise. `None` where
    /// links say when they expire.
    pub const fn lifetime(&self) -> Option<u64> {
        match self.anatomy {
            Anatomy::Digest(format) => match format.time.event {
                TimeEvent::Issue { lifetime } => Some(lifetime),
                TimeEvent::Expiry => None,
            },
            Anatomy::Sealed => None,
        }
    }

    /// What a link looks like, for a reader, with these names of the parameters: `?st={token}&e={expires}`.
    pub fn link(&self, params: &Params) -> String {
        let format = self.format();
        let text =
            |between| format.map_or("{token}".to_owned(), |format| format.token_text(between));
        if self.carrier == Carrier::Path {
            return format!("/{}{{path}}", text("/"));
        }
        let name = |name| String::from_utf8_lossy(name);
        let mut link = "?".to_owned();
        if let Some(token) = &params.token {
            link.push_str(&format!("{}=", name(token)));
        }
        link.push_str(&text(""));
        if let (Some(expires), Some(format)) = (&params.expires, format) {
            link.push_str(&format!("&{}={{{}}}", name(expires), format.time));
        }
        link
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
#[derive(Clone, Copy)]
pub enum Anatomy {
    /// A digest over a few fields.
    Digest(&'static Format),
    /// Claims, encrypted.
    Sealed,
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
    pub scheme: Scheme,
}
