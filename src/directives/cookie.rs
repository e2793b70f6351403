//! `secure_token_cookie`.

use std::rc::Rc;

use super::block::{Block, Wrong, wrong};
use super::words::first;
use crate::gate::{Cookie, SameSite};
use crate::nginx::Value;

/// `secure_token_cookie off | name [path=value] [domain=value] [samesite=strict|lax|none]`
pub(super) fn choose(block: &mut Block<'_>) -> Result<(), Wrong> {
    let cookie = match block.words {
        [b"off"] => None,
        [b"off", ..] => {
            return Err(wrong(
                "\"off\" takes no further parameter; remove what stands behind",
            ));
        }
        words => Some(Rc::new(cookie(block, words)?)),
    };
    block.once(|written| &mut written.cookie, cookie)
}

fn cookie(block: &mut Block<'_>, words: &[&[u8]]) -> Result<Cookie, Wrong> {
    let name = first(words);
    if !is_name(name) {
        return Err(wrong(
            "the name of a cookie has letters, digits, \"-\" and \"_\" and no variables; write for example \"token\"",
        ));
    }
    let mut cookie = Cookie {
        name: name.into(),
        path: None,
        domain: None,
        same_site: None,
    };
    for &word in words.iter().skip(1) {
        let mut halves = word.splitn(2, |&byte| byte == b'=');
        let parameter = match (halves.next(), halves.next()) {
            (Some(b"path"), Some(path)) => {
                let path = attribute(block, path, is_path, PATH)?;
                cookie.path.replace(path).map(|_| "path=")
            }
            (Some(b"domain"), Some(domain)) => {
                let domain = attribute(block, domain, is_domain, DOMAIN)?;
                cookie.domain.replace(domain).map(|_| "domain=")
            }
            (Some(b"samesite"), Some(word)) => cookie
                .same_site
                .replace(same_site(word)?)
                .map(|_| "samesite="),
            _ => {
                return Err(wrong(
                    "unknown parameter; write \"path=\", \"domain=\" or \"samesite=\" behind the cookie's name, or \
                     nothing",
                ));
            }
        };
        if let Some(twice) = parameter {
            return Err(wrong(format!("\"{twice}\" is given twice; remove one")));
        }
    }
    obey_prefix(&cookie)?;
    Ok(cookie)
}

const PATH: &str =
    "\"path=\" is a path that begins with a slash, without \";\" and blanks: \"path=/vod/\"";
const DOMAIN: &str =
    "\"domain=\" is a name of letters, digits, \"-\" and \".\": \"domain=example.com\"";

/// A value that may have variables. Text alone is looked at here, for every request would have it.
fn attribute(
    block: &mut Block<'_>,
    word: &[u8],
    is_right: fn(&[u8]) -> bool,
    what: &str,
) -> Result<Rc<Value>, Wrong> {
    let value = block.value(word)?;
    match &value {
        Value::Literal(text) if !is_right(text) => Err(wrong(what)),
        _ => Ok(Rc::new(value)),
    }
}

fn is_path(text: &[u8]) -> bool {
    text.starts_with(b"/") && crate::cookie::is_attribute(text) && !text.contains(&b' ')
}

fn is_domain(text: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-.".contains(byte);
    !text.is_empty() && text.iter().all(is_plain)
}

fn same_site(word: &[u8]) -> Result<SameSite, Wrong> {
    match word {
        b"strict" => Ok(SameSite::Strict),
        b"lax" => Ok(SameSite::Lax),
        b"none" => Ok(SameSite::None),
        _ => Err(wrong(
            "\"samesite=\" must be \"strict\", \"lax\" or \"none\"",
        )),
    }
}

/// A token of HTTP (RFC 6265, 4.1.1), which leaves no room for a variable.
fn is_name(name: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#%&'*+-.^_`|~".contains(byte);
    !name.is_empty() && name.iter().all(is_plain)
}

/// Browsers drop a cookie that is not as the beginning of its name says.
fn obey_prefix(cookie: &Cookie) -> Result<(), Wrong> {
    if !cookie.is_for_host() {
        return Ok(());
    }
    if cookie.domain.is_some() {
        return Err(wrong(
            "browsers refuse a cookie whose name begins with \"__Host-\" and that has a domain; remove \"domain=\", or \
             begin the name with \"__Secure-\"",
        ));
    }
    let is_root = |value: &Rc<Value>| matches!(&**value, Value::Literal(text) if ***text == *b"/");
    if !cookie.path.as_ref().is_some_and(is_root) {
        return Err(wrong(
            "browsers refuse a cookie whose name begins with \"__Host-\" unless it is for all paths; write \"path=/\", \
             or begin the name with \"__Secure-\"",
        ));
    }
    Ok(())
}
