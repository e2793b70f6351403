//! The words of directives: what they must look like, and what is said if they do not.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use super::block::{Wrong, wrong};
use crate::nginx::{Conf, Level};

/// The first word; NGINX has checked that there is one.
pub(super) fn first<'a>(words: &[&'a [u8]]) -> &'a [u8] {
    words.first().copied().unwrap_or_default()
}

pub(super) fn text(word: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(word)
}

/// A number in decimal digits.
pub(super) fn number(word: &[u8], range: RangeInclusive<u64>) -> Option<u64> {
    let word = str::from_utf8(word).ok()?;
    let is_decimal = word.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_decimal.then(|| word.parse().ok())??;
    range.contains(&number).then_some(number)
}

pub(super) fn flag(words: &[&[u8]]) -> Result<bool, Wrong> {
    match first(words) {
        b"on" => Ok(true),
        b"off" => Ok(false),
        _ => Err(wrong("must be \"on\" or \"off\"")),
    }
}

pub(super) fn status(words: &[&[u8]]) -> Result<u16, Wrong> {
    number(first(words), 400..=599)
        .and_then(|code| code.try_into().ok())
        .ok_or_else(|| wrong("must be a status from 400 to 599, such as 403"))
}

pub(super) fn seconds(words: &[&[u8]]) -> Result<u64, Wrong> {
    let word = first(words);
    Conf::seconds(word)
        .ok_or_else(|| wrong("must be a time such as \"30s\", \"15m\" or \"1h 30m\""))
}

/// The same where nothing, or next to nothing, would ever open with 0.
pub(super) fn lifetime(words: &[&[u8]]) -> Result<u64, Wrong> {
    match seconds(words)? {
        0 => Err(wrong(
            "is a time of a second at least; write for example \"30m\"",
        )),
        lifetime => Ok(lifetime),
    }
}

pub(super) fn level(words: &[&[u8]]) -> Result<Level, Wrong> {
    match first(words) {
        b"info" => Ok(Level::Info),
        b"notice" => Ok(Level::Notice),
        b"warn" => Ok(Level::Warn),
        b"error" => Ok(Level::Error),
        _ => Err(wrong("must be \"info\", \"notice\", \"warn\" or \"error\"")),
    }
}
