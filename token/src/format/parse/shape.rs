//! The links and digests of a scheme, written anew.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::error::{FormatError, FormatString, Source};
use super::link::{self, Link};
use super::{check_encoding, digest, scope};
use crate::format::table;
use crate::{Anatomy, Facts, Field, FieldId, FieldParam, Format, TokenPart};

impl Facts {
    /// The same scheme with links of another shape: other names, another order, another place, and the very same fields.
    ///
    /// # Errors
    /// [`FormatError`] for a link that has other fields, or is none.
    pub(crate) fn with_link(&self, text: &str) -> Result<(Self, Arc<Format>), FormatError> {
        let source = Source {
            place: FormatString::Link,
            text,
        };
        let Anatomy::Digest(format) = &self.anatomy else {
            let message = format!(
                "a token of {} has all its fields inside; leave it out",
                self.name
            );
            return Err(source.error_in_all(message));
        };
        let link = link::parse(text)?;
        check_fields(source, &self.name, format, &link)?;
        check_encoding(source, link.carrier, format.digest)?;
        let id = |id: FieldId| same(&format.fields, link.fields.other(id)).unwrap_or(FieldId::MAX);
        let parts = |parts: Vec<TokenPart>| -> Vec<TokenPart> {
            let part = |part| match part {
                TokenPart::Field(other) => TokenPart::Field(id(other)),
                TokenPart::Token | TokenPart::Time | TokenPart::Text(_) => part,
            };
            parts.into_iter().map(part).collect()
        };
        let param = |param: &FieldParam| FieldParam {
            name: param.name.clone(),
            field: id(param.field),
        };
        let format = Format {
            prefix: parts(link.prefix).into(),
            token: parts(link.token).into(),
            rest: link.rest.map(id),
            ..Format::clone(format)
        };
        let mut params = link.params;
        params.fields = params.fields.iter().map(param).collect();
        let format = Arc::new(format);
        let facts = Self {
            carrier: link.carrier,
            params,
            scope: scope(&format),
            anatomy: Anatomy::Digest(Arc::clone(&format)),
            ..self.clone()
        };
        Ok((facts, format))
    }

    /// The same scheme with another digest that its vendor has too.
    ///
    /// # Errors
    /// [`FormatError`] where the vendor leaves no choice.
    pub(crate) fn with_digest(&self, text: &str) -> Result<(Self, Arc<Format>), FormatError> {
        let source = digest::source(text);
        let name = &self.name;
        let Anatomy::Digest(format) = &self.anatomy else {
            let message = format!("the tokens of {name} are no digests of this kind; leave it out");
            return Err(source.error_in_all(message));
        };
        let digest = digest::parse(text)?;
        let choice = table::by_name(name).map(|row| (row.digest, row.digests));
        let message = match choice {
            _ if digest == format.digest => return Ok((self.clone(), Arc::clone(format))),
            Some((own, others)) if own == text || others.contains(&text) => {
                let format = Arc::new(Format {
                    digest,
                    ..Format::clone(format)
                });
                let facts = Self {
                    anatomy: Anatomy::Digest(Arc::clone(&format)),
                    ..self.clone()
                };
                return Ok((facts, format));
            }
            None => "the format has its own; write it in \"secure_token_format\"".to_string(),
            Some((own, [])) => {
                format!("the vendor of {name} leaves no choice; leave it out, or write \"{own}\"")
            }
            Some((own, others)) => {
                let others = others.join("\", \"");
                format!("no link of {name} has it; write one of \"{own}\", \"{others}\"")
            }
        };
        Err(source.error_in_all(message))
    }
}

/// Where a field stands among those of a format.
fn same(fields: &[Field], field: Option<&Field>) -> Option<FieldId> {
    let position = fields.iter().position(|other| Some(other) == field)?;
    FieldId::try_from(position).ok()
}

/// # Errors
/// For more fields than a format has, fewer, or others.
fn check_fields(
    source: Source<'_>,
    name: &str,
    format: &Format,
    link: &Link,
) -> Result<(), FormatError> {
    let own = written(format.time.as_ref(), &format.fields, format.rest);
    let given = written(link.fields.time.as_ref(), &link.fields.others, link.rest);
    let missing = own.iter().find(|field| !given.contains(field));
    let surplus = given.iter().find(|field| !own.contains(field));
    let message = match (missing, surplus) {
        (None, None) => return Ok(()),
        (Some(missing), Some(surplus)) => {
            format!("links of {name} have {missing}, and no {surplus}; write {missing} instead")
        }
        (Some(missing), None) => {
            format!("links of {name} have {missing} as well; write it into the link")
        }
        (None, Some(surplus)) => format!("links of {name} have no {surplus}; leave it out"),
    };
    Err(source.error_in_all(message))
}

/// The fields as links write them.
fn written(time: Option<&crate::Time>, fields: &[Field], rest: Option<FieldId>) -> Vec<String> {
    let field = |(field, id): (&Field, FieldId)| {
        if rest == Some(id) {
            format!("{{{}*}}", field.name)
        } else {
            format!("{{{field}}}")
        }
    };
    let time = time.map(|time| format!("{{{time}}}"));
    time.into_iter()
        .chain(fields.iter().zip(0..).map(field))
        .collect()
}
