//! `secure_token_format`, `secure_token_link` and `secure_token_digest`.

use std::rc::Rc;

use ngx::http::HttpModuleMainConf as _;
use token::{Scheme, scheme};

use super::block::{Block, Wrong, wrong};
use super::words::first;
use crate::Module;
use crate::config::OwnFormat;
use crate::counters::LONGEST_NAME;
use crate::nginx::{Level, Piece, Value};
use crate::variables;

/// `secure_token_format name link digest message [option ...]`
pub(super) fn define(block: &mut Block<'_>) -> Result<(), Wrong> {
    let words: Option<Vec<&str>> = block
        .words
        .iter()
        .map(|word| str::from_utf8(word).ok())
        .collect();
    let words = words.ok_or_else(|| wrong("has bytes that are no UTF-8; write them otherwise"))?;
    let [name, link, digest, message, options @ ..] = words.as_slice() else {
        return Err(wrong(
            "takes a name, a link, a digest, a message and options; write for example secure_token_format acme \
             \"?sig={token}&exp={expires}\" hmac-sha256:hex \"{expires}{path}\"",
        ));
    };
    check_name(block, name)?;
    let own = Scheme::own(name, link, digest, message, options);
    let own = own.map_err(|error| wrong(error.to_string()))?;
    let variables = message_variables(block, &own)?;
    for warning in own.facts().warnings() {
        block.say(Level::Warn, &format!("\"{name}\": {warning}"));
    }
    let main = Module::main_conf_mut(block.cf.as_ref()).ok_or(Wrong::Said)?;
    main.formats.push(OwnFormat {
        scheme: own,
        variables,
    });
    Ok(())
}

/// The variables of a format's message.
fn message_variables(block: &mut Block<'_>, own: &Scheme) -> Result<Rc<[Value]>, Wrong> {
    let names = own.facts().format().map(|format| format.variables.clone());
    let mut values = Vec::new();
    for name in names.iter().flat_map(|names| names.iter()) {
        let lower_case = name.to_ascii_lowercase();
        if lower_case.as_bytes().starts_with(variables::PREFIX) {
            return Err(wrong(format!(
                "\"${name}\" is known once a request was checked, and the message is what it is checked by; hash \
                 another variable"
            )));
        }
        values.push(block.joined(&[Piece::Variable(name.as_bytes())], false)?);
    }
    Ok(values.into())
}

fn check_name(block: &Block<'_>, name: &str) -> Result<(), Wrong> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if !(1..=LONGEST_NAME).contains(&name.len()) || !name.bytes().all(is_plain) {
        return Err(wrong(
            "the name is none; write 1 to 64 letters, digits, \"-\" or \"_\" that \"secure_token\" can name it by",
        ));
    }
    let all = scheme::all();
    let mut extras = all.iter().flat_map(|scheme| scheme.facts().extras);
    let is_taken = name == "off"
        || block.main()?.scheme(name.as_bytes()).is_some()
        || extras.any(|extra| extra.word == name);
    if is_taken {
        return Err(wrong(format!(
            "the name \"{name}\" is taken; give the format another one, such as \"my-{name}\""
        )));
    }
    Ok(())
}

/// `secure_token_link link`
pub(super) fn link(block: &mut Block<'_>) -> Result<(), Wrong> {
    let link = text(block)?;
    block.once(|written| &mut written.link, link)
}

/// `secure_token_digest digest`
pub(super) fn digest(block: &mut Block<'_>) -> Result<(), Wrong> {
    let digest = text(block)?;
    block.once(|written| &mut written.digest, digest)
}

fn text(block: &Block<'_>) -> Result<Rc<str>, Wrong> {
    let word = str::from_utf8(first(block.words));
    let word = word.map_err(|_| wrong("has bytes that are no UTF-8; write them otherwise"))?;
    Ok(word.into())
}
