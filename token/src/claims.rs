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

/// What a token is known by: the beginning of the digest, HMAC or seal that was authenticated, decoded, with zeros behind
/// one that is shorter. However a token is spelled it has the same, and nobody without a secret can make another that
/// opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenId(pub(crate) [u8; Self::LENGTH]);

impl TokenId {
    /// Of so many bytes.
    pub const LENGTH: usize = 16;

    /// Of what was authenticated: its beginning.
    #[inline]
    pub(crate) fn of(authenticated: &[u8]) -> Self {
        let mut id = [0; Self::LENGTH];
        match authenticated.first_chunk() {
            Some(beginning) => id = *beginning,
            None => {
                for (room, byte) in id.iter_mut().zip(authenticated) {
                    *room = *byte;
                }
            }
        }
        Self(id)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }
}

/// A token that a secret opened: what it says, which secret that was, and where it stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenedToken {
    /// What it says.
    pub claims: Claims,
    /// What it is known by.
    pub id: TokenId,
    /// Position, from 0, of the secret that fitted.
    pub secret: u32,
    /// Where it stood in what the client sent.
    pub place: Place,
}
