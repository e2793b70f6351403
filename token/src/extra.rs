//! What a scheme does only where a word behind its name asks for it.

use core::fmt;

/// Something a scheme does only where it is asked to. It is displayed as configurations have it: `sha1`, `salt=value`.
#[derive(Debug)]
pub struct Extra {
    /// The word that asks for it, behind the scheme's name.
    pub word: &'static str,
    /// Whether a value stands behind the word, with "=" between.
    pub takes_value: bool,
    /// Whether links are signed otherwise with it, and not only opened.
    pub is_signed: bool,
    /// What it does, in one clause.
    pub summary: &'static str,
    /// What speaks against it, to be told to who asks.
    pub warning: Option<&'static str>,
}

impl Extra {
    /// What there is to say of it: what speaks against it, or else what it does.
    pub fn text(&self) -> &'static str {
        self.warning.unwrap_or(self.summary)
    }

    /// Whether it is the one that a word asks for, whatever its value is.
    pub fn is_asked_for_by(&self, word: &[u8]) -> bool {
        let (name, value) = split(word);
        name == self.word.as_bytes() && (self.takes_value || value.is_none())
    }

    /// The value that a word gives it; empty where it takes none.
    pub(crate) fn value_of<'w>(&self, word: &'w [u8]) -> Result<&'w [u8], WordError> {
        match split(word).1.unwrap_or_default() {
            b"" if self.takes_value => Err(WordError::Value(self.word)),
            value => Ok(value),
        }
    }
}

impl fmt::Display for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word)?;
        f.write_str(if self.takes_value { "=value" } else { "" })
    }
}

/// Why a scheme does not do what a word asks for. It is displayed without the word's value, which may be secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordError {
    /// The scheme has no such word.
    Unknown,
    /// This word has no value, or one with control characters.
    Value(&'static str),
    /// A word before this one says the same, or otherwise.
    Again(&'static str),
}

impl fmt::Display for WordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("the scheme has no such word; remove it"),
            Self::Value(word) => write!(
                f,
                "\"{word}\" takes a value without control characters; write \"{word}=value\""
            ),
            Self::Again(word) => write!(
                f,
                "\"{word}\" is given twice, or a word in front of it says otherwise; remove one of the two"
            ),
        }
    }
}

impl core::error::Error for WordError {}

/// A word, and what stands behind its "=".
fn split(word: &[u8]) -> (&[u8], Option<&[u8]>) {
    let at = memchr::memchr(b'=', word).and_then(|at| word.split_at_checked(at));
    match at {
        Some((name, value)) => (name, value.get(1..)),
        None => (word, None),
    }
}
