//! Where a field of a link ends.

use alloc::borrow::ToOwned as _;
use alloc::format;

use super::error::{FormatError, Source};
use super::field::Fields;
use super::lexer::{Piece, Written};
use crate::{FieldKind, TimeSpelling, TokenPart};

pub(super) fn text(text: &str) -> TokenPart {
    TokenPart::Text(text.to_owned().into())
}

/// # Errors
/// For two fields that cannot be told apart.
pub(super) fn check(
    source: Source<'_>,
    pieces: &[Piece<'_>],
    fields: &Fields,
) -> Result<(), FormatError> {
    for pair in pieces.windows(2) {
        match pair {
            [Piece::Field(one), Piece::Field(other)] => {
                let message = format!(
                    "nothing tells where {} ends; write a character between the two that it cannot hold",
                    one.near
                );
                return Err(source.error(other.at, other.near, message));
            }
            [Piece::Field(field), Piece::Text { at, text }]
                if text
                    .chars()
                    .next()
                    .is_some_and(|char| may_hold(*field, fields, char)) =>
            {
                let message = format!(
                    "{} may have this character itself, so that nothing tells where it ends; write another one",
                    field.near
                );
                return Err(source.error(*at, text, message));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether a field whose form is known may hold a character. A digest is as long as it is, and a free field ends where
/// the text begins that stands behind it.
fn may_hold(field: Written<'_>, fields: &Fields, char: char) -> bool {
    let spelling = match field.name {
        "expires" | "time" => fields.time.map(|time| time.spelling),
        name => fields
            .others
            .iter()
            .find(|other| other.name == name)
            .and_then(|other| match other.kind {
                FieldKind::Free => None,
                FieldKind::Ttl => Some(TimeSpelling::Seconds),
                FieldKind::Start(spelling) => Some(spelling),
            }),
    };
    match spelling {
        None => false,
        Some(TimeSpelling::Seconds | TimeSpelling::Minutes { .. }) => char.is_ascii_digit(),
        Some(TimeSpelling::Hex) => char.is_ascii_hexdigit(),
        Some(TimeSpelling::Iso) => char.is_ascii_alphanumeric() || "+-:.,%".contains(char),
    }
}
