//! Which tags and attributes matter.

use crate::text::{put, trim};

/// Where a URI stands that players fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A line of its own: a segment, or a playlist behind EXT-X-STREAM-INF.
    Line,
    /// EXT-X-KEY.
    Key,
    /// EXT-X-SESSION-KEY.
    SessionKey,
    /// EXT-X-MAP.
    Map,
    /// EXT-X-MEDIA.
    Media,
    /// EXT-X-I-FRAME-STREAM-INF.
    IFrameStreamInf,
    /// EXT-X-IMAGE-STREAM-INF.
    ImageStreamInf,
    /// EXT-X-PART.
    Part,
    /// EXT-X-PRELOAD-HINT.
    PreloadHint,
    /// EXT-X-RENDITION-REPORT.
    RenditionReport,
    /// EXT-X-SESSION-DATA.
    SessionData,
    /// X-ASSET-URI of EXT-X-DATERANGE.
    AssetUri,
    /// X-ASSET-LIST of EXT-X-DATERANGE.
    AssetList,
    /// SERVER-URI of EXT-X-CONTENT-STEERING.
    ContentSteering,
    /// EXT-X-PREFETCH.
    Prefetch,
}

impl Kind {
    /// The tag or attribute, as documents about HLS name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Line => "URI line",
            Kind::Key => "EXT-X-KEY",
            Kind::SessionKey => "EXT-X-SESSION-KEY",
            Kind::Map => "EXT-X-MAP",
            Kind::Media => "EXT-X-MEDIA",
            Kind::IFrameStreamInf => "EXT-X-I-FRAME-STREAM-INF",
            Kind::ImageStreamInf => "EXT-X-IMAGE-STREAM-INF",
            Kind::Part => "EXT-X-PART",
            Kind::PreloadHint => "EXT-X-PRELOAD-HINT",
            Kind::RenditionReport => "EXT-X-RENDITION-REPORT",
            Kind::SessionData => "EXT-X-SESSION-DATA",
            Kind::AssetUri => "X-ASSET-URI",
            Kind::AssetList => "X-ASSET-LIST",
            Kind::ContentSteering => "EXT-X-CONTENT-STEERING",
            Kind::Prefetch => "EXT-X-PREFETCH",
        }
    }
}

/// A tag that has what matters.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tag {
    /// Its attribute URI.
    Uri(Kind),
    DateRange,
    ContentSteering,
    Define,
    Prefetch,
}

/// What matters in a playlist.
#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    Uri(Kind),
    /// A variable's name.
    Name,
    /// A variable's value.
    Value,
}

impl Tag {
    /// The tag of a name, without `#`.
    pub(super) fn of(name: &[u8]) -> Option<Self> {
        Some(match name.strip_prefix(b"EXT-X-")? {
            b"KEY" => Tag::Uri(Kind::Key),
            b"SESSION-KEY" => Tag::Uri(Kind::SessionKey),
            b"MAP" => Tag::Uri(Kind::Map),
            b"MEDIA" => Tag::Uri(Kind::Media),
            b"I-FRAME-STREAM-INF" => Tag::Uri(Kind::IFrameStreamInf),
            b"IMAGE-STREAM-INF" => Tag::Uri(Kind::ImageStreamInf),
            b"PART" => Tag::Uri(Kind::Part),
            b"PRELOAD-HINT" => Tag::Uri(Kind::PreloadHint),
            b"RENDITION-REPORT" => Tag::Uri(Kind::RenditionReport),
            b"SESSION-DATA" => Tag::Uri(Kind::SessionData),
            b"DATERANGE" => Tag::DateRange,
            b"CONTENT-STEERING" => Tag::ContentSteering,
            b"DEFINE" => Tag::Define,
            b"PREFETCH" => Tag::Prefetch,
            _ => return None,
        })
    }

    /// What an attribute of it is.
    pub(super) fn attribute(self, name: &[u8]) -> Option<What> {
        Some(match (self, trim(name).1) {
            (Tag::Uri(kind), b"URI") => What::Uri(kind),
            (Tag::DateRange, b"X-ASSET-URI") => What::Uri(Kind::AssetUri),
            (Tag::DateRange, b"X-ASSET-LIST") => What::Uri(Kind::AssetList),
            (Tag::ContentSteering, b"SERVER-URI") => What::Uri(Kind::ContentSteering),
            // The value of the last two comes from elsewhere: their variable stays unknown.
            (Tag::Define, b"NAME" | b"IMPORT" | b"QUERYPARAM") => What::Name,
            (Tag::Define, b"VALUE") => What::Value,
            _ => return None,
        })
    }
}

/// A name as far as it was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name {
    bytes: [u8; 32],
    len: usize,
}

impl Name {
    pub(super) const fn new() -> Self {
        Name {
            bytes: [0; 32],
            len: 0,
        }
    }

    /// Blanks before it are skipped. False if it is longer than any that matters, and then it is none.
    pub(super) fn push(&mut self, byte: u8) -> bool {
        if self.len == 0 && crate::text::is_blank(byte) {
            return true;
        }
        let end = put(&mut self.bytes, self.len, &[byte]);
        self.len = end.unwrap_or(usize::MAX);
        end.is_some()
    }

    pub(super) fn get(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}
