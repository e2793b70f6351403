//! `secure_token`.

use token::{SCHEMES, Scheme, scheme};

use super::block::{Block, Wrong, wrong};
use super::words::{first, text};
use crate::nginx::Level;

/// `secure_token off | scheme [word]`
pub(super) fn choose(block: &mut Block<'_>) -> Result<(), Wrong> {
    let (name, more) = (first(block.words), block.words.get(1..).unwrap_or_default());
    let chosen = match name {
        b"off" => None,
        name => Some(scheme::by_name(name).ok_or_else(|| {
            let known: Vec<&str> = SCHEMES.iter().map(|scheme| scheme.name()).collect();
            wrong(format!(
                "unknown scheme; write one of \"off\", \"{}\"",
                known.join("\", \"")
            ))
        })?),
    };
    let chosen = match (chosen, more) {
        (Some(scheme), [word]) => Some(with_extra(block, scheme, word)?),
        (Some(scheme), [_, ..]) if !scheme.facts().extras.is_empty() => {
            return Err(wrong(format!(
                "\"{}\" takes one further parameter at most; remove the others",
                text(name)
            )));
        }
        (_, [_, ..]) => {
            return Err(wrong(format!(
                "\"{}\" takes no further parameter; remove what stands behind it, and write a secret \
                 with \"secure_token_secret\"",
                text(name)
            )));
        }
        (chosen, []) => chosen,
    };
    block.once(|written| &mut written.scheme, chosen)
}

/// The scheme that does in addition what a word behind its name asks for.
fn with_extra(block: &mut Block<'_>, scheme: Scheme, word: &[u8]) -> Result<Scheme, Wrong> {
    let extras = scheme.facts().extras;
    let Some(extra) = extras.iter().find(|extra| extra.word.as_bytes() == word) else {
        let known: Vec<&str> = extras.iter().map(|extra| extra.word).collect();
        let instead = if known.is_empty() {
            "takes no further parameter".to_owned()
        } else {
            format!("may be followed by \"{}\" only", known.join("\", \""))
        };
        return Err(wrong(format!(
            "\"{}\" {instead}; remove what stands behind it, and write a secret with \
             \"secure_token_secret\"",
            scheme.name()
        )));
    };
    block.say(Level::Warn, extra.warning);
    Ok(extra.scheme)
}
