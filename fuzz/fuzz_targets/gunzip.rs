//! What comes compressed: the same however it is cut, and the same as zlib's.
#![no_main]

use std::io::Read as _;

use arbitrary::Arbitrary;
use flate2::read::MultiGzDecoder;
use flate2::{Compression, GzBuilder};
use libfuzzer_sys::fuzz_target;
use playlist::{Gunzip, NoGzip};

#[derive(Arbitrary, Debug)]
struct Input {
    /// Bytes of a piece, and of the room.
    piece: u8,
    room: u8,
    level: u8,
    has_name: bool,
    has_extra: bool,
    /// A byte that is changed in what was compressed.
    changed: Option<(u16, u8)>,
    cut: Option<u16>,
    text: Vec<u8>,
    /// Comes as it is.
    is_raw: bool,
    repeated: u8,
}

fuzz_target!(|input: Input| {
    let whole = if input.is_raw {
        input.text.clone()
    } else {
        compressed(&input)
    };
    let (piece, room) = (usize::from(input.piece) + 1, usize::from(input.room) + 1);
    let ours = gunzip(&whole, piece, room);
    assert_eq!(
        ours,
        gunzip(&whole, whole.len().max(1), 65_536),
        "in other pieces: {input:?}"
    );
    let mut theirs = Vec::new();
    let read = MultiGzDecoder::new(&*whole).read_to_end(&mut theirs);
    if read.is_ok() && !whole.is_empty() {
        assert_eq!(ours.as_deref(), Ok(&*theirs), "{input:?}");
    }
    if let Ok(ours) = &ours
        && input.changed.is_none()
        && input.cut.is_none()
        && !input.is_raw
    {
        assert_eq!(*ours, input.text.repeat(usize::from(input.repeated % 32)));
    }
});

fn compressed(input: &Input) -> Vec<u8> {
    let mut builder = GzBuilder::new();
    if input.has_name {
        builder = builder.filename("a name");
    }
    if input.has_extra {
        builder = builder.extra([1, 2, 3]);
    }
    let text = input.text.repeat(usize::from(input.repeated % 32));
    let mut reader = builder.read(&*text, Compression::new(u32::from(input.level % 10)));
    let mut whole = Vec::new();
    reader.read_to_end(&mut whole).expect("it is in memory");
    if let Some((at, byte)) = input.changed {
        let at = usize::from(at) % whole.len();
        whole[at] = byte;
    }
    if let Some(cut) = input.cut {
        whole.truncate(usize::from(cut));
    }
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
