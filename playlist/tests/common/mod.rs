//! A sink that puts a token into every URI, and what it saw.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that panics is a test that fails, and each test uses what it needs"
)]

use playlist::dash::{self, Place, Untouched};
use playlist::hls::{self, Kind, Parser, Uri};
use playlist::{Left, ManifestUrl, Token, has_name, with_token};

pub(crate) const URL: ManifestUrl<'static> = ManifestUrl {
    host: b"example.com",
    secure: true,
    path: b"/v/a/m",
    merge_slashes: true,
};

/// The path that a URI is.
pub(crate) type Leads = Result<Vec<u8>, Left>;

/// What comes of a playlist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) out: Vec<u8>,
    /// Each URI, and the path that it is.
    pub(crate) uris: Vec<(Kind, Vec<u8>, Leads)>,
    pub(crate) left: Vec<(Kind, Left)>,
    /// Whether URIs get a token.
    signs: bool,
}

impl hls::Sink for Seen {
    type Error = ();

    fn text(&mut self, text: &[u8]) -> Result<(), ()> {
        self.out.extend_from_slice(text);
        Ok(())
    }

    fn uri(&mut self, uri: Uri<'_>) -> Result<(), ()> {
        let (mut meaning, mut path) = ([0; 9000], [0; 9000]);
        let meaning = uri.meaning(&mut meaning);
        let path = meaning
            .and_then(|meaning| URL.path(meaning, &mut path))
            .map(<[u8]>::to_vec);
        self.uris
            .push((uri.kind, uri.written.to_vec(), path.clone()));
        if path.is_err() || !self.signs {
            return self.text(uri.written);
        }
        with_token(uri.written, uri.spelling, &token(), &mut |text| {
            self.out.extend_from_slice(text);
            Ok(())
        })
    }

    fn left(&mut self, kind: Kind, why: Left) -> Result<(), ()> {
        self.left.push((kind, why));
        Ok(())
    }
}

pub(crate) fn token() -> Token<'static> {
    Token {
        text: b"st=$x&e=1",
        first: false,
        is_old: &|one| has_name(one, &[b"st", b"e"]),
    }
}

/// Reads a playlist in chunks.
pub(crate) fn hls<'c>(chunks: impl Iterator<Item = &'c [u8]>, signs: bool) -> Seen {
    let (mut seen, mut parser) = (
        Seen {
            signs,
            ..Seen::default()
        },
        Parser::new(),
    );
    for chunk in chunks {
        parser.feed(chunk, &mut seen).unwrap();
    }
    parser.finish(&mut seen).unwrap();
    seen
}

/// Puts a token into every URI of a manifest that is not left.
pub(crate) fn dash(xml: &[u8]) -> Result<(Vec<u8>, Vec<Place>), Untouched> {
    let places = dash::places(xml, &URL)?;
    let (mut out, mut done) = (Vec::new(), 0);
    for place in &places {
        assert!(
            done <= place.at.start && place.at.start < place.at.end,
            "places overlap: {place:?}"
        );
        out.extend_from_slice(&xml[done..place.at.start]);
        done = place.at.end;
        let uri = &xml[place.at.clone()];
        if place.target.is_err() {
            out.extend_from_slice(uri);
            continue;
        }
        let write = &mut |text: &[u8]| -> Result<(), ()> {
            out.extend_from_slice(text);
            Ok(())
        };
        with_token(uri, place.spelling, &token(), write).unwrap();
    }
    out.extend_from_slice(&xml[done..]);
    Ok((out, places))
}
