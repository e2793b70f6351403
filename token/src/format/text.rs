//! Formats as they are written, for a reader and for the parser.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;

use super::{Field, FieldId, Format, Part, TokenPart};
use crate::{Carrier, Facts, Params};

impl Facts {
    /// What a link looks like, with these names of the parameters: `?st={token}&e={expires}`.
    pub fn link(&self, params: &Params) -> String {
        let Some(format) = self.format() else {
            let name = params.token.as_deref().map(String::from_utf8_lossy);
            return match (self.carrier, name) {
                (Carrier::Path, _) => "/{token}{path}".to_owned(),
                (_, Some(name)) => format!("?{name}={{token}}"),
                (_, None) => "?{token}".to_owned(),
            };
        };
        if self.carrier == Carrier::Path {
            let rest = format.rest.and_then(|id| format.field(id));
            let rest = rest.map_or_else(
                || "{path}".to_owned(),
                |rest| format!("/{{{}*}}", rest.name),
            );
            let (prefix, token) = (format.text_of(&format.prefix), format.token_text());
            return format!("{prefix}/{token}{rest}");
        }
        let mut link = String::new();
        let mut push = |name: &[u8], value: &str| {
            link.push(if link.is_empty() { '?' } else { '&' });
            if !name.is_empty() {
                link.push_str(&String::from_utf8_lossy(name));
                link.push('=');
            }
            link.push_str(value);
        };
        push(
            params.token.as_deref().unwrap_or_default(),
            &format.token_text(),
        );
        if let (Some(name), Some(time)) = (&params.expires, format.time) {
            push(name, &format!("{{{time}}}"));
        }
        for param in params.fields.iter() {
            if let Some(field) = format.field(param.field) {
                push(&param.name, &format!("{{{field}}}"));
            }
        }
        link
    }
}

impl Format {
    /// The field at that position.
    pub fn field(&self, id: FieldId) -> Option<&Field> {
        self.fields.get(usize::from(id))
    }

    /// The text that holds the token: `{expires}_{token}`.
    pub fn token_text(&self) -> String {
        self.text_of(&self.token)
    }

    fn text_of(&self, parts: &[TokenPart]) -> String {
        let part = |part: &TokenPart| match part {
            TokenPart::Token => "{token}".to_owned(),
            TokenPart::Time => self
                .time
                .map(|time| format!("{{{time}}}"))
                .unwrap_or_default(),
            TokenPart::Field(id) => self
                .field(*id)
                .map(|field| format!("{{{field}}}"))
                .unwrap_or_default(),
            TokenPart::Text(text) => text.clone().into_owned(),
        };
        parts.iter().map(part).collect()
    }

    /// What is hashed: `{secret}{path}{expires}`.
    pub fn message_text(&self) -> String {
        let mut text = String::new();
        let mut parts = self.message.iter();
        while let Some(part) = parts.next() {
            let Part::Choice {
                parts: count,
                otherwise,
            } = part
            else {
                self.push_part(part, parts.as_slice().first(), false, &mut text);
                continue;
            };
            text.push('[');
            for (count, bar) in [(*count, ""), (*otherwise, "|")] {
                if count > 0 {
                    text.push_str(bar);
                }
                for left in (0..count).rev() {
                    let Some(part) = parts.next() else { break };
                    let behind = parts.as_slice().first().filter(|_| left > 0);
                    self.push_part(part, behind, true, &mut text);
                }
            }
            text.push(']');
        }
        text
    }

    /// A part of the message.
    pub(super) fn part_text(&self, part: &Part) -> String {
        let mut text = String::new();
        self.push_part(part, None, false, &mut text);
        text
    }

    /// Writes a part of the message; `behind` is what follows it.
    fn push_part(
        &self,
        part: &Part,
        behind: Option<&Part>,
        is_in_brackets: bool,
        out: &mut String,
    ) {
        let name = match part {
            Part::Secret => "secret",
            Part::Path => "path",
            Part::RawPath => "path:raw",
            Part::Directory => "dir",
            Part::Parent => "parent",
            Part::Stream => "stream",
            Part::RawUri => "uri:raw",
            Part::Args => "args",
            Part::ClientIp => "client_ip",
            Part::Time => self.time.map_or("time", |time| time.event.name()),
            Part::Field(id) => self.field(*id).map_or("", |field| &field.name),
            Part::Variable(position) => {
                let name = self
                    .variables
                    .get(usize::from(*position))
                    .map_or("", |name| name);
                out.push_str(&variable(name, behind));
                return;
            }
            Part::Literal(text) => {
                text.chars()
                    .for_each(|char| push_char(char, is_in_brackets, out));
                return;
            }
            Part::Choice { .. } => return,
        };
        out.push('{');
        out.push_str(name);
        out.push('}');
    }
}

/// A variable in front of a part, with braces where its name would not end.
fn variable(name: &str, behind: Option<&Part>) -> String {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let goes_on = match behind {
        Some(Part::Literal(text)) => text.as_bytes().first().is_some_and(is_name),
        _ => false,
    };
    if goes_on {
        format!("${{{name}}}")
    } else {
        format!("${name}")
    }
}

/// Writes a character of a literal, escaped where it means something else.
fn push_char(char: char, is_in_brackets: bool, out: &mut String) {
    match char {
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        '{' => out.push_str("{{"),
        '}' => out.push_str("}}"),
        '\\' | '$' | '[' | ']' => out.extend(['\\', char]),
        '|' if is_in_brackets => out.push_str("\\|"),
        _ => out.push(char),
    }
}
