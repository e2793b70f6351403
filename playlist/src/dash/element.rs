//! Which elements and attributes matter, and where.

/// An element that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    Mpd,
    /// A patch of a manifest, and what it adds or replaces.
    Patch,
    Operation,
    Period,
    AdaptationSet,
    Representation,
    BaseUrl,
    Location,
    PatchLocation,
    ServiceDescription,
    ContentSteering,
    SegmentTemplate,
    SegmentList,
    SegmentBase,
    SegmentUrl,
    Initialization,
    RepresentationIndex,
    BitstreamSwitching,
    /// EssentialProperty and SupplementalProperty.
    Property,
    /// What tells players to add parameters.
    RequestParam,
    /// Any other with `xlink:href`.
    Linked,
}

impl Element {
    /// The element of a local name within another.
    pub(super) fn of(name: &[u8], parent: Option<Element>) -> Option<Self> {
        use Element as E;
        let Some(parent) = parent else {
            return match name {
                b"MPD" => Some(E::Mpd),
                b"Patch" => Some(E::Patch),
                _ => None,
            };
        };
        Some(match (parent, name) {
            (E::Patch, b"add" | b"replace") => E::Operation,
            // An operation stands for what it selects, which is not looked at.
            (E::Mpd | E::Operation, b"Period") => E::Period,
            (E::Mpd | E::Operation, b"Location") => E::Location,
            (E::Mpd | E::Operation, b"PatchLocation") => E::PatchLocation,
            (E::Mpd | E::Period | E::Operation, b"ServiceDescription") => E::ServiceDescription,
            (E::Mpd | E::ServiceDescription, b"ContentSteering") => E::ContentSteering,
            (E::Operation, b"AdaptationSet") => E::AdaptationSet,
            (E::Operation, b"Representation") => E::Representation,
            (E::Period, b"AdaptationSet" | b"EmptyAdaptationSet") => E::AdaptationSet,
            (E::AdaptationSet, b"Representation") => E::Representation,
            (parent, name) if parent.is_level() => match name {
                b"BaseURL" => E::BaseUrl,
                b"SegmentTemplate" => E::SegmentTemplate,
                b"SegmentList" => E::SegmentList,
                b"SegmentBase" => E::SegmentBase,
                b"EssentialProperty" | b"SupplementalProperty" => E::Property,
                b"RequestParam" => E::RequestParam,
                _ => return None,
            },
            (E::SegmentList, b"SegmentURL") => E::SegmentUrl,
            (E::SegmentTemplate | E::SegmentList | E::SegmentBase, name) => match name {
                b"Initialization" | b"Initialisation" => E::Initialization,
                b"RepresentationIndex" => E::RepresentationIndex,
                b"BitstreamSwitching" => E::BitstreamSwitching,
                _ => return None,
            },
            (E::Property, b"UrlQueryInfo" | b"ExtUrlQueryInfo" | b"RequestParam") => {
                E::RequestParam
            }
            _ => return None,
        })
    }

    /// Whether its text is a URI.
    pub(super) fn is_uri(self) -> bool {
        matches!(
            self,
            Element::BaseUrl
                | Element::Location
                | Element::PatchLocation
                | Element::ContentSteering
        )
    }

    /// Whether it may have bases.
    pub(super) fn is_level(self) -> bool {
        matches!(
            self,
            Element::Mpd | Element::Period | Element::AdaptationSet | Element::Representation
        )
    }
}

/// An attribute that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attribute {
    Media,
    Index,
    Initialization,
    BitstreamSwitching,
    SourceUrl,
    Href,
    Id,
    Bandwidth,
    UseMpdUrlQuery,
    IncludeInRequests,
}

impl Attribute {
    /// The attribute of a name, with its prefix if it has one, of an element that matters or another.
    pub(super) fn of(element: Option<Element>, name: &[u8]) -> Option<Self> {
        use {Attribute as A, Element as E};
        if name.ends_with(b":href") {
            return Some(A::Href);
        }
        Some(match (element?, name) {
            (E::SegmentTemplate | E::SegmentUrl, b"media") => A::Media,
            (E::SegmentTemplate | E::SegmentUrl, b"index") => A::Index,
            (E::SegmentTemplate, b"initialization") => A::Initialization,
            (E::SegmentTemplate, b"bitstreamSwitching") => A::BitstreamSwitching,
            (E::Initialization | E::RepresentationIndex | E::BitstreamSwitching, b"sourceURL") => {
                A::SourceUrl
            }
            (E::Representation, b"id") => A::Id,
            (E::Representation, b"bandwidth") => A::Bandwidth,
            (E::RequestParam, b"useMPDUrlQuery") => A::UseMpdUrlQuery,
            (E::RequestParam, b"includeInRequests") => A::IncludeInRequests,
            _ => return None,
        })
    }
}
