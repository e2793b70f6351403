//! The words of directives: what they must look like, and what is said if they do not.

use std::borrow::Cow;

use super::block::{Wrong, wrong};
use crate::nginx::{Conf, Level};

/// The first word; NGINX has checked that there is one.
pub(super) fn first<'a>(words: &[&'a [u8]]) -> &'a [u8] {
    words.first().copied().unwrap_or_default()
}

pub(super) fn text(word: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(word)
}

pub(super) fn flag(words: &[&[u8]]) -> Result<bool, Wrong> {
    match first(words) {
        b"on" => Ok(true),
        b"off" => Ok(false),
        _ => Err(wrong("must be \"on\" or \"off\"")),
    }
}

pub(super) fn status(words: &[&[u8]]) -> Result<u16, Wrong> {
    let word = first(words);
    std::str::from_utf8(word)
        .ok()
        .filter(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|word| word.parse().ok())
        .filter(|code| (400..=599).contains(code))
        .ok_or_else(|| wrong("must be a status from 400 to 599, such as 403"))
}

pub(super) fn seconds(words: &[&[u8]]) -> Result<u64, Wrong> {
    let word = first(words);
    Conf::seconds(word)
        .ok_or_else(|| wrong("must be a time such as \"30s\", \"15m\" or \"1h 30m\""))
}

/// The same where nothing would ever open with 0.
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
