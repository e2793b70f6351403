//! What a token is held against and where it is looked for: `secure_token_uri`, `_client_ip`,
//! `_country`, `_source` and `_param`.

use std::rc::Rc;

use token::query::is_param_name;

use super::block::{Block, Wrong, wrong};
use super::words::first;
use crate::config::ParamNames;
use crate::gate::{ClientAddress, Source};
use crate::nginx::Value;

/// `secure_token_uri value`
pub(super) fn uri(block: &mut Block<'_>) -> Result<(), Wrong> {
    let word = first(block.words);
    if word.is_empty() {
        return Err(wrong(
            "is empty, and a token for no path opens nothing; write a path or a variable such as \
             \"$uri\"",
        ));
    }
    if word == b"off" {
        return Err(wrong(
            "cannot be switched off; remove it, or write it into the locations that need it, and not around them",
        ));
    }
    let value = block.value(word)?;
    block.once(|written| &mut written.uri, Rc::new(value))
}

/// `secure_token_client_ip value | off`
pub(super) fn client_ip(block: &mut Block<'_>) -> Result<(), Wrong> {
    let address = match first(block.words) {
        b"off" => ClientAddress::Off,
        // What that variable says stands in the connection, and is read there at a fraction of the cost.
        b"$remote_addr" | b"${remote_addr}" => ClientAddress::Connected,
        word => ClientAddress::Value(of_the_client(
            block,
            word,
            "\"$remote_addr\", another variable that has the client's address, or \"off\"",
        )?),
    };
    block.once(|written| &mut written.client_ip, address)
}

/// `secure_token_country value`
pub(super) fn country(block: &mut Block<'_>) -> Result<(), Wrong> {
    let instead = "a variable that has the client's country as a two-letter code, such as \
                   \"$geoip2_data_country_code\"";
    let value = of_the_client(block, first(block.words), instead)?;
    block.once(|written| &mut written.country, value)
}

/// A value that differs from client to client.
fn of_the_client(block: &mut Block<'_>, word: &[u8], instead: &str) -> Result<Rc<Value>, Wrong> {
    match block.value(word)? {
        Value::Literal(_) => Err(wrong(format!(
            "is the same for every client; write {instead}"
        ))),
        value => Ok(Rc::new(value)),
    }
}

/// `secure_token_source value ...`
pub(super) fn source(block: &mut Block<'_>) -> Result<(), Wrong> {
    let mut sources = Vec::new();
    for &word in block.words {
        sources.push(match word {
            b"args" => Source::Args,
            word if word.contains(&b' ') => {
                return Err(wrong(
                    "has a blank within a word, and no token has one; write each source as a word of its own, as in \
                     \"secure_token_source args $cookie_token;\"",
                ));
            }
            word => match block.value(word)? {
                Value::Literal(_) => {
                    return Err(wrong(
                        "has a word that is the same for every request; write \"args\" or a value with a \
                         variable, such as \"$cookie_token\" or \"$http_x_token\"",
                    ));
                }
                value => Source::Value(value),
            },
        });
    }
    block.once(|written| &mut written.sources, sources.into())
}

/// `secure_token_param token=name [expires=name]`
pub(super) fn param(block: &mut Block<'_>) -> Result<(), Wrong> {
    let mut names = ParamNames::default();
    for word in block.words {
        let mut halves = word.splitn(2, |&byte| byte == b'=');
        let (slot, parameter, name) = match (halves.next(), halves.next()) {
            (Some(b"token"), Some(name)) => (&mut names.token, "token", name),
            (Some(b"expires"), Some(name)) => (&mut names.expires, "expires", name),
            _ => {
                return Err(wrong(
                    "unknown parameter; write \"token=name\" or \"expires=name\"",
                ));
            }
        };
        if !is_param_name(name) {
            return Err(wrong(format!(
                "\"{parameter}=\" has no name behind it that can stand in a query; use letters, digits, \
                 \"-\", \".\", \"_\" and \"~\""
            )));
        }
        if slot.replace(name.into()).is_some() {
            return Err(wrong(format!(
                "\"{parameter}=\" is given twice; remove one"
            )));
        }
    }
    block.once(|written| &mut written.params, Rc::new(names))
}
