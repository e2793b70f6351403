//! What a token says once its signature fitted.

use crate::{Boundary, Reason, Rules, Verdict};

/// What a token says. A value of this type exists only once a signature fitted, so that nothing a
/// token says can be believed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    expires: Option<u64>,
    secret: usize,
    source: usize,
}

impl Claims {
    /// To be called where a signature was compared, and nowhere else.
    pub(crate) const fn signed(expires: Option<u64>, secret: usize, source: usize) -> Self {
        Self {
            expires,
            secret,
            source,
        }
    }

    /// When the token expires, in Unix seconds; `None` where it never does.
    pub const fn expires(&self) -> Option<u64> {
        self.expires
    }

    /// Position, from 0, of the secret that fitted.
    pub const fn secret(&self) -> usize {
        self.secret
    }

    /// Position, from 0, of the place where the token stood.
    pub const fn source(&self) -> usize {
        self.source
    }

    /// Holds the token against the clock; `now` in Unix seconds.
    pub(crate) fn judge(self, boundary: Boundary, rules: &Rules<'_>, now: u64) -> Verdict {
        // A token that never expires is one that expires at the end of time.
        let expires = self.expires.unwrap_or(u64::MAX);
        let last = expires.saturating_add(rules.clock_skew);
        let expired = match boundary {
            Boundary::Inclusive => now > last,
            Boundary::Exclusive => now >= last,
        };
        let lives_too_long = rules
            .max_lifetime
            .is_some_and(|longest| expires > now.saturating_add(longest));
        let reason = if expired {
            Reason::Expired
        } else if lives_too_long {
            Reason::Lifetime
        } else {
            return Verdict::Passed(self);
        };
        self.refused(reason)
    }

    /// A refusal for a reason that lies not in the signature.
    pub(crate) const fn refused(self, reason: Reason) -> Verdict {
        Verdict::Refused {
            reason,
            claims: Some(self),
        }
    }
}
