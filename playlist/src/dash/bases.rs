//! Against what the URIs of an element are resolved.

use super::element::Element;
use super::outline::Outline;
use super::resolver::{Base, Resolver};
use super::value;
use crate::Left;
use alloc::borrow::ToOwned;
use alloc::rc::Rc;
use alloc::vec::Vec;

/// How many bases an element may have by those of it and of the elements around it.
const MOST: usize = 32;

/// The bases of each element that may have some.
pub(super) struct Bases {
    /// By node.
    of: Vec<Option<Rc<[Base]>>>,
    manifest: Rc<[Base]>,
    /// What there is around the outermost element.
    outside: Rc<[Base]>,
}

impl Bases {
    pub(super) fn of(outline: &Outline<'_>, resolver: &Resolver<'_>) -> Self {
        let manifest: Rc<[Base]> = [Ok(resolver.url.path.to_owned())].into();
        let is_patch = outline
            .node(0)
            .is_some_and(|root| root.element == Element::Patch);
        let outside = if is_patch {
            [Err(Left::UnknownBase)].into()
        } else {
            manifest.clone()
        };
        let mut bases = Bases {
            outside,
            of: Vec::with_capacity(outline.nodes.len()),
            manifest,
        };
        for (at, node) in outline.nodes.iter().enumerate() {
            let list = node
                .element
                .is_level()
                .then(|| bases.level(outline, resolver, at));
            bases.of.push(list);
        }
        bases
    }

    fn level(&self, outline: &Outline<'_>, resolver: &Resolver<'_>, at: usize) -> Rc<[Base]> {
        let outer = self.around(outline, at);
        let own = outline
            .children(at)
            .filter(|(_, node)| node.element == Element::BaseUrl);
        let mut list = Vec::new();
        for (_, node) in own {
            let written = value::text(outline.xml, node.text.clone());
            let uri = written.meaning(outline.xml);
            for base in outer.iter() {
                let next = match uri.as_deref() {
                    Ok(b"") => base.clone(),
                    Ok(uri) => resolver.base(base, uri),
                    Err(left) => Err(*left),
                };
                if list.len() == MOST || next == Err(Left::TooMany) {
                    return [Err(Left::TooMany)].into();
                }
                list.push(next);
            }
        }
        if list.is_empty() { outer } else { list.into() }
    }

    /// Those against which the URIs within a node are resolved.
    pub(super) fn within(&self, outline: &Outline<'_>, at: usize) -> Rc<[Base]> {
        let mut levels = outline
            .around(at)
            .filter_map(|at| self.of.get(at).and_then(Option::as_ref));
        levels.next().unwrap_or(&self.outside).clone()
    }

    /// Those against which a node's own URIs are resolved, where its own bases do not count.
    pub(super) fn around(&self, outline: &Outline<'_>, at: usize) -> Rc<[Base]> {
        let parent = outline.node(at).and_then(|node| node.parent);
        parent.map_or(self.outside.clone(), |parent| self.within(outline, parent))
    }

    /// All of these, for URIs of which players do not agree on the base.
    pub(super) fn any(&self, outline: &Outline<'_>, at: usize) -> Rc<[Base]> {
        let (around, within) = (self.around(outline, at), self.within(outline, at));
        [self.manifest(), around, within].concat().into()
    }

    /// The manifest's own URL.
    pub(super) fn manifest(&self) -> Rc<[Base]> {
        self.manifest.clone()
    }
}
