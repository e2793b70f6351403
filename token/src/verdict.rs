//! What is decided about a request, and why.

use crate::{Claims, OpenedToken};

/// The decision about one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The token opens what was asked for.
    Passed(OpenedToken),
    /// It does not.
    Refused {
        /// The first thing that did not hold.
        reason: Reason,
        /// The token, where its signature fitted and something else did not.
        token: Option<OpenedToken>,
    },
}

impl Verdict {
    /// A refusal of a token about which nothing is known for certain.
    pub(crate) const fn refused(reason: Reason) -> Self {
        Self::Refused {
            reason,
            token: None,
        }
    }

    /// A refusal of a token that a secret opened, for a reason that lies not in the signature.
    pub(crate) const fn refused_of(token: OpenedToken, reason: Reason) -> Self {
        Self::Refused {
            reason,
            token: Some(token),
        }
    }

    /// Why the request was refused; `None` where it passed.
    pub const fn reason(&self) -> Option<Reason> {
        match self {
            Self::Passed(_) => None,
            Self::Refused { reason, .. } => Some(*reason),
        }
    }

    /// The token; only one whose signature fitted.
    pub const fn token(&self) -> Option<&OpenedToken> {
        match self {
            Self::Passed(token) => Some(token),
            Self::Refused { token, .. } => token.as_ref(),
        }
    }

    /// Its word in variables and counters.
    pub const fn status(&self) -> &'static str {
        Reason::status_of(self.reason(), false)
    }

    /// What the token says; only of one whose signature fitted.
    pub const fn claims(&self) -> Option<&Claims> {
        match self.token() {
            Some(token) => Some(&token.claims),
            None => None,
        }
    }
}

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// There is no token.
    Missing,
    /// The token, its expiry or the path is not of the scheme's form.
    Malformed,
    /// A parameter of the token stands in the query twice.
    Duplicate,
    /// No secret fits: something was altered, or it was signed with another secret or other bytes.
    Signature,
    /// The token is right but too old.
    Expired,
    /// The token expires later than the longest lifetime that is accepted, or its time has not come yet.
    Lifetime,
    /// The token is bound to other client addresses, or the client has none.
    ClientIp,
    /// The token is not for the client's country, or nobody knows that country.
    Country,
    /// The token is not for the page that led here.
    Referrer,
    /// The token is not for this protocol.
    Protocol,
    /// The token is not for this host.
    Host,
    /// The token is not for this path.
    Url,
    /// The token restricts something that is not known here.
    UnsupportedClaim,
    /// The configured secrets came out empty, or are none that the scheme can use.
    NoSecret,
    /// The token is right, and the server ended it before its time.
    Revoked,
    /// The token is right, and as many clients use it already as may.
    Shared,
    /// The token is right, and has opened as often as it may.
    Used,
}

impl Reason {
    /// All there are, in the order in which they are numbered.
    pub const ALL: [Self; 17] = [
        Self::Missing,
        Self::Malformed,
        Self::Duplicate,
        Self::Signature,
        Self::Expired,
        Self::Lifetime,
        Self::ClientIp,
        Self::Country,
        Self::Referrer,
        Self::Protocol,
        Self::Host,
        Self::Url,
        Self::UnsupportedClaim,
        Self::NoSecret,
        Self::Revoked,
        Self::Shared,
        Self::Used,
    ];

    /// The reason's word in logs, variables and counters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::Duplicate => "duplicate",
            Self::Signature => "signature",
            Self::Expired => "expired",
            Self::Lifetime => "lifetime",
            Self::ClientIp => "client_ip",
            Self::Country => "country",
            Self::Referrer => "referrer",
            Self::Protocol => "protocol",
            Self::Host => "host",
            Self::Url => "url",
            Self::UnsupportedClaim => "unsupported_claim",
            Self::NoSecret => "no_secret",
            Self::Revoked => "revoked",
            Self::Shared => "shared",
            Self::Used => "used",
        }
    }

    /// The word for what became of a request in variables and counters. `reason`: why it was refused; `is_spared`:
    /// a dry run let it pass all the same.
    pub const fn status_of(reason: Option<Self>, is_spared: bool) -> &'static str {
        match (reason, is_spared) {
            (None, _) => "PASSED",
            (Some(Self::Expired), false) => "EXPIRED",
            (Some(Self::Expired), true) => "EXPIRED_DRY_RUN",
            (Some(_), false) => "REJECTED",
            (Some(_), true) => "REJECTED_DRY_RUN",
        }
    }

    /// What it means, in one clause.
    pub const fn summary(self) -> &'static str {
        match self {
            Self::Missing => {
                "no token: the parameter is absent or empty, or the query does not begin with a token"
            }
            Self::Malformed => {
                "the token, its expiry, a claim in it or the path is not of the scheme's form"
            }
            Self::Duplicate => "the token, its expiry or a field beside them is given twice",
            Self::Signature => {
                "no secret fits: something was altered, or it was signed with another secret or other bytes"
            }
            Self::Expired => "the token is right, and its time is over",
            Self::Lifetime => {
                "the token is right, and expires later than the longest lifetime that is accepted, or never, or its time has \
                 not come yet"
            }
            Self::ClientIp => {
                "the token is bound to other client addresses, or the client's is not known"
            }
            Self::Country => {
                "the token is not for the client's country, or nobody knows that country"
            }
            Self::Referrer => "the token is not for the page that led here",
            Self::Protocol => "the token is not for this protocol",
            Self::Host => "the token is not for this host, or the client named none",
            Self::Url => "the token is not for this path",
            Self::UnsupportedClaim => "the token restricts something that is not known here",
            Self::NoSecret => {
                "the configured secrets came out empty, or not as the scheme writes them"
            }
            Self::Revoked => "the token is right, and the operator ended it before its time",
            Self::Shared => "the token is right, and as many clients as may use it do so already",
            Self::Used => "the token is right, and has opened as often as it may",
        }
    }
}

// They are numbered in this order: counters in shared memory have their places by it.
const _: () = {
    let mut rest = Reason::ALL.as_slice();
    let mut number = 0;
    while let [first, behind @ ..] = rest {
        assert!(*first as usize == number);
        rest = behind;
        number += 1;
    }
};
