//! The fields of a link that are neither token nor time.

use token::{Claim, Field, FieldKind, Scheme, TokenPart, inspect};

use crate::output::Trouble;

/// A field and its value: `name=value`.
#[derive(Clone)]
pub(super) struct FieldArg {
    name: String,
    value: String,
}

impl FieldArg {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (name, value) = text
            .split_once('=')
            .ok_or("write NAME=VALUE, such as uid=42")?;
        Ok(Self {
            name: name.to_owned(),
            value: value.to_owned(),
        })
    }
}

/// What fields get that the command line says nothing about.
#[derive(Clone, Copy)]
enum Usual {
    /// Random hexadecimal digits.
    Random,
    /// Nothing in particular.
    Zero,
}

/// The values of the fields of one link.
pub(super) struct LinkFields(Vec<(String, String)>);

impl LinkFields {
    /// As [`Link::fields`](token::Link::fields) has them.
    pub(super) fn claims(&self) -> Vec<Claim<'_>> {
        self.0
            .iter()
            .map(|(name, value)| Claim {
                name: name.as_bytes(),
                value: value.as_bytes(),
            })
            .collect()
    }
}

/// The fields that a link of the scheme has and that the signer fills, with those given.
///
/// # Errors
/// A field that the scheme does not have, or one that has no value.
pub(super) fn of(
    scheme: &Scheme,
    given: &[FieldArg],
    start: Option<u64>,
) -> Result<LinkFields, Trouble> {
    let name = scheme.name();
    let Some(format) = scheme.facts().format() else {
        return match (given, start) {
            ([], None) => Ok(LinkFields(Vec::new())),
            ([], Some(_)) => Err(format!("links of {name} open at once; leave --start out").into()),
            _ => Err(format!(
                "links of {name} have no fields; leave --field out, or write --claim for what a token is to say"
            )
            .into()),
        };
    };
    // What stands in the path already.
    let is_in_front =
        |id: u8| format.prefix.contains(&TokenPart::Field(id)) || format.rest == Some(id);
    let filled = || {
        let fields = format.fields.iter().zip(0u8..);
        fields
            .filter(|(_, id)| !is_in_front(*id))
            .map(|(field, _)| field)
    };
    let mut values: Vec<(String, String)> = Vec::new();
    for FieldArg { name: own, value } in given {
        if filled().all(|field| field.name != *own) {
            let known: Vec<&str> = filled().map(|field| &*field.name).collect();
            return Err(if known.is_empty() {
                format!("links of {name} have no fields to be given; leave --field out").into()
            } else {
                format!(
                    "links of {name} have no field \"{own}\"; those that can be given are {}",
                    known.join(", ")
                )
                .into()
            });
        }
        if values.iter().any(|(known, _)| known == own) {
            return Err(format!("--field {own} is given twice; leave one out").into());
        }
        values.push((own.clone(), value.clone()));
    }
    let mut starts = filled().filter(|field| matches!(field.kind, FieldKind::Start(_)));
    match (start, starts.next()) {
        (Some(start), Some(field)) => {
            let FieldKind::Start(spelling) = field.kind else {
                return Err("there is no start".into());
            };
            let text = inspect::write_time(spelling, start)
                .ok_or("such a start cannot be written; choose another --start")?;
            values.retain(|(known, _)| *known != field.name);
            values.push((field.name.to_string(), text));
        }
        (Some(_), None) => {
            return Err(format!("links of {name} open at once; leave --start out").into());
        }
        (None, _) => {}
    }
    for field in filled() {
        if values.iter().any(|(known, _)| *known == field.name) {
            continue;
        }
        match usual(field) {
            Some(Usual::Random) => values.push((field.name.to_string(), random()?)),
            Some(Usual::Zero) => values.push((field.name.to_string(), "0".to_owned())),
            None if field.is_optional || field.kind == FieldKind::Ttl => {}
            None => {
                return Err(format!(
                    "links of {name} have a field \"{}\"; give its value with --field {}=VALUE",
                    field.name, field.name
                )
                .into());
            }
        }
    }
    Ok(LinkFields(values))
}

/// As the vendors' own signers have it.
fn usual(field: &Field) -> Option<Usual> {
    match (field.kind, &*field.name) {
        (FieldKind::Start(_), _) | (FieldKind::Free, "uid") => Some(Usual::Zero),
        (FieldKind::Free, "rand" | "salt") => Some(Usual::Random),
        _ => None,
    }
}

fn random() -> Result<String, Trouble> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| "the operating system gave no random bytes")?;
    Ok(data_encoding::HEXLOWER.encode(&bytes))
}
