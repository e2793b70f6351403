//! DASH manifests as trees, and what in them may have a token: docs/streaming.md.

use roxmltree::{Document, Node};
use url::Url;

use crate::manifest::Manifest;

/// Holds two manifests against each other: they are the same but for tokens in what players fetch from the same host.
pub fn check(manifest: &Manifest, before: &str, after: &str) {
    let Ok(before) = Document::parse(before) else {
        return;
    };
    let after = Document::parse(after).expect("what was well-formed stays so");
    let pairs: Vec<_> = before
        .root()
        .descendants()
        .zip(after.root().descendants())
        .collect();
    assert_eq!(
        before.root().descendants().count(),
        after.root().descendants().count()
    );
    for (old, new) in pairs {
        assert_eq!(old.node_type(), new.node_type());
        assert_eq!(old.tag_name(), new.tag_name());
        if old.is_text() && old.text() != new.text() {
            let parent = old.parent_element().expect("an element around it");
            let names = ["BaseURL", "Location", "PatchLocation", "ContentSteering"];
            assert!(
                names.contains(&parent.tag_name().name()),
                "{parent:?} has a token"
            );
            check_value(manifest, parent, old.text(), new.text());
        }
        if old.is_comment() || old.is_pi() {
            assert_eq!(old.text(), new.text());
        }
        assert_eq!(old.attributes().count(), new.attributes().count());
        for (one, other) in old.attributes().zip(new.attributes()) {
            assert_eq!(
                (one.name(), one.namespace()),
                (other.name(), other.namespace())
            );
            if one.value() != other.value() {
                let names = [
                    "media",
                    "index",
                    "initialization",
                    "bitstreamSwitching",
                    "sourceURL",
                    "href",
                ];
                assert!(names.contains(&one.name()), "{} has a token", one.name());
                check_value(manifest, old, Some(one.value()), Some(other.value()));
            }
        }
    }
}

/// Players fetch it from the manifest's own host, on top of each base that it may have.
fn check_value(manifest: &Manifest, node: Node<'_, '_>, old: Option<&str>, new: Option<&str>) {
    let Some(own) = manifest.base() else { return };
    let name = node.tag_name().name();
    assert!(
        !node
            .ancestors()
            .any(|node| ["ContentProtection", "ProgramInformation"]
                .contains(&node.tag_name().name()))
    );
    let bases = match name {
        "Location" | "PatchLocation" => Some(vec![own]),
        "BaseURL" => node.parent_element().and_then(|level| around(level, &own)),
        _ => around_or_within(node, &own),
    };
    // Those that lead nowhere are not fetched on top of.
    for base in bases.into_iter().flatten() {
        for value in [old, new].into_iter().flatten() {
            manifest.check_host(
                &base,
                &filled(value.trim_matches([' ', '\t', '\r', '\n']), name),
                None,
            );
        }
    }
}

/// A template with something in place of its identifiers.
fn filled(value: &str, name: &str) -> String {
    if name != "SegmentTemplate" {
        return value.to_owned();
    }
    let mut pieces = value.split('$');
    let mut whole = pieces.next().unwrap_or_default().to_owned();
    while let Some(identifier) = pieces.next() {
        whole.push(if identifier.is_empty() { '$' } else { '0' });
        whole.push_str(pieces.next().unwrap_or_default());
    }
    whole
}

/// The bases of the levels around one. `None` where one of them is no URL.
fn around(level: Node<'_, '_>, own: &Url) -> Option<Vec<Url>> {
    let above = level.ancestors().skip(1).find(|node| node.is_element());
    above.map_or(Some(vec![own.clone()]), |above| {
        around_or_within(above, own)
    })
}

/// Whether an element is where it belongs, and may have bases; elsewhere nobody looks for them.
fn is_level(node: Node<'_, '_>) -> bool {
    let within = match node.tag_name().name() {
        "MPD" => return node.parent_element().is_none(),
        "Period" => "MPD",
        "AdaptationSet" | "EmptyAdaptationSet" => "Period",
        "Representation" => "AdaptationSet",
        _ => return false,
    };
    node.parent_element()
        .is_some_and(|parent| parent.tag_name().name() == within && is_level(parent))
}

/// The bases within a node.
fn around_or_within(node: Node<'_, '_>, own: &Url) -> Option<Vec<Url>> {
    let mut bases = vec![own.clone()];
    let levels: Vec<Node<'_, '_>> = node.ancestors().filter(Node::is_element).collect();
    for level in levels.into_iter().rev() {
        if !is_level(level) {
            continue;
        }
        let mut next = Vec::new();
        for child in level
            .children()
            .filter(|child| child.tag_name().name() == "BaseURL")
        {
            let texts: String = child
                .children()
                .filter_map(|child| child.is_text().then(|| child.text()).flatten())
                .collect();
            let uri = texts.trim_matches([' ', '\t', '\r', '\n']);
            for base in &bases {
                next.push(if uri.is_empty() {
                    base.clone()
                } else {
                    base.join(uri).ok()?
                });
            }
        }
        if !next.is_empty() {
            bases = next;
        }
        if bases.len() > 64 {
            return None;
        }
    }
    Some(bases)
}
