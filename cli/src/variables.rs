//! NGINX's variables that a format hashes.

use std::ffi::OsStr;

use clap::builder::{StringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command};
use explain::text::show;
use explain::url::{Url, host_name};
use token::Scheme;

/// A variable and its value: `name=value`.
#[derive(Clone)]
pub(crate) struct Variable {
    name: String,
    value: String,
}

/// Reads a variable. What is none is not repeated, for it may be a secret.
#[derive(Clone)]
pub(crate) struct VariableParser;

impl TypedValueParser for VariableParser {
    type Value = Variable;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Variable, clap::Error> {
        let text = StringValueParser::new().parse_ref(command, arg, value)?;
        Variable::parse(&text).map_err(|why| {
            clap::Error::raw(ErrorKind::ValueValidation, format!("in --var: {why}\n"))
        })
    }
}

impl Variable {
    fn parse(text: &str) -> Result<Self, String> {
        let (name, value) = text
            .split_once('=')
            .ok_or("write NAME=VALUE, such as host=cdn.example.com")?;
        let name = name.strip_prefix('$').unwrap_or(name);
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if name.is_empty() || !name.bytes().all(is_word) {
            return Err(
                "the name of a variable has letters, digits and \"_\": host=cdn.example.com"
                    .to_owned(),
            );
        }
        Ok(Self {
            name: name.to_ascii_lowercase(),
            value: value.to_owned(),
        })
    }
}

/// The values of the variables that a scheme hashes, in its order.
///
/// # Errors
/// Which value is not known.
pub(crate) fn values(
    scheme: &Scheme,
    given: &[Variable],
    url: &Url<'_>,
    host: Option<&[u8]>,
) -> Result<Vec<Vec<u8>>, String> {
    let Some(format) = scheme.facts().format() else {
        return Ok(Vec::new());
    };
    let value = |name: &str| -> Result<Vec<u8>, String> {
        let own = given.iter().rfind(|variable| variable.name == name);
        let value = match own {
            Some(variable) => variable.value.clone().into_bytes(),
            None => of_url(name, url, host).ok_or_else(|| {
                format!(
                    "{}: links of {} hash the variable ${name}, whose value is not known here; give it with --var \
                     {name}=VALUE",
                    show(&url.target()),
                    scheme.name()
                )
            })?,
        };
        Ok(value)
    };
    format.variables.iter().map(|name| value(name)).collect()
}

/// Variables that a scheme hashes, empty: where a token is only looked for, what they are makes no difference.
pub(crate) fn empty(scheme: &Scheme) -> impl Iterator<Item = Variable> {
    let format = scheme.facts().format();
    let names = format.map(|format| format.variables.iter());
    names.into_iter().flatten().map(|name| Variable {
        name: name.to_string(),
        value: String::new(),
    })
}

/// A text with the values of its variables, `$name` and `${name}`.
///
/// # Errors
/// The name of a variable that was not given.
pub(crate) fn substituted(text: &str, given: &[Variable]) -> Result<String, String> {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('$') {
        whole.push_str(before);
        let (name, next) = match behind.strip_prefix('{') {
            Some(braced) => braced.split_once('}').unwrap_or((braced, "")),
            None => {
                let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
                let end = behind.bytes().position(|byte| !is_word(byte));
                behind.split_at(end.unwrap_or(behind.len()))
            }
        };
        let lower = name.to_ascii_lowercase();
        let own = given.iter().rfind(|variable| variable.name == lower);
        whole.push_str(&own.ok_or_else(|| name.to_owned())?.value);
        rest = next;
    }
    whole.push_str(rest);
    Ok(whole)
}

/// What the URL says of a variable.
fn of_url(name: &str, url: &Url<'_>, host: Option<&[u8]>) -> Option<Vec<u8>> {
    let value = match name {
        "host" => host_name(host.unwrap_or(url.authority())),
        "scheme" => url.protocol().into_bytes(),
        _ => return None,
    };
    (!value.is_empty()).then_some(value)
}
