//! Links whose token stands in the path.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::border;
use super::error::{FormatError, Source};
use super::field::Fields;
use super::lexer::{Piece, Written};
use super::link::Link;
use super::segment::{Segment, segments};
use crate::{Carrier, FieldId, Params, TokenPart};

/// Parses a link that begins with a slash.
pub(super) fn parse(source: Source<'_>) -> Result<Link, FormatError> {
    let mut fields = Fields::default();
    let (mut segments, last) = segments(source)?;
    for segment in &mut segments {
        segment.parts = parts(source, segment, &mut fields)?;
    }
    let rest = rest(source, last, &mut segments, &mut fields)?;
    for segment in &segments {
        segment.check(source)?;
    }
    if !fields.has_token {
        return Err(source.error_in_all("there is no {token}; write \"/{token}{path}\" for one"));
    }
    let first = segments
        .iter()
        .position(|segment| segment.is_token(&fields));
    let (front, tail) = segments
        .split_at_checked(first.unwrap_or_default())
        .unwrap_or_default();
    if let Some(segment) = tail.iter().find(|segment| !segment.is_token(&fields)) {
        return Err(source.error(
            segment.at,
            &segment.near(),
            "the segments of token and time stand side by side, and behind them the path; write this one in \
             front of them",
        ));
    }
    let (mut prefix, mut token) = (Vec::new(), Vec::new());
    for segment in front {
        push_slash(&mut prefix);
        push(&mut prefix, &segment.parts);
    }
    for segment in tail {
        if !token.is_empty() {
            push_slash(&mut token);
        }
        push(&mut token, &segment.parts);
    }
    Ok(Link {
        carrier: Carrier::Path,
        params: Params::NONE,
        prefix,
        token,
        rest,
        fields,
    })
}

fn parts(
    source: Source<'_>,
    segment: &Segment<'_>,
    fields: &mut Fields,
) -> Result<Vec<TokenPart>, FormatError> {
    let mut parts = Vec::new();
    for piece in &segment.pieces {
        match piece {
            Piece::Text { text, .. } => parts.push(border::text(text)),
            Piece::Field(field) if field.is_optional && segment.pieces.len() == 1 => {
                return Err(source.error(
                    field.at,
                    field.near,
                    "a segment cannot be absent; write the field into that of another one, as in \
                     \"/{token},{expires?}{path}\"",
                ));
            }
            Piece::Field(field) => parts.push(fields.add(source, *field)?),
        }
    }
    border::check(source, &segment.pieces, fields)?;
    Ok(parts)
}

/// The field at the end, where that is not the path.
fn rest(
    source: Source<'_>,
    last: Option<Written<'_>>,
    segments: &mut Vec<Segment<'_>>,
    fields: &mut Fields,
) -> Result<Option<FieldId>, FormatError> {
    let Some(field) = last else {
        let end = source.text.len();
        return Err(source.error(
            end,
            "",
            "the path is missing that the token opens; write {path} there, or \"/{rest*}\" for all that is left \
             as it was sent",
        ));
    };
    let error = |message: String| Err(source.error(field.at, field.near, message));
    let is_behind_slash = segments
        .last()
        .is_some_and(|segment| segment.pieces.is_empty());
    if !field.is_rest {
        if field.form.is_some() || field.is_optional {
            return error("the path is what it is; write {path}".into());
        }
        if is_behind_slash {
            return error(
                "the path begins with a slash itself; leave out the one in front of it".into(),
            );
        }
        return Ok(None);
    }
    let name = field.name;
    if !is_behind_slash {
        return error(format!(
            "what is left begins behind a slash; write \"/{{{name}*}}\""
        ));
    }
    if matches!(
        name,
        "token" | "expires" | "time" | "start" | "ttl" | "path"
    ) {
        return error(format!(
            "{{{name}}} is not all that is left; write \"/{{rest*}}\""
        ));
    }
    segments.pop();
    match fields.add(source, field)? {
        TokenPart::Field(id) => Ok(Some(id)),
        TokenPart::Token | TokenPart::Time | TokenPart::Text(_) => Ok(None),
    }
}

fn push_slash(parts: &mut Vec<TokenPart>) {
    push(parts, &[border::text("/")]);
}

/// Texts side by side become one.
fn push(parts: &mut Vec<TokenPart>, more: &[TokenPart]) {
    for part in more {
        match (parts.last_mut(), part) {
            (Some(TokenPart::Text(text)), TokenPart::Text(behind)) => {
                text.to_mut().push_str(behind)
            }
            _ => parts.push(part.clone()),
        }
    }
}
