//! What a URI of XML means.

use crate::spelling::{character, reference};
use crate::text::{split, split_before, trim};
use crate::{Left, Spelling};
use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::Range;

/// A URI as it stands.
pub(super) struct Written {
    pub(super) at: Range<usize>,
    pub(super) spelling: Spelling,
}

/// The text of an element, without blanks around it or the marks of a CDATA section.
pub(super) fn text(xml: &[u8], span: Range<usize>) -> Written {
    let at = trimmed(xml, span);
    let text = xml.get(at.clone()).unwrap_or_default();
    let inner = text
        .strip_prefix(b"<![CDATA[")
        .and_then(|text| text.strip_suffix(b"]]>"));
    match inner {
        Some(inner) if !inner.windows(3).any(|three| three == b"]]>") => {
            let from = at.start.saturating_add(b"<![CDATA[".len());
            let at = trimmed(xml, from..from.saturating_add(inner.len()));
            Written {
                at,
                spelling: Spelling::Cdata,
            }
        }
        _ => Written {
            at,
            spelling: Spelling::Xml,
        },
    }
}

/// The value of an attribute, without blanks around it.
pub(super) fn attribute(xml: &[u8], span: Range<usize>, spelling: Spelling) -> Written {
    Written {
        at: trimmed(xml, span),
        spelling,
    }
}

fn trimmed(xml: &[u8], span: Range<usize>) -> Range<usize> {
    let (before, text, _) = trim(xml.get(span.clone()).unwrap_or_default());
    let from = span.start.saturating_add(before.len());
    from..from.saturating_add(text.len())
}

impl Written {
    /// Its characters, without entities.
    pub(super) fn meaning<'x>(&self, xml: &'x [u8]) -> Result<Cow<'x, [u8]>, Left> {
        let text = xml.get(self.at.clone()).unwrap_or_default();
        if self.spelling == Spelling::Cdata {
            return Ok(Cow::Borrowed(text));
        }
        if text.contains(&b'<') {
            return Err(Left::Markup);
        }
        if !text.contains(&b'&') {
            return Ok(Cow::Borrowed(text));
        }
        let mut meaning = Vec::with_capacity(text.len());
        let mut rest = text;
        loop {
            let (plain, special) = split_before(rest, |byte| byte == b'&');
            meaning.extend_from_slice(plain);
            if special.is_empty() {
                return Ok(Cow::Owned(meaning));
            }
            let (name, len) = reference(special).ok_or(Left::Entity)?;
            let character = character(name).ok_or(Left::Entity)?;
            meaning.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            rest = split(special, len).1;
        }
    }
}
