//! What an operator revokes before its time, a line for each: a file of a server's, or what it is sent.
//!
//! ```text
//! # posted in a forum
//! token FyzTaXwoaMsk3tfRZ0wgVA
//! key 2026-07
//! session 7f3a
//! before 2027-01-15T08:00:00Z
//! ```

use core::fmt;

use crate::text::split;
use crate::{TimeSpelling, encoding};

/// What a line revokes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation<'a> {
    /// One token, as it stands in its link; [`Scheme::token_id`](crate::Scheme::token_id) reads it.
    Token(&'a [u8]),
    /// All that a secret signed, by the secret's id.
    Key(&'a [u8]),
    /// All tokens of a session, decoded.
    Session(&'a [u8]),
    /// All that was issued before this second, in Unix time.
    Before(u64),
}

impl Revocation<'_> {
    /// Whether it is the id of a secret that has none but its place among others, which whatever replaces it has as well: one
    /// or two digits.
    pub fn is_of_a_place(&self) -> bool {
        matches!(self, Self::Key(id) if id.len() <= 2 && id.iter().all(u8::is_ascii_digit))
    }
}

/// What is wrong with a line, and what to write instead. Says nothing of what stands in it, which may be a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevocationError {
    /// It begins with another word.
    Word,
    /// Nothing stands behind its word.
    Empty(&'static str),
    /// There is more than one word where a token is.
    Blank,
    /// Its time is none.
    Time,
}

impl fmt::Display for RevocationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word => f.write_str(
                "does not say what is revoked; write \"token TOKEN\", \"key ID\", \"session ID\" or \"before TIME\", and \"#\" in \
                 front of a comment",
            ),
            Self::Empty(word) => {
                let example = match *word {
                    TOKEN => "the token, as it stands in its link",
                    KEY => "the id of a secret",
                    SESSION => "the session's id",
                    _ => "a time, such as 2027-01-15T08:00:00Z",
                };
                write!(f, "has nothing behind \"{word}\"; write {example}")
            }
            Self::Blank => f.write_str(
                "has a blank in its token; write one token a line, and a comment on a line of its own",
            ),
            Self::Time => f.write_str(
                "has a time that cannot be read; write it as Unix seconds, or as in \"before 2027-01-15T08:00:00Z\"",
            ),
        }
    }
}

impl core::error::Error for RevocationError {}

const TOKEN: &str = "token";
const KEY: &str = "key";
const SESSION: &str = "session";
const BEFORE: &str = "before";

impl Revocation<'_> {
    /// The word that its line begins with.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Token(_) => TOKEN,
            Self::Key(_) => KEY,
            Self::Session(_) => SESSION,
            Self::Before(_) => BEFORE,
        }
    }
}

/// What each line of a text revokes, with the line's number from 1. Empty lines and comments are left out; lines may end
/// as on any system.
pub fn revocations(
    text: &[u8],
) -> impl Iterator<Item = (usize, Result<Revocation<'_>, RevocationError>)> {
    // Some editors put a mark of the byte order in front of a text.
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let lines = split(text, b'\n').zip(1..);
    lines.filter_map(|(line, number)| Some((number, revocation(line.trim_ascii())?)))
}

/// `None` for a line that revokes nothing.
fn revocation(line: &[u8]) -> Option<Result<Revocation<'_>, RevocationError>> {
    if matches!(line.first(), None | Some(b'#')) {
        return None;
    }
    let end = line.iter().position(u8::is_ascii_whitespace);
    let (word, rest) = line.split_at_checked(end.unwrap_or(line.len()))?;
    let value = rest.trim_ascii_start();
    let mut words = [TOKEN, KEY, SESSION, BEFORE].into_iter();
    let word = words.find(|known| known.as_bytes() == word);
    Some(match word {
        None => Err(RevocationError::Word),
        Some(word) if value.is_empty() => Err(RevocationError::Empty(word)),
        Some(TOKEN) if value.iter().any(u8::is_ascii_whitespace) => Err(RevocationError::Blank),
        Some(TOKEN) => Ok(Revocation::Token(value)),
        Some(KEY) => Ok(Revocation::Key(value)),
        Some(SESSION) => Ok(Revocation::Session(value)),
        Some(_) => time(value)
            .map(Revocation::Before)
            .ok_or(RevocationError::Time),
    })
}

fn time(text: &[u8]) -> Option<u64> {
    encoding::unix_seconds(text).or_else(|| TimeSpelling::Iso.read(text))
}

#[cfg(test)]
mod tests {
    use std::string::ToString as _;
    use std::vec;
    use std::vec::Vec;

    use super::*;

    type Line<'a> = (usize, Result<Revocation<'a>, RevocationError>);

    fn read(text: &str) -> Vec<Line<'_>> {
        revocations(text.as_bytes()).collect()
    }

    #[test]
    fn a_line_revokes_one_thing_and_comments_and_empty_lines_nothing() {
        let text = "\u{feff}# of July\r\n\ntoken abc\n \ttoken\t a,b=# \r\nkey 2026-07\n   # key b\nsession a b\r\n\
                    before 1800000000\nbefore 2027-01-15T08:00:00Z\nbefore 7";
        let expected: Vec<Line<'_>> = vec![
            (3, Ok(Revocation::Token(b"abc"))),
            (4, Ok(Revocation::Token(b"a,b=#"))),
            (5, Ok(Revocation::Key(b"2026-07"))),
            (7, Ok(Revocation::Session(b"a b"))),
            (8, Ok(Revocation::Before(1_800_000_000))),
            (9, Ok(Revocation::Before(1_800_000_000))),
            (10, Ok(Revocation::Before(7))),
        ];
        assert_eq!(read(text), expected);
        for text in ["", "\n", "\r\n\r\n", "#", " # token a"] {
            assert_eq!(read(text), []);
        }
    }

    #[test]
    fn what_revokes_nothing_is_an_error_that_does_not_repeat_it() {
        use RevocationError::{Blank, Empty, Time, Word};
        for (line, error) in [
            ("abc", Word),
            ("Token abc", Word),
            ("token=abc", Word),
            ("tokens abc", Word),
            ("token", Empty("token")),
            ("token \t", Empty("token")),
            ("key", Empty("key")),
            ("session", Empty("session")),
            ("before", Empty("before")),
            ("token abc abc", Blank),
            ("token abc # abc", Blank),
            ("before yesterday", Time),
            ("before -1", Time),
            ("before 007", Time),
            ("before 2027-01-15", Time),
            ("before 2027-01-15T08:00:00", Time),
            ("before 18000000000", Time),
        ] {
            let text = std::format!("key a\n\n{line}\ntoken b");
            let read = read(&text);
            assert_eq!(read.get(1), Some(&(3, Err(error))), "{line}");
            assert_eq!(read.len(), 3);
            assert!(!error.to_string().contains("abc"));
        }
    }

    #[test]
    fn each_has_the_word_of_its_line() {
        for line in ["token a", "key a", "session a", "before 1"] {
            for (_, revocation) in read(line) {
                assert!(line.starts_with(revocation.unwrap().word()));
            }
        }
    }
}
