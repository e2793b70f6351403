//! `secure_token`.

use token::{SCHEMES, Scheme, scheme};

use super::words::{first, text};
use super::{Block, Wrong, once, wrong};
use crate::ngx::Level;

/// `secure_token off | scheme [word]`
pub(super) fn choose(block: &mut Block<'_>) -> Result<(), Wrong> {
    let (name, more) = (first(block.words), block.words.get(1..).unwrap_or_default());
    let chosen = match name {
        b"off" => None,
        name => Some(scheme::by_name(name).ok_or_else(|| {
            let known: Vec<&str> = SCHEMES.iter().map(|scheme| scheme.name()).collect();
            wrong(format!(
                "unknown scheme \"{}\"; write one of \"off\", \"{}\"",
                text(name),
                known.join("\", \"")
            ))
        })?),
    };
    let chosen = match (chosen, more) {
        (Some(scheme), [word]) => Some(with_extra(block, scheme, word)?),
        (Some(scheme), [_, extra, ..]) if !scheme.facts().extras.is_empty() => {
            return Err(wrong(format!(
                "\"{}\" takes one further parameter at most; remove \"{}\"",
                text(name),
                text(extra)
            )));
        }
        (_, [.., extra]) => {
            return Err(wrong(format!(
                "\"{}\" takes no further parameter; remove \"{}\"",
                text(name),
                text(extra)
            )));
        }
        (chosen, []) => chosen,
    };
    block.conf.scheme_place = Some(block.cf.place());
    once(&mut block.conf.scheme, chosen)
}

/// The scheme that does in addition what a word behind its name asks for.
fn with_extra(
    block: &mut Block<'_>,
    scheme: &'static dyn Scheme,
    word: &[u8],
) -> Result<&'static dyn Scheme, Wrong> {
    let extras = scheme.facts().extras;
    let Some(extra) = extras.iter().find(|extra| extra.word.as_bytes() == word) else {
        let known: Vec<&str> = extras.iter().map(|extra| extra.word).collect();
        let instead = if known.is_empty() {
            "takes no further parameter".to_owned()
        } else {
            format!("may be followed by \"{}\"", known.join("\", \""))
        };
        return Err(wrong(format!(
            "\"{}\" {instead}; remove \"{}\"",
            scheme.name(),
            text(word)
        )));
    };
    block.say(Level::Warn, extra.warning);
    Ok(extra.scheme)
}
