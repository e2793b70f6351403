//! Playlists that come compressed with gzip (RFC 1952), taken apart piece by piece in bounded memory.

use core::fmt;

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];
/// Bytes of a header up to what its flags say there is.
const FIXED: u16 = 10;
/// Bytes of the checksum and the length behind the data. They are not looked at: what is wrong has been sent by then.
const TRAILER: u16 = 8;

// Flags.
const HAS_CHECKSUM: u8 = 2;
const HAS_EXTRA: u8 = 4;
const HAS_NAME: u8 = 8;
const HAS_COMMENT: u8 = 16;
const RESERVED: u8 = 0xe0;

/// Undoes gzip.
pub struct Gunzip {
    inflate: InflateState,
    stage: Stage,
    /// Flags of the header whose part was not read yet.
    flags: u8,
    /// There was no room for all that was made of what came.
    is_full: bool,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The byte at this position of a header's fixed part.
    Fixed(u16),
    /// The length of what else is in a header: its first byte, and the second.
    ExtraLength(Option<u8>),
    /// So many bytes of a header.
    Skip(u16),
    /// A text of a header, up to a zero.
    Text,
    Data,
    /// So many bytes of the trailer.
    Trailer(u16),
}

/// What came is no gzip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoGzip;

impl fmt::Display for NoGzip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what came is no gzip, or was cut off")
    }
}

/// What one step took and made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Bytes of what came that are done with.
    pub taken: usize,
    /// Bytes at the beginning of the room.
    pub made: usize,
}

impl Default for Gunzip {
    fn default() -> Self {
        Self {
            inflate: InflateState::new(DataFormat::Raw),
            stage: Stage::Fixed(0),
            flags: 0,
            is_full: false,
        }
    }
}

impl Gunzip {
    /// Takes some of what came, and puts what it makes of that into `room`. To be called again with the rest, and with
    /// nothing as long as [`has_more`](Self::has_more).
    ///
    /// # Errors
    ///
    /// [`NoGzip`].
    pub fn step(&mut self, came: &[u8], room: &mut [u8]) -> Result<Step, NoGzip> {
        let mut rest = came;
        while self.stage != Stage::Data {
            let Some((&byte, behind)) = rest.split_first() else {
                break;
            };
            self.stage = self.after(byte)?;
            rest = behind;
        }
        let mut step = Step {
            taken: came.len().saturating_sub(rest.len()),
            made: 0,
        };
        if self.stage != Stage::Data {
            return Ok(step);
        }
        let result = inflate(&mut self.inflate, rest, room, MZFlush::None);
        step.taken = step.taken.saturating_add(result.bytes_consumed);
        step.made = result.bytes_written;
        self.is_full = step.made == room.len();
        let is_stuck = result.bytes_consumed == 0 && step.made == 0;
        if is_stuck && !rest.is_empty() && !room.is_empty() {
            return Err(NoGzip);
        }
        match result.status {
            Ok(MZStatus::Ok) | Err(MZError::Buf) => Ok(step),
            Ok(MZStatus::StreamEnd) => {
                self.is_full = false;
                self.stage = Stage::Trailer(TRAILER);
                self.inflate.reset(DataFormat::Raw);
                Ok(step)
            }
            Ok(MZStatus::NeedDict) | Err(_) => Err(NoGzip),
        }
    }

    /// Whether more can be made of what came already.
    #[must_use]
    pub const fn has_more(&self) -> bool {
        self.is_full
    }

    /// Whether all may have come.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.stage == Stage::Fixed(0)
    }

    /// What comes behind a byte outside the data.
    fn after(&mut self, byte: u8) -> Result<Stage, NoGzip> {
        Ok(match self.stage {
            Stage::Fixed(at) => {
                let expected = MAGIC.get(usize::from(at));
                if expected.is_some_and(|&expected| byte != expected) {
                    return Err(NoGzip);
                }
                if at == 3 {
                    self.flags = byte;
                }
                if self.flags & RESERVED != 0 {
                    return Err(NoGzip);
                }
                match at.saturating_add(1) {
                    FIXED => self.next_part(),
                    next => Stage::Fixed(next),
                }
            }
            Stage::ExtraLength(None) => Stage::ExtraLength(Some(byte)),
            Stage::ExtraLength(Some(low)) => match u16::from_le_bytes([low, byte]) {
                0 => self.next_part(),
                length => Stage::Skip(length),
            },
            Stage::Skip(1) => self.next_part(),
            Stage::Skip(left) => Stage::Skip(left.saturating_sub(1)),
            Stage::Text if byte == 0 => self.next_part(),
            Stage::Text => Stage::Text,
            Stage::Trailer(1) => Stage::Fixed(0),
            Stage::Trailer(left) => Stage::Trailer(left.saturating_sub(1)),
            Stage::Data => Stage::Data,
        })
    }

    /// The next part of the header that its flags tell of, or the data.
    fn next_part(&mut self) -> Stage {
        let parts = [
            (HAS_EXTRA, Stage::ExtraLength(None)),
            (HAS_NAME, Stage::Text),
            (HAS_COMMENT, Stage::Text),
            (HAS_CHECKSUM, Stage::Skip(2)),
        ];
        for (flag, stage) in parts {
            if self.flags & flag != 0 {
                self.flags &= !flag;
                return stage;
            }
        }
        self.flags = 0;
        Stage::Data
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]
mod tests {
    use std::vec;
    use std::vec::Vec;

    use miniz_oxide::deflate::compress_to_vec;
    use proptest::prelude::*;

    use super::*;

    /// `flags`: what the header has, of which there is some then.
    fn gzip(text: &[u8], flags: u8) -> Vec<u8> {
        let mut whole = vec![0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 5, 6];
        if flags & HAS_EXTRA != 0 {
            whole.extend([3, 0, 0, 1, 2]);
        }
        for flag in [HAS_NAME, HAS_COMMENT] {
            if flags & flag != 0 {
                whole.extend(b"a name\0");
            }
        }
        if flags & HAS_CHECKSUM != 0 {
            whole.extend([9, 9]);
        }
        whole.extend(compress_to_vec(text, 6));
        whole.extend([0; 8]);
        whole
    }

    fn gunzip(whole: &[u8], piece: usize, room: usize) -> Result<Vec<u8>, NoGzip> {
        let (mut gunzip, mut text, mut room) = (Gunzip::default(), Vec::new(), vec![0; room]);
        for piece in whole.chunks(piece) {
            let mut rest = piece;
            while !rest.is_empty() || gunzip.has_more() {
                let step = gunzip.step(rest, &mut room)?;
                text.extend(&room[..step.made]);
                rest = &rest[step.taken..];
            }
        }
        if gunzip.is_whole() {
            Ok(text)
        } else {
            Err(NoGzip)
        }
    }

    proptest! {
        #[test]
        fn what_was_compressed_comes_back_whatever_the_pieces(
            text in prop::collection::vec(prop_oneof![Just(b'a'), any::<u8>()], 0..3000),
            flags in 0..32u8,
            piece in 1..300usize,
            room in 1..300usize,
        ) {
            let whole = gzip(&text, flags & !1);
            prop_assert_eq!(gunzip(&whole, piece, room), Ok(text.clone()));
            let twice = [&whole[..], &whole].concat();
            prop_assert_eq!(gunzip(&twice, piece, room), Ok([&text[..], &text].concat()));
        }

        #[test]
        fn what_was_cut_off_is_noticed(text: Vec<u8>, flags in 0..32u8, at: prop::sample::Index, piece in 1..300usize) {
            let whole = gzip(&text, flags & !1);
            let cut = &whole[..1 + at.index(whole.len() - 1)];
            prop_assert_eq!(gunzip(cut, piece, 100), Err(NoGzip));
        }

        #[test]
        fn no_bytes_make_it_panic_or_hang(bytes: Vec<u8>, piece in 1..300usize, room in 1..300usize) {
            let _ = gunzip(&bytes, piece, room);
            let _ = gunzip(&[&gzip(b"", 0)[..10], &bytes].concat(), piece, room);
        }
    }

    #[test]
    fn a_thousandfold_is_made_in_small_steps() {
        let whole = gzip(&vec![0; 10_000_000], 0);
        assert!(whole.len() < 20_000);
        assert_eq!(
            gunzip(&whole, 4096, 4096).map(|text| text.len()),
            Ok(10_000_000)
        );
    }

    #[test]
    fn nothing_is_whole_and_what_is_no_gzip_is_not() {
        assert_eq!(gunzip(b"", 1, 1), Ok(vec![]));
        for bytes in [
            &b"#EXTM3U\n"[..],
            b"\x1f\x8b\x07",
            b"\x1f\x8b\x08\x20",
            b"\x1f",
        ] {
            assert_eq!(gunzip(bytes, 1, 1), Err(NoGzip));
        }
        let behind = [&gzip(b"a", 0)[..], b"#EXTM3U"].concat();
        assert_eq!(gunzip(&behind, 1, 1), Err(NoGzip));
    }
}
