//! What a token says once a secret opened it.

use crate::Place;

/// What a token says. A value of this type exists only once a secret fitted, so that nothing a token says can
/// be believed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The end of time where it never does: one that expires then is no other.
    expires: u64,
}

impl Claims {
    /// To be called where a secret fitted, and nowhere else.
    pub(crate) const fn signed(expires: Option<u64>) -> Self {
        Self {
            expires: match expires {
                Some(seconds) => seconds,
                None => u64::MAX,
            },
        }
    }

    /// When the token expires, in Unix seconds; `None` where it never does.
    pub const fn expires(&self) -> Option<u64> {
        match self.expires {
            u64::MAX => None,
            seconds => Some(seconds),
        }
    }

    /// The same, with the end of time for never.
    pub(crate) const fn last_second(&self) -> u64 {
        self.expires
    }
}

/// A token that a secret opened: what it says, which secret that was, and where it stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenedToken {
    /// What it says.
    pub claims: Claims,
    /// Position, from 0, of the secret that fitted.
    pub secret: u32,
    /// Where it stood in what the client sent.
    pub place: Place,
}
