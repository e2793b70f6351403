//! What hashes a message as it is put together.

use crate::hmac::Hmac;
use crate::short::ShortMessage;

/// What takes a message piece by piece.
pub(super) trait Hasher {
    /// `None` where there is no room for it.
    fn take(&mut self, bytes: &[u8]) -> Option<()>;

    fn take_lower_case(&mut self, text: &[u8]) -> Option<()> {
        for chunk in text.chunks(64) {
            let mut buffer = [0; 64];
            for (lower, byte) in buffer.iter_mut().zip(chunk) {
                *lower = byte.to_ascii_lowercase();
            }
            self.take(buffer.get(..chunk.len())?)?;
        }
        Some(())
    }
}

impl Hasher for ShortMessage<'_> {
    #[inline]
    fn take(&mut self, bytes: &[u8]) -> Option<()> {
        self.push(bytes)
    }
}

/// A plain hash function.
pub(super) struct Plain<H>(pub(super) H);

impl<H: md5::Digest> Hasher for Plain<H> {
    fn take(&mut self, bytes: &[u8]) -> Option<()> {
        self.0.update(bytes);
        Some(())
    }
}

impl Hasher for Hmac {
    fn take(&mut self, bytes: &[u8]) -> Option<()> {
        self.update(bytes);
        Some(())
    }
}
