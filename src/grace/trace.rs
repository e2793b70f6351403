//! What is remembered of a viewer: a keyed hash, of which nothing can be made again.

use std::hash::Hasher as _;

use siphasher::sip128::{Hasher128 as _, SipHasher24};

/// What is remembered of a viewer.
#[derive(Clone, Copy)]
pub(super) struct Trace {
    /// Which bucket it is in.
    pub(super) bucket: u64,
    /// What it is known by there; never 0.
    pub(super) tag: u64,
}

/// What all the tokens of one viewing have in common, as a hash that is to be gone on with.
#[derive(Clone, Copy)]
pub(super) struct Viewing(SipHasher24);

impl Viewing {
    /// `expires` in Unix seconds.
    pub(super) fn new(
        key: &[u8; 16],
        address: &[u8],
        scheme: &str,
        secret: &[u8],
        expires: u64,
    ) -> Self {
        let mut viewing = Self(SipHasher24::new_with_key(key));
        viewing.add(address);
        viewing.add(scheme.as_bytes());
        viewing.add(secret);
        viewing.add(&expires.to_le_bytes());
        viewing
    }

    /// That a token opened, which is known by its pieces.
    pub(super) fn with_token<'p>(mut self, pieces: impl Iterator<Item = &'p [u8]>) -> Trace {
        self.0.write_u8(0);
        pieces.for_each(|piece| self.add(piece));
        self.trace()
    }

    /// That a file in a directory was opened. `front` is what stands in front of a token in the path.
    pub(super) fn in_directory(mut self, front: &[u8], directory: &[u8]) -> Trace {
        self.0.write_u8(1);
        self.add(front);
        self.add(directory);
        self.trace()
    }

    /// With its length, so that what stands side by side does not run together.
    fn add(&mut self, bytes: &[u8]) {
        self.0.write(&bytes.len().to_le_bytes());
        self.0.write(bytes);
    }

    fn trace(self) -> Trace {
        let hash = self.0.finish128();
        Trace {
            bucket: hash.h1,
            tag: hash.h2.max(1),
        }
    }
}
