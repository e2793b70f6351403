//! What links, clients and what was revoked are known by: keyed hashes, of which nothing can be made again.

use core::hash::Hasher as _;

use siphasher::sip128::{Hasher128 as _, SipHasher13};

use crate::Network;

/// What the hashes are made with. Known to nobody, so that nobody can make two links look alike.
#[derive(Clone, Copy)]
pub struct Key(pub [u8; 16]);

/// What a link, or something that was revoked, is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Where it is.
    pub(crate) hash: u64,
    /// What it is known by there.
    tag: u64,
}

/// What can be revoked beside tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// All tokens of a secret, by the secret's id.
    Key,
    /// All tokens of a session.
    Session,
}

impl Key {
    /// Of a link, by what was authenticated of its token.
    #[inline]
    pub fn link(&self, scheme: &str, token: &[u8; 16]) -> Trace {
        let mut hasher = SipHasher13::new_with_key(&self.0);
        hasher.write(token);
        hasher.write(scheme.as_bytes());
        Trace::of(&hasher)
    }

    /// Of what was revoked and is no token.
    pub fn revoked(&self, kind: Kind, name: &[u8]) -> Trace {
        let mut key = self.0;
        // Keys of their own, so that no name is taken for a token.
        if let Some(first) = key.first_mut() {
            *first ^= match kind {
                Kind::Key => 1,
                Kind::Session => 2,
            };
        }
        let mut hasher = SipHasher13::new_with_key(&key);
        hasher.write(name);
        Trace::of(&hasher)
    }

    /// Of a client of a link: another one with each link.
    #[inline]
    pub(crate) fn client(&self, link: Trace, network: Network) -> u64 {
        let mut hasher = SipHasher13::new_with_key(&self.0);
        hasher.write_u64(link.hash);
        hasher.write_u64(link.tag);
        hasher.write_u128(network.0);
        (hasher.finish128().h1 >> 16).max(1)
    }
}

impl Trace {
    #[inline]
    fn of(hasher: &SipHasher13) -> Self {
        let hash = hasher.finish128();
        Self {
            hash: hash.h1,
            tag: hash.h2,
        }
    }

    /// What the link is known by while its limits are tried out: another one.
    #[must_use]
    pub fn rehearsed(self) -> Self {
        Self {
            tag: !self.tag,
            ..self
        }
    }

    /// So many bits by which it is known; never 0.
    #[inline]
    pub(crate) fn tag<const BITS: u32>(self) -> u64 {
        (self.tag >> u64::BITS.saturating_sub(BITS)).max(1)
    }

    /// Of a link's place for the clients that come after so many places full of them.
    #[inline]
    pub(crate) fn block(self, number: u64) -> Self {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let step = number.wrapping_mul(STEP);
        Self {
            hash: self.hash.wrapping_add(step),
            tag: self.tag ^ step,
        }
    }
}
