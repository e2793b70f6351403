//! The segments of a link's path.

use alloc::string::String;
use alloc::vec::Vec;

use super::error::{FormatError, Source};
use super::field::Fields;
use super::lexer::{Piece, Written, pieces};
use crate::{FieldKind, TokenPart};

/// What stands between two slashes.
#[derive(Default)]
pub(super) struct Segment<'a> {
    pub(super) at: usize,
    pub(super) pieces: Vec<Piece<'a>>,
    pub(super) parts: Vec<TokenPart>,
}

impl Segment<'_> {
    /// As it is written.
    pub(super) fn near(&self) -> String {
        let near = |piece: &Piece<'_>| match piece {
            Piece::Text { text, .. } => String::from(*text),
            Piece::Field(field) => String::from(field.near),
        };
        self.pieces.iter().map(near).collect()
    }

    /// Whether it is taken out of the path.
    pub(super) fn is_token(&self, fields: &Fields) -> bool {
        self.parts.iter().any(|part| match part {
            TokenPart::Token | TokenPart::Time => true,
            TokenPart::Field(id) => fields
                .other(*id)
                .is_some_and(|field| field.kind != FieldKind::Free),
            TokenPart::Text(_) => false,
        })
    }

    /// # Errors
    /// For a segment that the server would not keep.
    pub(super) fn check(&self, source: Source<'_>) -> Result<(), FormatError> {
        match self.near().as_str() {
            "" => Err(source.error(
                self.at.saturating_sub(1),
                "/",
                "the server makes one of two slashes; write one",
            )),
            near @ ("." | "..") => Err(source.error(
                self.at,
                near,
                "the server takes this segment out of a path; write another one",
            )),
            _ => Ok(()),
        }
    }
}

/// The segments, and the field behind them.
pub(super) fn segments(
    source: Source<'_>,
) -> Result<(Vec<Segment<'_>>, Option<Written<'_>>), FormatError> {
    let mut segments: Vec<Segment<'_>> = Vec::new();
    let mut all = pieces(source, 0, source.text)?;
    let is_last = |piece: &mut Piece<'_>| matches!(piece, Piece::Field(field) if field.is_rest || field.name == "path");
    let last = all.pop_if(is_last);
    for piece in all {
        match piece {
            Piece::Field(field) if field.is_rest => {
                return Err(source.error(
                    field.at,
                    field.near,
                    "it takes all that is left; write it at the end",
                ));
            }
            Piece::Field(_) => segments
                .last_mut()
                .into_iter()
                .for_each(|segment| segment.pieces.push(piece)),
            Piece::Text { mut at, text } => {
                for (index, text) in text.split('/').enumerate() {
                    // Behind a slash, which a link begins with.
                    if index > 0 {
                        segments.push(Segment {
                            at,
                            ..Segment::default()
                        });
                    }
                    if let Some(segment) = segments.last_mut().filter(|_| !text.is_empty()) {
                        segment.pieces.push(Piece::Text { at, text });
                    }
                    at = at.saturating_add(text.len()).saturating_add(1);
                }
            }
        }
    }
    let last = match last {
        Some(Piece::Field(field)) => Some(field),
        _ => None,
    };
    Ok((segments, last))
}
