//! How playlists are rewritten.

use std::rc::Rc;

use crate::nginx::Value;

/// MIME types, in lower case.
pub(crate) type MimeTypes = Rc<[Box<[u8]>]>;

/// What comes into the links of a playlist.
#[derive(Clone)]
pub(crate) enum Way {
    /// A token of its own for each of them that lies under this path or, where none is said, under the playlist's own
    /// directory.
    Sign { under: Option<Rc<Value>> },
    /// The token that opened the playlist.
    Pass,
}

/// Whether a path is one below which links may be signed.
pub(crate) fn is_directory(path: &[u8]) -> bool {
    path.starts_with(b"/") && path.ends_with(b"/")
}

/// How playlists are rewritten, and what is one.
pub(crate) struct Playlist {
    pub(crate) way: Way,
    /// `None` are the usual ones.
    pub(crate) types: Option<MimeTypes>,
    /// The longest manifest that is held back whole, in bytes.
    pub(crate) max: usize,
}

/// A kind of playlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Hls,
    Dash,
}

const HLS: [&[u8]; 4] = [
    b"application/vnd.apple.mpegurl",
    b"application/x-mpegurl",
    b"audio/mpegurl",
    b"audio/x-mpegurl",
];
const DASH: &[u8] = b"application/dash+xml";
const DASH_PATCH: &[u8] = b"application/dash-patch+xml";

impl Playlist {
    /// What kind of playlist an answer is; `None` where it is none. `path` is the request's, `content_type` without
    /// parameters.
    pub(crate) fn kind(&self, path: &[u8], content_type: &[u8]) -> Option<Kind> {
        let is = |known: &[u8]| content_type.eq_ignore_ascii_case(known);
        let by_name = Kind::by_name(path);
        let by_type = if is(DASH) || is(DASH_PATCH) {
            Kind::Dash
        } else {
            // What is no playlist at its beginning is left as it is.
            Kind::Hls
        };
        let is_listed = match &self.types {
            Some(types) => types.iter().any(|listed| is(listed)),
            None if is(DASH_PATCH) => matches!(self.way, Way::Pass),
            None => is(DASH) || HLS.into_iter().any(is),
        };
        if is_listed { Some(by_type) } else { by_name }
    }
}

impl Kind {
    /// What is known by a path alone.
    pub(crate) fn by_name(path: &[u8]) -> Option<Self> {
        let extension = path.rsplit(|&byte| byte == b'.').next()?;
        let is = |known: &[u8]| extension.eq_ignore_ascii_case(known);
        if is(b"m3u8") {
            Some(Self::Hls)
        } else if is(b"mpd") {
            Some(Self::Dash)
        } else {
            None
        }
    }
}
