//! The text of a playlist, and its URL.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

use super::{Args, fetch, is_remote};
use crate::output::Trouble;

/// The longest playlist that is read, in bytes.
pub(super) const LONGEST: u64 = 64 << 20;

/// What a playlist is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Hls,
    Dash,
}

/// A playlist as it stands.
pub(super) struct Text {
    pub(super) bytes: Vec<u8>,
    pub(super) kind: Kind,
    /// That players have of it, with or without a token.
    pub(super) url: OsString,
}

impl Text {
    pub(super) fn read(args: &Args) -> Result<Self, Trouble> {
        let source = args.playlist.as_bytes();
        if is_remote(source) {
            let fetched = fetch::fetch(source, args.timeout)?;
            let url = args.url.clone();
            return Self::of(
                fetched.bytes,
                url.unwrap_or_else(|| OsString::from_vec(fetched.url)),
            );
        }
        let url = args.url.clone().ok_or(
            "say with --url which URL players have of the playlist: its links are resolved against that",
        )?;
        let name = args.playlist.display();
        let bytes = if source == b"-" {
            bytes(io::stdin().lock())
        } else {
            File::open(&args.playlist).and_then(bytes)
        };
        let bytes = bytes.map_err(|error| format!("cannot read \"{name}\": {error}"))?;
        Self::of(bytes, url)
    }

    fn of(bytes: Vec<u8>, url: OsString) -> Result<Self, Trouble> {
        if bytes.len() as u64 > LONGEST {
            return Err("the playlist has more than 64 MiB; no player reads that".into());
        }
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let text = text.trim_ascii_start();
        let kind = if text.starts_with(b"#EXTM3U") {
            Kind::Hls
        } else if text.starts_with(b"<") {
            Kind::Dash
        } else {
            return Err(
                "this is no playlist: HLS begins with \"#EXTM3U\", and DASH with \"<\"; look what it is".into(),
            );
        };
        Ok(Self { bytes, kind, url })
    }
}

/// All there is, or a byte more than is read.
fn bytes(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader
        .take(LONGEST.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
