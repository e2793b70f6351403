//! `secure_token`.

use token::{Extra, Scheme, WordError, scheme};

use super::block::{Block, Wrong, wrong};
use super::words::first;
use crate::config::Main;
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
        words => {
            let main = block.main()?;
            if main.scheme(first(words)).is_none() {
                return Err(unknown(first(words), main));
            }
            let (schemes, warnings) = in_order(words, main)?;
            for warning in warnings {
                block.say(Level::Warn, warning);
            }
            schemes
        }
    };
    block.once(|written| &mut written.schemes, schemes.into())
}

/// A word that names no scheme, unless it is one in capitals or with underscores.
fn unknown(word: &[u8], main: &Main) -> Wrong {
    let spelled = |byte: &u8| {
        if *byte == b'_' {
            b'-'
        } else {
            byte.to_ascii_lowercase()
        }
    };
    let spelled: Vec<u8> = word.iter().map(spelled).collect();
    if let Some(meant) = main.scheme(&spelled) {
        return wrong(format!("unknown scheme; write \"{}\"", meant.name()));
    }
    wrong(format!(
        "unknown scheme; write one of \"off\", {}, or define a format of your own with \"secure_token_format\" above",
        quoted(main.scheme_names().into_iter())
    ))
}

/// The schemes, of which the first is known to be one, and what speaks against their extras.
fn in_order(words: &[&[u8]], main: &Main) -> Result<(Vec<Scheme>, Vec<&'static str>), Wrong> {
    let mut schemes: Vec<Scheme> = Vec::new();
    let mut warnings = Vec::new();
    let mut words = words.iter().peekable();
    while let Some(&word) = words.next() {
        let Some(mut scheme) = main.scheme(word) else {
            return Err(unknown_behind(&schemes, word, main));
        };
        if schemes.iter().any(|other| other.name() == scheme.name()) {
            return Err(wrong(format!(
                "\"{}\" is given twice; remove one of the two",
                scheme.name()
            )));
        }
        while let Some(word) = words.peek() {
            scheme = match scheme.with_word(word) {
                Ok(with_word) => with_word,
                Err(WordError::Unknown) => break,
                Err(error) => return Err(wrong(error.to_string())),
            };
            let mut extras = scheme.facts().extras.iter();
            let extra = extras.find(|extra| extra.is_asked_for_by(word));
            warnings.extend(extra.and_then(|extra| extra.warning));
            words.next();
        }
        schemes.push(scheme);
    }
    Ok((schemes, warnings))
}

/// What is said about a word that is none of the directive's. It may be a secret.
fn unknown_behind(schemes: &[Scheme], word: &[u8], main: &Main) -> Wrong {
    let is_chosen = |name: &String| schemes.iter().any(|chosen| chosen.name() == *name);
    let mut others = main.scheme_names();
    others.retain(|name| !is_chosen(name));
    let extras = schemes.last().into_iter().flat_map(|last| {
        let extras = last.facts().extras.iter();
        let written = extras.map(Extra::to_string);
        written.filter(|word| last.with_word(word.as_bytes()).is_ok())
    });
    let behind = schemes.last().map_or("", |last| last.name());
    if let Some((owner, extra)) = whose(word) {
        return wrong(format!(
            "\"{extra}\" is for the scheme \"{owner}\", and stands behind \"{behind}\"; write it behind \"{owner}\", or \
             remove it"
        ));
    }
    wrong(format!(
        "what stands behind \"{behind}\" is no scheme; remove it or write one of {}, {SECRET}",
        quoted(extras.chain(others))
    ))
}

/// The scheme behind whose name a word may stand, and what the word asks it for.
fn whose(word: &[u8]) -> Option<(String, &'static Extra)> {
    scheme::all().iter().find_map(|scheme| {
        let mut extras = scheme.facts().extras.iter();
        let extra = extras.find(|extra| extra.is_asked_for_by(word))?;
        Some((scheme.name().to_owned(), extra))
    })
}

fn quoted(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    format!("\"{}\"", names.join("\", \""))
}
