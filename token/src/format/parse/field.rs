//! The fields of a link.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::error::{FormatError, Source};
use super::lexer::Written;
use super::part::is_of_the_message;
use crate::{Field, FieldId, FieldKind, MOST_FIELDS, Time, TimeEvent, TimeSpelling, TokenPart};

/// The fields that were found so far.
#[derive(Default)]
pub(super) struct Fields {
    pub(super) has_token: bool,
    pub(super) time: Option<Time>,
    pub(super) others: Vec<Field>,
}

impl Fields {
    /// Adds a field.
    pub(super) fn add(
        &mut self,
        source: Source<'_>,
        field: Written<'_>,
    ) -> Result<TokenPart, FormatError> {
        let error = |message: &str| Err(source.error(field.at, field.near, message));
        match field.name {
            "token" if self.has_token => error("there is one token; write {token} once"),
            "token" if field.form.is_some() => {
                error("the digest says how a token is written; write {token}, and md5:hex for one")
            }
            "token" if field.is_optional => error("no link opens without a token; write {token}"),
            "token" => {
                self.has_token = true;
                Ok(TokenPart::Token)
            }
            "expires" | "time" => self.add_time(source, field),
            "path" => error(
                "the path stands at the end of a link that begins with \"/\", and nowhere else; leave it out",
            ),
            name if is_of_the_message(name) => Err(source.error(
                field.at,
                field.near,
                format!("{{{name}}} is something else in a message; give the field another name"),
            )),
            _ => self.add_other(source, field),
        }
    }

    fn add_time(
        &mut self,
        source: Source<'_>,
        field: Written<'_>,
    ) -> Result<TokenPart, FormatError> {
        let event = match field.name {
            "expires" => TimeEvent::Expiry,
            _ => TimeEvent::Issue,
        };
        if let Some(time) = &self.time {
            let message = if time.event == event {
                format!(
                    "the field stands there twice; write {{{}}} once",
                    field.name
                )
            } else {
                "a link has one time; write {expires} for the second at which it ends, or {time} for the one \
                 at which it was issued"
                    .to_owned()
            };
            return Err(source.error(field.at, field.near, message));
        }
        self.time = Some(Time {
            event,
            spelling: spelling(source, field)?,
            is_optional: field.is_optional,
        });
        Ok(TokenPart::Time)
    }

    fn add_other(
        &mut self,
        source: Source<'_>,
        field: Written<'_>,
    ) -> Result<TokenPart, FormatError> {
        let error = |message: String| Err(source.error(field.at, field.near, message));
        let name = field.name;
        if self.others.iter().any(|other| other.name == name) {
            return error(format!(
                "the field stands there twice; write {{{name}}} once"
            ));
        }
        let kind = match name {
            "start" => FieldKind::Start(spelling(source, field)?),
            _ if field.form.is_some() => {
                return error(format!("only times have a form; write {{{name}}}"));
            }
            "ttl" => FieldKind::Ttl,
            _ => FieldKind::Free,
        };
        let id = self.others.len();
        if id >= MOST_FIELDS {
            return error(format!(
                "a link has at most {MOST_FIELDS} fields besides token and time; leave this one out"
            ));
        }
        self.others.push(Field {
            name: name.to_owned().into(),
            kind,
            is_optional: field.is_optional,
        });
        Ok(TokenPart::Field(
            FieldId::try_from(id).unwrap_or(FieldId::MAX),
        ))
    }

    /// The field at that place.
    pub(super) fn other(&self, id: FieldId) -> Option<&Field> {
        self.others.get(usize::from(id))
    }
}

/// How a time is written.
fn spelling(source: Source<'_>, field: Written<'_>) -> Result<TimeSpelling, FormatError> {
    match field.form {
        None => Some(TimeSpelling::Seconds),
        Some("hex") => Some(TimeSpelling::Hex),
        Some("iso") => Some(TimeSpelling::Iso),
        Some(form) => form
            .strip_prefix("yyyymmddhhmm")
            .and_then(hours)
            .map(|east| TimeSpelling::Minutes { east }),
    }
    .ok_or_else(|| {
        let name = field.name;
        let message = format!(
            "no time is written so; write {{{name}}} for decimal seconds, {{{name}:hex}}, {{{name}:iso}}, or \
             {{{name}:yyyymmddhhmm+8}} with the hours of the zone from -12 to +14"
        );
        source.error(field.at, field.near, message)
    })
}

/// Hours east of UTC, with their sign.
fn hours(text: &str) -> Option<i8> {
    let digits = text.strip_prefix(['+', '-'])?;
    let is_plain = matches!(digits.as_bytes(), [b'0'..=b'9'] | [b'1', b'0'..=b'9']);
    let east = text.parse().ok().filter(|_| is_plain)?;
    // Zero has one sign.
    ((-12..=14).contains(&east) && text != "-0").then_some(east)
}
