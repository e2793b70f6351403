//! What a token says once its signature fitted.

use crate::{Reason, Rules, Verdict};

/// Whether a link still opens in the very second of its expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Boundary {
    /// It does: expired is what lies after it.
    Inclusive,
    /// It does not any more.
    Exclusive,
}

/// What a token says. A value of this type exists only once a signature fitted, so that nothing a
/// token says can be believed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    expires: u64,
    secret: usize,
}

impl Claims {
    /// To be called where a signature was compared, and nowhere else.
    pub(crate) const fn signed(expires: u64, secret: usize) -> Self {
        Self { expires, secret }
    }

    /// When the token expires, in Unix seconds.
    pub const fn expires(&self) -> u64 {
        self.expires
    }

    /// Position, from 0, of the secret that fitted.
    pub const fn secret(&self) -> usize {
        self.secret
    }

    /// Holds the token against the clock; `now` in Unix seconds.
    pub(crate) fn judge(self, boundary: Boundary, rules: &Rules<'_>, now: u64) -> Verdict {
        let last = self.expires.saturating_add(rules.clock_skew);
        let expired = match boundary {
            Boundary::Inclusive => now > last,
            Boundary::Exclusive => now >= last,
        };
        let lives_too_long = rules
            .max_lifetime
            .is_some_and(|longest| self.expires > now.saturating_add(longest));
        let reason = if expired {
            Reason::Expired
        } else if lives_too_long {
            Reason::Lifetime
        } else {
            return Verdict::Passed(self);
        };
        Verdict::Refused {
            reason,
            claims: Some(self),
        }
    }
}
