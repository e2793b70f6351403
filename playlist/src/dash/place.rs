//! A place in a manifest where a URI stands.

use crate::{Left, Spelling};
use alloc::vec::Vec;
use core::ops::Range;

/// Where a URI stands, and what it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its bytes in the manifest, without blanks and quotes around them.
    pub at: Range<usize>,
    /// What it is.
    pub kind: Kind,
    /// How a token is written there.
    pub spelling: Spelling,
    /// What players fetch by it, or why no token must go there.
    pub target: Result<Target, Left>,
    /// Whether all that it leads to lies behind the token that stands in the manifest's path.
    pub(crate) is_behind: bool,
}

/// What players fetch by a URI, all of it on the manifest's own host.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// One path.
    Path(Fetched),
    /// More than one, by its bases or Representations.
    Paths,
    /// Paths that are not known here: by `$Number$`, `$Time$`, `$SubNumber$`.
    Pattern,
}

/// The one path that players fetch by a URI.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fetched {
    /// Decoded and normalised as NGINX serves it.
    pub path: Vec<u8>,
    /// Path and query as players send them; `None` where they are spelled in several ways.
    pub sent: Option<Vec<u8>>,
}

/// What a URI is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// SegmentTemplate or SegmentURL: `media`.
    Media,
    /// SegmentTemplate or SegmentURL: `index`; RepresentationIndex: `sourceURL`.
    Index,
    /// SegmentTemplate: `initialization`; Initialization: `sourceURL`.
    Initialization,
    /// SegmentTemplate: `bitstreamSwitching`; BitstreamSwitching: `sourceURL`.
    BitstreamSwitching,
    /// BaseURL that a Representation fetches itself.
    BaseUrl,
    /// Location.
    Location,
    /// PatchLocation.
    PatchLocation,
    /// ContentSteering.
    ContentSteering,
    /// `xlink:href`.
    Link,
}

impl Kind {
    /// The attribute or element, as documents about DASH name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Media => "media",
            Kind::Index => "index",
            Kind::Initialization => "initialization",
            Kind::BitstreamSwitching => "bitstreamSwitching",
            Kind::BaseUrl => "BaseURL",
            Kind::Location => "Location",
            Kind::PatchLocation => "PatchLocation",
            Kind::ContentSteering => "ContentSteering",
            Kind::Link => "xlink:href",
        }
    }
}
