//! What matters of a manifest, as a list in document order.

use super::Untouched;
use super::element::{Attribute, Element};
use alloc::vec::Vec;
use core::ops::Range;
use quick_xml::{Reader, events::BytesStart, events::Event};

/// Deeper than any manifest, and the most that is kept of one that is deeper.
const DEEPEST: usize = 64;

/// The elements that matter.
pub(super) struct Outline<'x> {
    pub(super) xml: &'x [u8],
    pub(super) nodes: Vec<Node>,
    attributes: Vec<(Attribute, Range<usize>)>,
}

/// An element that matters.
pub(super) struct Node {
    pub(super) element: Element,
    /// The nearest element around it that matters.
    pub(super) parent: Option<usize>,
    /// Behind the last node within it.
    pub(super) end: usize,
    /// What is between its tags.
    pub(super) text: Range<usize>,
    attributes: Range<usize>,
}

impl Outline<'_> {
    pub(super) fn node(&self, at: usize) -> Option<&Node> {
        self.nodes.get(at)
    }

    /// The attributes that matter, each with the span of its value.
    pub(super) fn attributes(&self, at: usize) -> &[(Attribute, Range<usize>)] {
        self.node(at)
            .and_then(|node| self.attributes.get(node.attributes.clone()))
            .unwrap_or_default()
    }

    pub(super) fn attribute(&self, at: usize, wanted: Attribute) -> Option<Range<usize>> {
        let (_, span) = self
            .attributes(at)
            .iter()
            .find(|(attribute, _)| *attribute == wanted)?;
        Some(span.clone())
    }

    /// The nodes directly within another.
    pub(super) fn children(&self, at: usize) -> impl Iterator<Item = (usize, &Node)> {
        let end = self.node(at).map_or(at, |node| node.end);
        let mut next = at.saturating_add(1);
        core::iter::from_fn(move || {
            let (child, node) = (next, self.node(next).filter(|_| next < end)?);
            next = node.end.max(next.saturating_add(1));
            Some((child, node))
        })
    }

    /// A node and those around it, from within.
    pub(super) fn around(&self, at: usize) -> impl Iterator<Item = usize> {
        core::iter::successors(Some(at), |&at| self.node(at)?.parent)
    }
}

/// An element that is not closed yet.
struct Open {
    /// Its node, if it matters.
    node: Option<usize>,
    /// The nearest node around what is in it.
    around: Option<usize>,
    /// Whether nothing within it matters.
    foreign: bool,
}

/// Reads a manifest.
pub(super) fn read(xml: &[u8]) -> Result<Outline<'_>, Untouched> {
    let mark = if xml.starts_with(b"\xef\xbb\xbf") {
        3
    } else {
        0
    };
    let text = core::str::from_utf8(xml.get(mark..).unwrap_or_default());
    let text = text
        .ok()
        .filter(|text| !text.contains('\0'))
        .ok_or(Untouched::Encoding)?;
    let mut reader = Reader::from_str(text);
    let mut reading = Reading {
        outline: Outline {
            xml,
            nodes: Vec::new(),
            attributes: Vec::new(),
        },
        open: Vec::new(),
    };
    let place = |position: u64| {
        usize::try_from(position)
            .ok()
            .and_then(|at| at.checked_add(mark))
            .ok_or(Untouched::Malformed)
    };
    loop {
        let before = place(reader.buffer_position())?;
        let event = reader.read_event().map_err(|_| Untouched::Malformed)?;
        let behind = place(reader.buffer_position())?;
        match event {
            Event::Start(tag) => reading.start(&tag, before, behind)?,
            Event::Empty(tag) => {
                reading.start(&tag, before, behind)?;
                reading.close(behind);
            }
            Event::End(_) => reading.close(before),
            Event::DocType(_) => return Err(Untouched::DocumentType),
            Event::Decl(declaration) => {
                let encoding = declaration
                    .encoding()
                    .transpose()
                    .map_err(|_| Untouched::Malformed)?;
                let known = ["utf-8", "utf8", "us-ascii"];
                if encoding
                    .is_some_and(|name| !known.iter().any(|one| name.eq_ignore_ascii_case(one)))
                {
                    return Err(Untouched::Encoding);
                }
            }
            Event::Eof => break,
            Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::PI(_)
            | Event::GeneralRef(_) => {}
        }
    }
    if !reading.open.is_empty() || reading.outline.nodes.is_empty() {
        return Err(Untouched::Malformed);
    }
    Ok(reading.outline)
}

struct Reading<'x> {
    outline: Outline<'x>,
    open: Vec<Open>,
}

impl Reading<'_> {
    fn start(
        &mut self,
        tag: &BytesStart<'_>,
        before: usize,
        behind: usize,
    ) -> Result<(), Untouched> {
        if self.open.len() >= DEEPEST {
            return Err(Untouched::Depth);
        }
        let outer = self.open.last();
        let (parent, around, foreign) = outer.map_or((None, None, false), |open| {
            (open.node, open.around, open.foreign)
        });
        let name = tag.local_name();
        let name: &[u8] = name.as_ref().as_ref();
        let parent = parent
            .and_then(|at| self.outline.node(at))
            .map(|node| node.element);
        // A URI is text; what else is in it is a part of that and no place of its own.
        let foreign = foreign || parent.is_some_and(Element::is_uri);
        let inside = outer.is_none() || parent.is_some();
        let element = if inside && !foreign {
            Element::of(name, parent)
        } else {
            None
        };
        if outer.is_none() && (element.is_none() || !self.outline.nodes.is_empty()) {
            return Err(Untouched::Root);
        }
        // Licences are fetched by other rules, and more information by people.
        let foreign = foreign || matches!(name, b"ContentProtection" | b"ProgramInformation");
        let first = self.outline.attributes.len();
        self.attributes(tag, element, foreign, before)?;
        let last = self.outline.attributes.len();
        let element = element.or((last > first).then_some(Element::Linked));
        let node = element.map(|element| {
            let at = self.outline.nodes.len();
            self.outline.nodes.push(Node {
                element,
                parent: around,
                end: at.saturating_add(1),
                text: behind..behind,
                attributes: first..last,
            });
            at
        });
        self.open.push(Open {
            node,
            around: node.or(around),
            foreign,
        });
        Ok(())
    }

    fn attributes(
        &mut self,
        tag: &BytesStart<'_>,
        element: Option<Element>,
        foreign: bool,
        before: usize,
    ) -> Result<(), Untouched> {
        let text: &str = tag;
        let begin = before.saturating_add(1);
        // Where the spans are counted from.
        if self
            .outline
            .xml
            .get(begin..)
            .is_none_or(|rest| !rest.starts_with(text.as_bytes()))
        {
            return Err(Untouched::Malformed);
        }
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|_| Untouched::Malformed)?;
            let name: &str = attribute.key.as_ref();
            let Some(which) = Attribute::of(element, name.as_bytes()).filter(|_| !foreign) else {
                continue;
            };
            let offset = attribute
                .value
                .as_ptr()
                .addr()
                .checked_sub(text.as_ptr().addr());
            let from = offset
                .and_then(|offset| begin.checked_add(offset))
                .ok_or(Untouched::Malformed)?;
            let span = from..from.saturating_add(attribute.value.len());
            if self.outline.xml.get(span.clone()) != Some(attribute.value.as_bytes()) {
                return Err(Untouched::Malformed);
            }
            self.outline.attributes.push((which, span));
        }
        Ok(())
    }

    fn close(&mut self, before: usize) {
        let end = self.outline.nodes.len();
        if let Some(node) = self.open.pop().and_then(|open| open.node)
            && let Some(node) = self.outline.nodes.get_mut(node)
        {
            node.end = end;
            node.text.end = before.max(node.text.start);
        }
    }
}
