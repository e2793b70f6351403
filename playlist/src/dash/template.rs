//! `$Identifiers$` of a SegmentTemplate.

use crate::Left;
use crate::text::{split, split_before};
use alloc::borrow::Cow;
use alloc::vec::Vec;

/// What a Representation says of itself.
#[derive(Clone, Default)]
pub(super) struct Names<'x> {
    pub(super) id: Option<Cow<'x, [u8]>>,
    pub(super) bandwidth: Option<u64>,
}

/// A template for one Representation.
pub(super) struct Filled {
    /// With zeros for what is not known.
    pub(super) uri: Vec<u8>,
    /// Whether all is known.
    pub(super) whole: bool,
}

/// Puts into a template what is known of a Representation.
pub(super) fn fill(template: &[u8], names: &Names<'_>) -> Result<Filled, Left> {
    let mut filled = Filled {
        uri: Vec::with_capacity(template.len()),
        whole: true,
    };
    let mut rest = template;
    loop {
        let (plain, identifier) = split_before(rest, |byte| byte == b'$');
        filled.uri.extend_from_slice(plain);
        let (_, identifier) = split(identifier, 1);
        let (name, end) = split_before(identifier, |byte| byte == b'$');
        if end.is_empty() {
            // No identifier, or one without an end.
            filled.whole &= plain.len() == rest.len();
            filled.uri.extend_from_slice(name);
            return Ok(filled);
        }
        rest = split(end, 1).1;
        let (word, format) = split_before(name, |byte| byte == b'%');
        match (word, &names.id, names.bandwidth) {
            (b"", _, _) if format.is_empty() => filled.uri.push(b'$'),
            (b"RepresentationID", Some(id), _) if format.is_empty() => {
                // A token would not find its place.
                if id.iter().any(|byte| matches!(byte, b'?' | b'#')) {
                    return Err(Left::Variable);
                }
                filled.uri.extend_from_slice(id);
            }
            (b"Bandwidth", _, Some(bandwidth)) if width(format).is_some() => {
                let width = width(format).unwrap_or_default();
                filled
                    .uri
                    .extend_from_slice(alloc::format!("{bandwidth:0width$}").as_bytes());
            }
            _ => {
                filled.whole = false;
                filled.uri.push(b'0');
            }
        }
    }
}

/// The width of `%0…d`, or of nothing.
fn width(format: &[u8]) -> Option<usize> {
    if format.is_empty() {
        return Some(0);
    }
    let digits = format.strip_prefix(b"%0")?.strip_suffix(b"d")?;
    let width = core::str::from_utf8(digits).ok()?.parse().ok()?;
    (width <= 64).then_some(width)
}
