//! What links, clients and what was revoked are known by: keyed hashes, of which nothing can be made again.

use siphasher::sip128::SipHasher13;

use crate::Network;

/// What the hashes are made with. Known to nobody, so that nobody can make two links look alike.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Key(pub [u8; 16]);

/// What a link, or something that was revoked, is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Its first bits say where it is, and its last what it is known by there.
    hash: u64,
    /// What its clients are hashed with. Never kept.
    secret: u64,
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
    /// Of a link, by what was authenticated of its token. Not by its scheme: several make the same token of the same
    /// secret, and where two of them are in force it opens in the form of each.
    #[inline]
    pub fn link(&self, token: &[u8; 16]) -> Trace {
        Trace::of(SipHasher13::new_with_key(&self.0), token)
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
        Trace::of(SipHasher13::new_with_key(&key), name)
    }
}

impl Trace {
    #[inline]
    fn of(hasher: SipHasher13, bytes: &[u8]) -> Self {
        let hash = hasher.hash(bytes);
        Self {
            hash: hash.h1,
            secret: hash.h2,
        }
    }

    /// A number by which a few of them can be told apart.
    #[inline]
    pub fn number(self) -> u64 {
        self.hash
    }

    /// What the link is known by while its limits are tried out: another one.
    #[must_use]
    pub fn rehearsed(self) -> Self {
        Self {
            hash: !self.hash,
            ..self
        }
    }

    /// Which of so many places it has: as many traces for each, whatever their number is.
    #[inline]
    pub(crate) fn position(self, length: usize) -> usize {
        (u128::from(self.hash).wrapping_mul(length as u128) >> u64::BITS) as usize
    }

    /// So many bits by which it is known; never 0.
    #[inline]
    pub(crate) fn tag<const BITS: u32>(self) -> u64 {
        let behind = u64::BITS.saturating_sub(BITS);
        (self.hash << behind >> behind).max(1)
    }

    /// Of a link's place for the clients that come after so many places full of them.
    #[inline]
    pub(crate) fn block(self, number: u64) -> Self {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        Self {
            hash: self.hash.wrapping_add(number.wrapping_mul(STEP)),
            ..self
        }
    }

    /// What a client is known by at the link, in 48 bits: its network multiplied (as NH of RFC 4418 does) with what nobody
    /// knows who does not have the key, and what is another with each link.
    #[inline]
    pub(crate) fn client(self, network: Network) -> u64 {
        let front = (network.0 >> u64::BITS) as u64;
        let behind = network.0 as u64;
        let other = self.secret.rotate_left(u64::BITS / 2) ^ self.hash;
        let product = u128::from(front.wrapping_add(self.secret))
            .wrapping_mul(u128::from(behind.wrapping_add(other)));
        let folded = (product >> u64::BITS) as u64 ^ product as u64;
        (folded >> 16).max(1)
    }
}
