//! `secure_token_playlist`, `_playlist_types` and `_playlist_max`.

use std::rc::Rc;

use super::block::{Block, Wrong, wrong};
use super::words::first;
use crate::gate::{Way, is_directory};
use crate::nginx::{Conf, Value};

/// `secure_token_playlist off | sign [under=/prefix/] | pass`
pub(super) fn choose(block: &mut Block<'_>) -> Result<(), Wrong> {
    let way = match block.words {
        [b"off"] => None,
        [b"pass"] => Some(Way::Pass),
        [b"sign"] => Some(Way::Sign { under: None }),
        [b"sign", word] => Some(Way::Sign {
            under: Some(under(block, word)?),
        }),
        [b"off" | b"pass", ..] => {
            return Err(wrong(
                "\"off\" and \"pass\" take no further parameter; remove what stands behind",
            ));
        }
        _ => return Err(wrong("must be \"off\", \"sign\" or \"pass\"")),
    };
    block.once(|written| &mut written.playlist, way)
}

fn under(block: &mut Block<'_>, word: &[u8]) -> Result<Rc<Value>, Wrong> {
    let Some(path) = word.strip_prefix(b"under=") else {
        return Err(wrong(
            "unknown parameter; write \"under=/prefix/\" behind \"sign\", or nothing",
        ));
    };
    let value = block.value(path)?;
    match &value {
        Value::Literal(path) if !is_directory(path) => Err(wrong(
            "\"under=\" is a directory as NGINX sees it, decoded, from one slash to another: \"under=/vod/\"; or a \
             variable with one",
        )),
        _ => Ok(Rc::new(value)),
    }
}

/// `secure_token_playlist_types mime-type ...`
pub(super) fn types(block: &mut Block<'_>) -> Result<(), Wrong> {
    let mut types: Vec<Box<[u8]>> = Vec::new();
    for word in block.words {
        let is_type = word.iter().filter(|&&byte| byte == b'/').count() == 1
            && !word.starts_with(b"/")
            && !word.ends_with(b"/")
            && !word.iter().any(|byte| b";, \"*".contains(byte));
        if !is_type {
            return Err(wrong(
                "takes MIME types without parameters, such as \"application/vnd.apple.mpegurl\"",
            ));
        }
        types.push(word.to_ascii_lowercase().into());
    }
    block.once(|written| &mut written.playlist_types, types.into())
}

/// `secure_token_playlist_max size`
pub(super) fn max(block: &mut Block<'_>) -> Result<(), Wrong> {
    let size = Conf::size(first(block.words)).filter(|size| *size > 0);
    let size = size.ok_or_else(|| wrong("must be a size such as \"512k\" or \"1m\""))?;
    block.once(|written| &mut written.playlist_max, size)
}
