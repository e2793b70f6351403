//! Short messages, put together and padded on the stack, so that MD5 hashes them where they stand.

use md5::block_api::compress;

/// Bytes of two blocks, in which nearly every message has room.
const ROOM: usize = 128;
/// Bytes of MD5's block, and of the length at the end of the last one.
const BLOCK: usize = 64;
const LENGTH: usize = 8;
/// MD5's state before the first block (RFC 1321, 3.3).
const FIRST_STATE: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

/// Where a message is put together: zeros to begin with.
pub(crate) struct Blocks([u8; ROOM]);

/// A message that is put together part by part.
pub(crate) struct ShortMessage<'r> {
    /// What is left for more of it. Not the whole with a length, which would stay in memory together.
    room: &'r mut [u8],
}

impl ShortMessage<'_> {
    /// Adds a part. `None` where there is no room for it.
    #[inline]
    pub(crate) fn push(&mut self, part: &[u8]) -> Option<()> {
        let room = core::mem::take(&mut self.room);
        let (place, rest) = room.split_at_mut_checked(part.len())?;
        place.copy_from_slice(part);
        self.room = rest;
        Some(())
    }

    /// How many bytes it has.
    pub(crate) fn len(&self) -> usize {
        ROOM.wrapping_sub(self.room.len())
    }
}

impl Blocks {
    pub(crate) const fn new() -> Self {
        Self([0; ROOM])
    }

    /// A message without any part.
    #[inline]
    pub(crate) fn message(&mut self) -> ShortMessage<'_> {
        ShortMessage { room: &mut self.0 }
    }

    /// The MD5 of the message of this length that was put together here. `None` where there is no room for the
    /// padding.
    #[inline(always)]
    pub(crate) fn md5(&mut self, length: usize) -> Option<[u8; 16]> {
        let Self(bytes) = self;
        *bytes.get_mut(length)? = 0x80;
        let bits = (length as u64).wrapping_mul(8).to_le_bytes();
        let mut state = FIRST_STATE;
        let (blocks, _) = bytes.as_chunks_mut::<BLOCK>();
        let is_one = length < BLOCK - LENGTH;
        let blocks = if is_one { blocks.get_mut(..1)? } else { blocks };
        let end = blocks.last_mut()?.last_chunk_mut::<LENGTH>()?;
        if *end != [0; LENGTH] {
            return None;
        }
        *end = bits;
        compress(&mut state, blocks);
        let mut digest = [0; 16];
        for (bytes, word) in digest.as_chunks_mut().0.iter_mut().zip(state) {
            *bytes = word.to_le_bytes();
        }
        Some(digest)
    }
}

#[cfg(test)]
mod tests {
    use md5::{Digest as _, Md5};

    use super::*;

    #[test]
    fn a_short_message_has_the_digest_it_has_everywhere() {
        for length in 0..=ROOM + 1 {
            for byte in [0, b'a', 0xff] {
                let text = std::vec![byte; length];
                let (front, behind) = text.split_at(length / 3);
                let mut blocks = Blocks::new();
                let mut message = blocks.message();
                let fits = message.push(front).is_some() && message.push(behind).is_some();
                let length = message.len();
                let digest = if fits { blocks.md5(length) } else { None };
                let expected: [u8; 16] = Md5::digest(&text).into();
                if length < ROOM - LENGTH {
                    assert_eq!(digest, Some(expected), "{length}");
                } else {
                    assert_eq!(digest, None, "{length}");
                }
            }
        }
    }
}
