//! What is hashed to make a token.

use md5::{Digest as _, Md5};

use super::{DigestBytes, LONGEST, Row, keys};
use crate::hmac::HmacSha1;
use crate::key::Prepared;
use crate::short::{Blocks, ShortMessage};
use crate::{Function, Key, Part, Place, Secret};

/// What is hashed, but for the secret.
pub(super) struct Message<'a> {
    /// As the scheme takes it: decoded, or as it was sent.
    pub(super) path: &'a [u8],
    pub(super) query: &'a [u8],
    /// Where the token stands in that query.
    pub(super) token_in_query: Option<&'a Place>,
    pub(super) time: &'a [u8],
    pub(super) client_ip: &'a [u8],
    pub(super) ignore_case: bool,
}

/// What takes a message piece by piece.
trait Hasher {
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

impl Hasher for Md5 {
    fn take(&mut self, bytes: &[u8]) -> Option<()> {
        self.update(bytes);
        Some(())
    }
}

impl Hasher for HmacSha1 {
    fn take(&mut self, bytes: &[u8]) -> Option<()> {
        self.update(bytes);
        Some(())
    }
}

impl Message<'_> {
    /// The digest with a secret. `None` for a secret that is none.
    #[inline(always)]
    pub(super) fn digest<R: Row>(&self, secret: Secret<'_>) -> Option<DigestBytes> {
        if secret.is_empty() {
            return None;
        }
        match const { R::FORMAT.digest.function } {
            Function::Md5 => {
                let digest = self.short_md5::<R>(secret);
                digest.or_else(|| self.long_md5::<R>(secret)).map(widened)
            }
            Function::HmacSha1 => self.hmac_sha1::<R>(secret).map(widened),
        }
    }

    /// `None` where the message is longer than nearly all are.
    #[inline(always)]
    fn short_md5<R: Row>(&self, secret: Secret<'_>) -> Option<[u8; 16]> {
        let mut blocks = Blocks::new();
        let mut message = blocks.message();
        self.feed::<R>(secret, &mut message)?;
        let length = message.len();
        blocks.md5(length)
    }

    #[cold]
    #[inline(never)]
    fn long_md5<R: Row>(&self, secret: Secret<'_>) -> Option<[u8; 16]> {
        let mut md5 = Md5::new();
        self.feed::<R>(secret, &mut md5)?;
        Some(md5.finalize().into())
    }

    fn hmac_sha1<R: Row>(&self, secret: Secret<'_>) -> Option<[u8; 20]> {
        let mut hmac = match secret.key() {
            Some(Key(Prepared::HmacSha1(prepared))) => prepared.clone(),
            _ => keys::hmac_sha1::<R>(secret.expose()).ok()?,
        };
        self.feed::<R>(secret, &mut hmac)?;
        Some(hmac.finish())
    }

    #[inline(always)]
    fn feed<R: Row>(&self, secret: Secret<'_>, hasher: &mut impl Hasher) -> Option<()> {
        const { assert!(R::FORMAT.message.len() <= 6) }
        // Written out, for the compiler leaves a loop over constants a loop.
        self.feed_part::<R, 0>(secret, hasher)?;
        self.feed_part::<R, 1>(secret, hasher)?;
        self.feed_part::<R, 2>(secret, hasher)?;
        self.feed_part::<R, 3>(secret, hasher)?;
        self.feed_part::<R, 4>(secret, hasher)?;
        self.feed_part::<R, 5>(secret, hasher)
    }

    #[inline(always)]
    fn feed_part<R: Row, const POSITION: usize>(
        &self,
        secret: Secret<'_>,
        hasher: &mut impl Hasher,
    ) -> Option<()> {
        let Some(part) = R::FORMAT.message.get(POSITION) else {
            return Some(());
        };
        match part {
            Part::Secret => hasher.take(secret.expose()),
            Part::Path | Part::RawPath => self.feed_path(hasher),
            Part::RawUri => {
                self.feed_path(hasher)?;
                self.feed_query(hasher)
            }
            Part::Time => hasher.take(self.time),
            Part::ClientIp => hasher.take(self.client_ip),
            Part::Literal(text) => hasher.take(text.as_bytes()),
        }
    }

    #[inline]
    fn feed_path(&self, hasher: &mut impl Hasher) -> Option<()> {
        if self.ignore_case {
            hasher.take_lower_case(self.path)
        } else {
            hasher.take(self.path)
        }
    }

    /// With the question mark in front of it, where the token is not all there is.
    fn feed_query(&self, hasher: &mut impl Hasher) -> Option<()> {
        let Some(place) = self.token_in_query else {
            if self.query.is_empty() {
                return Some(());
            }
            hasher.take(b"?")?;
            return hasher.take(self.query);
        };
        let mut separator: &[u8] = b"?";
        for stretch in place.others(self.query) {
            hasher.take(separator)?;
            hasher.take(stretch)?;
            separator = b"&";
        }
        Some(())
    }
}

/// A digest with zeros behind it.
#[inline]
fn widened<const N: usize>(digest: [u8; N]) -> DigestBytes {
    let mut bytes = [0; LONGEST];
    if let Some(room) = bytes.first_chunk_mut() {
        *room = digest;
    }
    bytes
}
