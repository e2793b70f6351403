//! What is directly within MPD, Period, AdaptationSet and Representation, and decides for all in them.

use super::element::{Attribute, Element};
use super::outline::{Node, Outline};
use alloc::vec::Vec;

/// By node; those that are no level have none.
pub(super) struct Levels(Vec<Option<Level>>);

#[derive(Default)]
struct Level {
    has_base: bool,
    has_template: bool,
    /// The first SegmentTemplate with `media`, `index`, `initialization`, `bitstreamSwitching`.
    templates: [Option<usize>; 4],
    has_list: bool,
    /// Whether its segments are in part ranges of the base.
    fetches_base: bool,
    /// Whether players add the manifest's own query.
    player_adds: bool,
}

impl Levels {
    pub(super) fn of(outline: &Outline<'_>) -> Self {
        let mut levels = Levels(Vec::with_capacity(outline.nodes.len()));
        for (at, node) in outline.nodes.iter().enumerate() {
            levels.0.push(node.element.is_level().then(Level::default));
            let above = outline
                .around(at)
                .skip(1)
                .find(|&above| levels.level(above).is_some());
            let level = above
                .and_then(|above| levels.0.get_mut(above))
                .and_then(Option::as_mut);
            if let Some(level) = level {
                level.note(outline, at, node);
            }
        }
        levels
    }

    fn level(&self, at: usize) -> Option<&Level> {
        self.0.get(at)?.as_ref()
    }

    /// The levels that a node is in, from within, itself if it is one.
    fn around(&self, outline: &Outline<'_>, at: usize) -> impl Iterator<Item = (usize, &Level)> {
        outline
            .around(at)
            .filter_map(|at| Some((at, self.level(at)?)))
    }

    /// The level that has the base which players fetch for a Representation; `None` if they fetch what
    /// is resolved against it.
    pub(super) fn fetched_base(
        &self,
        outline: &Outline<'_>,
        representation: usize,
    ) -> Option<usize> {
        let mut levels = self.around(outline, representation);
        let addressed = levels.find(|(_, level)| level.has_list || level.has_template);
        if addressed.is_some_and(|(_, level)| !level.fetches_base) {
            return None;
        }
        self.around(outline, representation)
            .find(|(_, level)| level.has_base)
            .map(|(at, _)| at)
    }

    /// Whether a Representation takes an attribute from this SegmentTemplate and from no nearer one.
    pub(super) fn follows(
        &self,
        outline: &Outline<'_>,
        representation: usize,
        template: usize,
        attribute: Attribute,
    ) -> bool {
        let mut levels = self.around(outline, representation);
        let slot = slot(attribute);
        levels.find_map(|(_, level)| *level.templates.get(slot?)?) == Some(template)
    }

    /// Whether players add the manifest's own query to what is fetched within a node.
    pub(super) fn player_adds(&self, outline: &Outline<'_>, at: usize) -> bool {
        self.around(outline, at).any(|(_, level)| level.player_adds)
    }
}

impl Level {
    /// Takes what a node within it says, and within no level within.
    fn note(&mut self, outline: &Outline<'_>, at: usize, node: &Node) {
        let has = |attribute| outline.attribute(at, attribute).is_some();
        match node.element {
            Element::BaseUrl => self.has_base = true,
            Element::SegmentTemplate => {
                self.has_template = true;
                for (attribute, _) in outline.attributes(at) {
                    if let Some(slot) = slot(*attribute)
                        && let Some(template) = self.templates.get_mut(slot)
                    {
                        template.get_or_insert(at);
                    }
                }
            }
            Element::SegmentList => self.has_list = true,
            Element::SegmentUrl => self.fetches_base |= !has(Attribute::Media),
            Element::Initialization => self.fetches_base |= !has(Attribute::SourceUrl),
            Element::RequestParam => self.player_adds |= adds(outline, at),
            _ => {}
        }
    }
}

fn slot(attribute: Attribute) -> Option<usize> {
    Some(match attribute {
        Attribute::Media => 0,
        Attribute::Index => 1,
        Attribute::Initialization => 2,
        Attribute::BitstreamSwitching => 3,
        _ => return None,
    })
}

/// Whether a RequestParam or UrlQueryInfo is for segments and takes the manifest's query.
fn adds(outline: &Outline<'_>, at: usize) -> bool {
    let value = |attribute| {
        outline
            .attribute(at, attribute)
            .and_then(|span| outline.xml.get(span))
    };
    let requests = value(Attribute::IncludeInRequests).unwrap_or(b"segment");
    let mut words = requests.split(|&byte| matches!(byte, b' ' | b','));
    matches!(value(Attribute::UseMpdUrlQuery), Some(b"true" | b"1"))
        && words.any(|word| word == b"segment")
}
