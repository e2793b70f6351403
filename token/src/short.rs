//! Short messages, put together and padded on the stack, so that MD5 hashes them where they stand.

use md5::block_api::compress;

/// Bytes of two blocks, in which nearly every message has room.
const ROOM: usize = 128;
/// Bytes of MD5's block, and of the length at the end of the last one.
const BLOCK: usize = 64;
const LENGTH: usize = 8;
/// MD5's state before the first block (RFC 1321, 3.3).
const FIRST_STATE: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

/// A message that is put together part by part.
pub(crate) struct ShortMessage {
    bytes: [u8; ROOM],
    length: usize,
}

impl ShortMessage {
    pub(crate) const fn new() -> Self {
        Self {
            bytes: [0; ROOM],
            length: 0,
        }
    }

    /// Adds a part, and returns it as it stands there. `None` where there is no room for it.
    #[inline]
    pub(crate) fn push(&mut self, part: &[u8]) -> Option<&mut [u8]> {
        let room = self.bytes.get_mut(self.length..)?.get_mut(..part.len())?;
        room.copy_from_slice(part);
        self.length = self.length.wrapping_add(part.len());
        Some(room)
    }

    /// The message's MD5. `None` where there is no room for the padding.
    #[inline]
    pub(crate) fn md5(mut self) -> Option<[u8; 16]> {
        *self.bytes.get_mut(self.length)? = 0x80;
        let bits = (self.length as u64).wrapping_mul(8).to_le_bytes();
        let mut state = FIRST_STATE;
        let (blocks, _) = self.bytes.as_chunks_mut::<BLOCK>();
        let is_one = self.length < BLOCK - LENGTH;
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
                let mut message = ShortMessage::new();
                let fits = message.push(front).is_some() && message.push(behind).is_some();
                let digest = if fits { message.md5() } else { None };
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
