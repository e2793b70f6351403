//! What is wrong with a format, and what to write instead.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use core::fmt::{self, Write as _};

/// A format that cannot be taken as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatError {
    /// The string that it stands in.
    pub place: FormatString,
    /// That string; empty where it may be a secret that somebody wrote in the wrong place.
    pub text: String,
    /// Where in it, in bytes.
    pub at: usize,
    /// How many bytes of it: all of them where the error is what is missing, and none at its end.
    pub length: usize,
    /// What is wrong, and what to write instead.
    pub message: String,
}

/// The strings that a format is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatString {
    /// Where the fields stand.
    Link,
    /// How a message becomes a token.
    Digest,
    /// What is hashed.
    Message,
    /// A word behind them.
    Option,
}

impl fmt::Display for FormatString {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Link => "the link",
            Self::Digest => "the digest",
            Self::Message => "the message",
            Self::Option => "the option",
        })
    }
}

/// `in the message, at "{toekn}": there is no field "toekn"; write …`.
impl fmt::Display for FormatError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self.at.saturating_add(self.length);
        let near = self.text.get(self.at..end).unwrap_or_default();
        if self.text.is_empty() {
            return write!(out, "in {}: {}", self.place, self.message);
        }
        if near.len() == self.text.len() {
            write!(out, "in {} \"", self.place)?;
        } else if near.is_empty() {
            write!(out, "at the end of {} \"", self.place)?;
        } else {
            write!(out, "in {}, at \"", self.place)?;
        }
        for char in if near.is_empty() { &self.text } else { near }.chars() {
            if char.is_control() {
                write!(out, "{}", char.escape_default())?;
            } else {
                out.write_char(char)?;
            }
        }
        write!(out, "\": {}", self.message)
    }
}

impl core::error::Error for FormatError {}

/// A string that is being parsed.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) place: FormatString,
    pub(super) text: &'a str,
}

impl Source<'_> {
    /// Bytes of the longest string. What anybody writes by hand is far shorter.
    const LONGEST: usize = 512;

    /// What is wrong with what stands at a place. A text without any field may be a secret.
    pub(super) fn error(self, at: usize, near: &str, message: impl Into<String>) -> FormatError {
        let has_fields = self.text.contains('{');
        let is_told = match self.place {
            FormatString::Link | FormatString::Message => has_fields,
            FormatString::Digest | FormatString::Option => true,
        };
        let text = if is_told { self.text } else { "" };
        FormatError {
            place: self.place,
            text: text.to_owned(),
            at,
            length: near.len(),
            message: message.into(),
        }
    }

    /// What is wrong with all of it.
    pub(super) fn error_in_all(self, message: impl Into<String>) -> FormatError {
        self.error(0, self.text, message)
    }

    /// The same where it may be a secret, or have one in it: messages are read by many, and it is not repeated.
    pub(super) fn error_untold(self, message: impl Into<String>) -> FormatError {
        let untold = Source { text: "", ..self };
        untold.error_in_all(message)
    }

    /// # Errors
    /// For a string that nobody writes.
    pub(super) fn check_length(self) -> Result<(), FormatError> {
        if self.text.len() <= Self::LONGEST {
            return Ok(());
        }
        let message = alloc::format!("it is too long; write at most {} bytes", Self::LONGEST);
        Err(self.error_untold(message))
    }
}
