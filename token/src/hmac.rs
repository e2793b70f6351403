//! HMAC (RFC 2104) with the hash functions that schemes use it with.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

/// A key's inner and outer state, so that the key itself is not hashed again for every message.
#[derive(Clone)]
pub(crate) struct HmacSha1(Hmac<Sha1>);

impl HmacSha1 {
    /// Of a key of any length.
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        Hmac::new_from_slice(key).ok().map(Self)
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn finish(self) -> [u8; 20] {
        self.0.finalize().into_bytes().into()
    }
}
