//! `secure_token`.

use token::{SCHEMES, Scheme, scheme};

use super::block::{Block, Wrong, wrong};
use super::words::first;
use crate::nginx::Level;

const SECRET: &str = "and write a secret with \"secure_token_secret\"";

/// `secure_token off | scheme [word] [scheme [word] ...]`
pub(super) fn choose(block: &mut Block<'_>) -> Result<(), Wrong> {
    let schemes = match block.words {
        [b"off"] => Vec::new(),
        [b"off", ..] => {
            return Err(wrong(format!(
                "\"off\" takes no further parameter; remove what stands behind it, {SECRET}"
            )));
        }
        _ if scheme::by_name(first(block.words)).is_none() => {
            return Err(wrong(format!(
                "unknown scheme; write one of \"off\", {}",
                quoted(SCHEMES.iter().map(|scheme| scheme.name()))
            )));
        }
        _ => in_order(block)?,
    };
    block.once(|written| &mut written.schemes, schemes.into())
}

/// The schemes, of which the first is known to be one.
fn in_order(block: &mut Block<'_>) -> Result<Vec<Scheme>, Wrong> {
    let mut schemes: Vec<Scheme> = Vec::new();
    let mut words = block.words.iter().peekable();
    while let Some(&word) = words.next() {
        let Some(scheme) = scheme::by_name(word) else {
            return Err(unknown_behind(&schemes));
        };
        if schemes.iter().any(|other| other.name() == scheme.name()) {
            return Err(wrong(format!(
                "\"{}\" is given twice; remove one of the two",
                scheme.name()
            )));
        }
        let mut extras = scheme.facts().extras.iter();
        let extra = extras.find(|extra| {
            words
                .next_if(|word| **word == extra.word.as_bytes())
                .is_some()
        });
        if let Some(extra) = extra {
            block.say(Level::Warn, extra.warning);
        }
        let with_extra = extra.map(|extra| &extra.scheme).cloned();
        schemes.push(with_extra.unwrap_or(scheme));
    }
    Ok(schemes)
}

/// What is said about a word that is none of the directive's. It may be a secret.
fn unknown_behind(schemes: &[Scheme]) -> Wrong {
    let chosen = |scheme: &&Scheme| schemes.iter().any(|chosen| chosen.name() == scheme.name());
    let others = SCHEMES.iter().filter(|scheme| !chosen(scheme));
    let extras = schemes.last().into_iter().flat_map(|last| {
        let extras = last.facts().extras.iter();
        extras.filter(move |extra| extra.scheme != *last)
    });
    let behind = schemes.last().map_or("", |last| last.name());
    wrong(format!(
        "what stands behind \"{behind}\" is no scheme; remove it or write one of {}, {SECRET}",
        quoted(
            extras
                .map(|extra| extra.word)
                .chain(others.map(|scheme| scheme.name()))
        )
    ))
}

fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    format!("\"{}\"", names.join("\", \""))
}
