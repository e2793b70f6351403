//! What each URI leads to.

use super::bases::Bases;
use super::element::{Attribute, Element};
use super::found::Found;
use super::levels::Levels;
use super::outline::{Node, Outline};
use super::resolver::{Base, Resolver};
use super::template::{self, Filled, Names};
use super::value::{self, Written};
use super::{Carried, Kind, Place};
use crate::url::Reference;
use crate::{Left, ManifestUrl, Spelling};
use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::Range;

/// The URIs that players fetch and, where the token in the manifest's path is handed on, all bases.
pub(super) fn places(
    outline: &Outline<'_>,
    url: &ManifestUrl<'_>,
    carried: Carried<'_>,
) -> Vec<Place> {
    let passed = carried.passed();
    let resolver = Resolver::new(url, passed);
    let elements = outline.nodes.iter().enumerate();
    let representations = elements
        .filter(|(_, node)| node.element == Element::Representation)
        .map(|(at, _)| at)
        .collect();
    let targets = Targets {
        outline,
        in_query: matches!(carried, Carried::InQuery),
        bases: Bases::of(outline, &resolver),
        resolver,
        levels: Levels::of(outline),
        representations,
    };
    let fetched = targets.fetched_bases();
    let mut places = Vec::new();
    for (at, node) in outline.nodes.iter().enumerate() {
        let kind =
            match node.element {
                Element::Location => Kind::Location,
                Element::PatchLocation => Kind::PatchLocation,
                Element::ContentSteering => Kind::ContentSteering,
                Element::BaseUrl if passed.is_some() || fetched.binary_search(&at).is_ok() => {
                    Kind::BaseUrl
                }
                _ => {
                    let attributes = outline.attributes(at).iter();
                    places.extend(attributes.filter_map(|(which, span)| {
                        targets.attribute(at, node, *which, span.clone())
                    }));
                    continue;
                }
            };
        places.extend(targets.text(at, node, kind));
    }
    places
}

struct Targets<'o, 'x> {
    outline: &'o Outline<'x>,
    /// Whether tokens stand in the query.
    in_query: bool,
    resolver: Resolver<'o>,
    bases: Bases,
    levels: Levels,
    representations: Vec<usize>,
}

impl<'x> Targets<'_, 'x> {
    /// The BaseURLs that Representations fetch, in order.
    fn fetched_bases(&self) -> Vec<usize> {
        let outline = self.outline;
        let mut fetched = Vec::new();
        let own = |at| {
            outline
                .children(at)
                .filter(|(_, node)| node.element == Element::BaseUrl)
        };
        for &representation in &self.representations {
            fetched.extend(self.levels.fetched_base(outline, representation));
        }
        fetched.sort_unstable();
        fetched.dedup();
        let mut bases: Vec<usize> = fetched
            .iter()
            .flat_map(|&level| own(level))
            .map(|(at, _)| at)
            .collect();
        bases.sort_unstable();
        bases
    }

    /// The text of an element that is a URI; `None` if it is empty or a directory.
    fn text(&self, at: usize, node: &Node, kind: Kind) -> Option<Place> {
        let written = value::text(self.outline.xml, node.text.clone());
        if written.at.is_empty() {
            return None;
        }
        let bases = match kind {
            Kind::BaseUrl => {
                // Its own level is resolved against those around it.
                let level = node.parent?;
                self.bases.around(self.outline, level)
            }
            Kind::ContentSteering => self.bases.any(self.outline, at),
            _ => self.bases.manifest(),
        };
        let mut found = self.literal(&written, &bases);
        if kind == Kind::BaseUrl && self.resolver.passed.is_none() {
            if found.as_ref().is_ok_and(Found::is_directory) {
                return None;
            }
            if self.player_adds(at) {
                found = found.and(Err(Left::PlayerAdds));
            }
        }
        Some(Found::place(found, kind, written))
    }

    /// An attribute that is a URI; `None` if it is none, or nobody fetches it.
    fn attribute(
        &self,
        at: usize,
        node: &Node,
        which: Attribute,
        span: Range<usize>,
    ) -> Option<Place> {
        let kind = match (which, node.element) {
            (Attribute::Media, _) => Kind::Media,
            (Attribute::Index, _) | (Attribute::SourceUrl, Element::RepresentationIndex) => {
                Kind::Index
            }
            (Attribute::Initialization, _) | (Attribute::SourceUrl, Element::Initialization) => {
                Kind::Initialization
            }
            (Attribute::BitstreamSwitching | Attribute::SourceUrl, _) => Kind::BitstreamSwitching,
            (Attribute::Href, _) => Kind::Link,
            _ => return None,
        };
        let template = node.element == Element::SegmentTemplate && kind != Kind::Link;
        let spelling = if template {
            Spelling::Template
        } else {
            Spelling::Xml
        };
        let written = value::attribute(self.outline.xml, span, spelling);
        if written.at.is_empty() {
            return None;
        }
        let found = if kind == Kind::Link {
            self.literal(&written, &self.bases.any(self.outline, at))
        } else if self.player_adds(at) {
            Err(Left::PlayerAdds)
        } else {
            self.segment(at, &written, template.then_some(which))
                .transpose()?
        };
        Some(Found::place(found, kind, written))
    }

    /// Whether players add the manifest's own query, and with it the token of one.
    fn player_adds(&self, at: usize) -> bool {
        self.in_query && self.levels.player_adds(self.outline, at)
    }

    /// Where a URI without identifiers leads.
    fn literal(&self, written: &Written, bases: &[Base]) -> Result<Found, Left> {
        let uri = written.meaning(self.outline.xml)?;
        let mut found = Found::new();
        for base in bases {
            found.add(&self.resolver, base, &uri)?;
        }
        Ok(found)
    }

    /// Where a URI of segments leads for all Representations that use it; `None` if none does.
    fn segment(
        &self,
        at: usize,
        written: &Written,
        template: Option<Attribute>,
    ) -> Result<Option<Found>, Left> {
        let uri = written.meaning(self.outline.xml)?;
        let mut found = Found::new();
        for user in self.users(at) {
            self.resolver.spend(uri.len())?;
            let filled = match template {
                Some(which) if !self.levels.follows(self.outline, user, at, which) => continue,
                Some(_) => template::fill(&uri, &self.names(user))?,
                None => Filled {
                    uri: uri.to_vec(),
                    whole: true,
                },
            };
            found.is_whole &= filled.whole;
            for base in self.bases.within(self.outline, user).iter() {
                found.add(&self.resolver, base, &filled.uri)?;
            }
            // A token in the path would not find its place.
            if has_host(&filled.uri)? != has_host(&uri)? {
                return Err(Left::Variable);
            }
        }
        Ok(found.one.is_some().then_some(found))
    }

    /// The Representations in the level of a node, or the level itself if there is none.
    fn users(&self, at: usize) -> impl Iterator<Item = usize> {
        let is_level = |at: &usize| {
            self.outline
                .node(*at)
                .is_some_and(|node| node.element.is_level())
        };
        let level = self.outline.around(at).find(is_level).unwrap_or(at);
        let end = self.outline.node(level).map_or(level, |level| level.end);
        let from = self.representations.partition_point(|&one| one < level);
        let to = self.representations.partition_point(|&one| one < end);
        let inside = self.representations.get(from..to).unwrap_or_default();
        inside
            .iter()
            .copied()
            .chain(inside.is_empty().then_some(level))
    }

    /// What a Representation says of itself; another element says nothing.
    fn names(&self, at: usize) -> Names<'x> {
        let value = |attribute| {
            let span = self.outline.attribute(at, attribute)?;
            let written = value::attribute(self.outline.xml, span, Spelling::Xml);
            written.meaning(self.outline.xml).ok()
        };
        let number = |text: Cow<'_, [u8]>| core::str::from_utf8(&text).ok()?.parse().ok();
        Names {
            id: value(Attribute::Id),
            bandwidth: value(Attribute::Bandwidth).and_then(number),
        }
    }
}

/// Whether a URI names a host.
fn has_host(uri: &[u8]) -> Result<bool, Left> {
    Ok(Reference::of(uri)?.authority.is_some())
}
