//! Text and fields in braces, told apart.

use alloc::vec::Vec;

use super::error::{FormatError, Source};

/// A field as it is written: `{name}`, `{name:form}`, `{name?}`, `{name*}`.
#[derive(Clone, Copy)]
pub(super) struct Written<'a> {
    /// Where its brace is opened.
    pub(super) at: usize,
    /// All of it, with its braces.
    pub(super) near: &'a str,
    pub(super) name: &'a str,
    pub(super) form: Option<&'a str>,
    /// It may be absent.
    pub(super) is_optional: bool,
    /// It takes all that is left.
    pub(super) is_rest: bool,
}

impl<'a> Written<'a> {
    /// Reads the field whose brace is the first byte of `text`, which stands at that place of `source`.
    pub(super) fn read(source: Source<'_>, at: usize, text: &'a str) -> Result<Self, FormatError> {
        let inside = text.get(1..).unwrap_or_default();
        let end = inside.find(['{', '}']);
        let Some((inside, '}')) = end.and_then(|end| {
            let (inside, behind) = inside.split_at_checked(end)?;
            Some((inside, behind.chars().next()?))
        }) else {
            let near: alloc::string::String = text.chars().take(16).collect();
            return Err(source.error(
                at,
                &near,
                "the brace is not closed; write \"}\" behind the field",
            ));
        };
        let near = text.get(..inside.len().saturating_add(2)).unwrap_or(text);
        let (inside, is_optional, is_rest) =
            match (inside.strip_suffix('?'), inside.strip_suffix('*')) {
                (Some(inside), _) => (inside, true, false),
                (_, Some(inside)) => (inside, false, true),
                (None, None) => (inside, false, false),
            };
        let (name, form) = match inside.split_once(':') {
            Some((name, form)) => (name, Some(form)),
            None => (inside, None),
        };
        let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
        if name.is_empty() || !name.bytes().all(is_plain) {
            return Err(source.error(
                at,
                near,
                "this is no name of a field; write small letters, digits and \"_\", such as {user_id}",
            ));
        }
        Ok(Self {
            at,
            near,
            name,
            form,
            is_optional,
            is_rest,
        })
    }
}

/// What a link is made of.
#[derive(Clone, Copy)]
pub(super) enum Piece<'a> {
    Text { at: usize, text: &'a str },
    Field(Written<'a>),
}

/// Takes a stretch of a link apart that stands at that place of it.
pub(super) fn pieces<'a>(
    source: Source<'_>,
    at: usize,
    stretch: &'a str,
) -> Result<Vec<Piece<'a>>, FormatError> {
    let mut pieces = Vec::new();
    let mut rest = stretch;
    while !rest.is_empty() {
        let at = at.saturating_add(stretch.len().saturating_sub(rest.len()));
        let end = rest.find('{').unwrap_or(rest.len());
        let (piece, length) = if end == 0 {
            let field = Written::read(source, at, rest)?;
            (Piece::Field(field), field.near.len())
        } else {
            let text = rest.get(..end).unwrap_or_default();
            check_text(source, at, text)?;
            (Piece::Text { at, text }, end)
        };
        pieces.push(piece);
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(pieces)
}

/// # Errors
/// For a character that has another spelling in a link, or ends what it stands in.
fn check_text(source: Source<'_>, at: usize, text: &str) -> Result<(), FormatError> {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "-._~!'()*,:;@/=".contains(char);
    let Some((wrong, char)) = text.char_indices().find(|(_, char)| !is_plain(*char)) else {
        return Ok(());
    };
    let near = text.get(wrong..).unwrap_or_default();
    let near = near.get(..char.len_utf8()).unwrap_or(near);
    let message = match char {
        '}' => "no brace is open here; write fields such as {token}",
        '$' => {
            "a link has no variables; write a field such as {host}, or the variable in the message"
        }
        _ => "a link cannot hold this as it is; write letters, digits, or one of -._~!'()*,:;@/=",
    };
    Err(source.error(at.saturating_add(wrong), near, message))
}
