//! DASH manifests and their patches, taken whole.

mod bases;
mod element;
mod found;
mod levels;
mod outline;
mod place;
mod resolver;
mod rewrite;
mod targets;
mod template;
#[cfg(test)]
mod tests;
mod value;

pub use place::{Fetched, Kind, Place, Target};
pub use rewrite::rewrite;

use crate::{InPath, ManifestUrl};
use alloc::vec::Vec;
use core::fmt;

/// Why a whole manifest stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Untouched {
    /// Not UTF-8.
    Encoding,
    /// Not well-formed.
    Malformed,
    /// A document type, which may define what its text means.
    DocumentType,
    /// Elements within elements within elements.
    Depth,
    /// Another root element than `MPD` or `Patch`.
    Root,
}

impl fmt::Display for Untouched {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Untouched::Encoding => "it is not UTF-8",
            Untouched::Malformed => "it is not well-formed XML",
            Untouched::DocumentType => "it has a document type",
            Untouched::Depth => "its elements are too deep",
            Untouched::Root => "its root element is neither MPD nor Patch",
        })
    }
}

/// The URIs of a manifest that players fetch, in the order in which they stand.
///
/// What is between their spans is to be handed on as it stands; the spans do not overlap. A BaseURL
/// that is only resolved against is not among them: resolution drops its query.
///
/// # Errors
///
/// [`Untouched`], and then all of it is to be handed on as it stands.
pub fn places(xml: &[u8], url: &ManifestUrl<'_>) -> Result<Vec<Place>, Untouched> {
    places_for(xml, url, Carried::InQuery)
}

/// Where tokens stand.
#[derive(Clone, Copy)]
enum Carried<'a> {
    InQuery,
    InPath,
    /// This one of the manifest's path, which is handed on.
    PassedInPath(&'a InPath<'a>),
}

impl<'a> Carried<'a> {
    fn passed(self) -> Option<&'a InPath<'a>> {
        match self {
            Carried::PassedInPath(token) => Some(token),
            Carried::InQuery | Carried::InPath => None,
        }
    }
}

/// The same and, where the token in the manifest's path is handed on, all bases: it comes into them.
fn places_for(
    xml: &[u8],
    url: &ManifestUrl<'_>,
    carried: Carried<'_>,
) -> Result<Vec<Place>, Untouched> {
    let outline = outline::read(xml)?;
    let mut places = targets::places(&outline, url, carried);
    places.sort_by_key(|place| place.at.start);
    Ok(places)
}
