//! What a token says once its signature fitted.

use crate::{Reason, Verdict};

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

    /// A refusal for a reason that lies not in the signature.
    pub(crate) const fn refused(self, reason: Reason) -> Verdict {
        Verdict::Refused {
            reason,
            claims: Some(self),
        }
    }
}
