//! What is hashed: `{expires}\n{path}\n$host`.

use alloc::borrow::{Cow, ToOwned as _};
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::bracket::Bracket;
use super::error::{FormatError, FormatString, Source};
use super::lexer::Written;
use super::link::Link;
use super::part::part;
use crate::Part;

/// A message, parsed.
pub(super) struct Message {
    pub(super) parts: Vec<Part>,
    pub(super) variables: Vec<Cow<'static, str>>,
}

/// Parses a message over the fields of a link.
pub(super) fn parse(text: &str, link: &Link) -> Result<Message, FormatError> {
    let source = Source {
        place: FormatString::Message,
        text,
    };
    source.check_length()?;
    let mut parser = Parser {
        source,
        link,
        text: String::new(),
        message: Message {
            parts: Vec::new(),
            variables: Vec::new(),
        },
        bracket: None,
    };
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let at = text.len().saturating_sub(rest.len());
        let length = parser.take(at, char, rest)?;
        rest = rest.get(length..).unwrap_or_default();
    }
    parser.finish()
}

pub(super) struct Parser<'a> {
    pub(super) source: Source<'a>,
    link: &'a Link,
    /// What is to be the next literal.
    text: String,
    pub(super) message: Message,
    pub(super) bracket: Option<Bracket>,
}

impl Parser<'_> {
    /// Takes what a text begins with, and returns how long that is.
    fn take(&mut self, at: usize, char: char, text: &str) -> Result<usize, FormatError> {
        match char {
            '{' if text.starts_with("{{") => self.push_char('{', 2),
            '{' => {
                let field = Written::read(self.source, at, text)?;
                let part = part(self.source, field, self.link)?;
                self.push_field(at, field.near, part)?;
                Ok(field.near.len())
            }
            '}' if text.starts_with("}}") => self.push_char('}', 2),
            '}' => self.error(
                at,
                "}",
                "no brace is open here; write \"}}\" for the character",
            ),
            '\\' => self.take_escape(at, text),
            '$' => self.take_variable(at, text),
            '[' => self.open(at),
            '|' if self.bracket.is_some() => self.take_bar(at),
            ']' => self.close(at),
            '\n' | '\t' | '\r' => self.push_char(char, 1),
            _ if char.is_control() => {
                let near = char.to_string();
                self.error(
                    at,
                    &near,
                    "no message has this character; write \\n, \\t or \\r for a control character",
                )
            }
            _ => self.push_char(char, char.len_utf8()),
        }
    }

    pub(super) fn error<T>(&self, at: usize, near: &str, message: &str) -> Result<T, FormatError> {
        Err(self.source.error(at, near, message))
    }

    #[expect(clippy::unnecessary_wraps, reason = "as its siblings")]
    fn push_char(&mut self, char: char, length: usize) -> Result<usize, FormatError> {
        self.text.push(char);
        Ok(length)
    }

    pub(super) fn push_text(&mut self) {
        if !self.text.is_empty() {
            let text = core::mem::take(&mut self.text);
            self.message.parts.push(Part::Literal(text.into()));
        }
    }

    fn take_escape(&mut self, at: usize, text: &str) -> Result<usize, FormatError> {
        let escape = text.chars().nth(1);
        let char = match escape {
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some(char @ ('\\' | '[' | ']' | '|' | '$' | '{' | '}')) => char,
            _ => {
                let near: String = text.chars().take(2).collect();
                return self.error(
                    at,
                    &near,
                    "there is no such escape; write \\n, \\t, \\r, \\$, \\[, \\], \\| or \\\\",
                );
            }
        };
        self.push_char(char, 2)
    }

    fn take_variable(&mut self, at: usize, text: &str) -> Result<usize, FormatError> {
        let behind = text.get(1..).unwrap_or_default();
        let is_braced = behind.starts_with('{');
        let behind = behind.strip_prefix('{').unwrap_or(behind);
        let is_name = |char: char| char.is_ascii_alphanumeric() || char == '_';
        let end = behind.find(|char| !is_name(char)).unwrap_or(behind.len());
        let (name, behind) = behind.split_at_checked(end).unwrap_or_default();
        let length = name.len().saturating_add(if is_braced { 3 } else { 1 });
        if name.is_empty() || (is_braced && !behind.starts_with('}')) {
            let near: String = text.chars().take(16).collect();
            return self.error(
                at,
                &near,
                "here is no variable's name; write \"$host\" or \"${host}\" for one, and \\$ for the \
                 character",
            );
        }
        let near = text.get(..length).unwrap_or(text);
        if name.starts_with(|char: char| char.is_ascii_digit()) {
            return self.error(
                at,
                near,
                "a capture is known by its name alone; write (?<name>…) into the expression and $name here",
            );
        }
        let variables = &mut self.message.variables;
        let position = variables
            .iter()
            .position(|other| other.eq_ignore_ascii_case(name));
        let position = position.unwrap_or_else(|| {
            variables.push(name.to_owned().into());
            variables.len().saturating_sub(1)
        });
        let Ok(position) = u8::try_from(position) else {
            return self.error(
                at,
                near,
                "a message has at most 256 variables; leave this one out",
            );
        };
        self.push_field(at, near, Part::Variable(position))?;
        Ok(length)
    }

    fn finish(mut self) -> Result<Message, FormatError> {
        self.check_closed()?;
        self.push_text();
        if self.message.parts.is_empty() {
            return Err(self.source.error_untold(format!(
                "nothing would be hashed; write \"{}\" for one",
                "{path}{expires}"
            )));
        }
        Ok(self.message)
    }
}
