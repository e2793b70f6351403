//! The fields of a message.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::error::{FormatError, Source};
use super::lexer::Written;
use super::link::Link;
use crate::{Field, FieldId, Part, Time};

/// What is not the link's.
const OWN: &[(&str, Option<&str>, Part)] = &[
    ("secret", None, Part::Secret),
    ("path", None, Part::Path),
    ("path", Some("raw"), Part::RawPath),
    ("dir", None, Part::Directory),
    ("parent", None, Part::Parent),
    ("stream", None, Part::Stream),
    ("uri", Some("raw"), Part::RawUri),
    ("args", None, Part::Args),
    ("client_ip", None, Part::ClientIp),
];

/// Whether the message has that name for something that is not the link's.
pub(super) fn is_of_the_message(name: &str) -> bool {
    OWN.iter().any(|own| own.0 == name)
}

/// The part of a message that a field is.
pub(super) fn part(
    source: Source<'_>,
    field: Written<'_>,
    link: &Link,
) -> Result<Part, FormatError> {
    let error = |message: String| Err(source.error(field.at, field.near, message));
    let Written { name, form, .. } = field;
    if field.is_optional || field.is_rest {
        return error(format!(
            "the link says so, and the message need not; write {{{name}}}"
        ));
    }
    if name == "token" {
        return error("the token is made of the message; leave it out".into());
    }
    let mut own = OWN.iter().filter(|own| own.0 == name).peekable();
    if own.peek().is_some() {
        let Some((_, _, part)) = own.clone().find(|own| own.1 == form) else {
            let written: Vec<String> = own.map(|(name, form, _)| text(name, *form)).collect();
            return error(format!(
                "it is not written so; write {}",
                written.join(" or ")
            ));
        };
        if let Some(rest) = link.rest.and_then(|id| link.fields.other(id))
            && is_of_path(part)
        {
            return error(format!(
                "the link ends with {{{0}*}}, which is all that is left of it; write {{{0}}}",
                rest.name
            ));
        }
        return Ok(part.clone());
    }
    let part = if link
        .fields
        .time
        .is_some_and(|time| time.event.name() == name)
    {
        Part::Time
    } else if let Some(id) = link
        .fields
        .others
        .iter()
        .position(|other| other.name == name)
    {
        Part::Field(FieldId::try_from(id).unwrap_or(FieldId::MAX))
    } else {
        let known = known(link);
        return error(format!(
            "there is no field \"{name}\"; write {known}, or a field that the link has"
        ));
    };
    if form.is_some() {
        return error(format!(
            "a field is hashed as it was sent; write {{{name}}}"
        ));
    }
    Ok(part)
}

/// Whether a part is of the path or query that a token opens.
fn is_of_path(part: &Part) -> bool {
    !matches!(part, Part::Secret | Part::ClientIp)
}

fn text(name: &str, form: Option<&str>) -> String {
    form.map_or_else(
        || format!("{{{name}}}"),
        |form| format!("{{{name}:{form}}}"),
    )
}

/// The fields that a message may have over a link.
fn known(link: &Link) -> String {
    let time = |time: &Time| text(time.event.name(), None);
    let other = |field: &Field| text(&field.name, None);
    let own = OWN
        .iter()
        .filter(|own| link.rest.is_none() || !is_of_path(&own.2));
    let mut known: Vec<String> = link.fields.time.iter().map(time).collect();
    known.extend(link.fields.others.iter().map(other));
    known.extend(own.map(|(name, form, _)| text(name, *form)));
    known.join(", ")
}
