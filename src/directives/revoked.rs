//! `secure_token_revoked_file` and `secure_token_revoke`.

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use nginx_sys::O_NONBLOCK;
use ngx::http::HttpModuleMainConf as _;

use super::block::{Block, Wrong, once, wrong};
use crate::config::RevokedFile;
use crate::{Module, revoke as revoking};

/// `secure_token_revoked_file path ...`
pub(super) fn files(block: &mut Block<'_>) -> Result<(), Wrong> {
    let mut paths = Vec::with_capacity(block.words.len());
    for word in block.words {
        if word.is_empty() {
            return Err(wrong("a path is empty; name a file"));
        }
        let path = block.cf.full_path(word).ok_or(Wrong::Said)?;
        if paths.contains(&path) {
            return Err(wrong("names a file twice; remove one of them"));
        }
        paths.push(path);
    }
    let place = block.cf.place();
    let main = Module::main_conf_mut(block.cf.as_ref()).ok_or(Wrong::Said)?;
    let list = main.revoked_lists.list(paths, place, read_all);
    let list = list.map_err(wrong)?;
    block.once(|written| &mut written.revoked, list)
}

/// `secure_token_revoke`
pub(super) fn revoke(block: &mut Block<'_>) -> Result<(), Wrong> {
    let place = block.cf.place();
    once(&mut block.location.revokes, place)?;
    block.answer_with(revoking::HANDLER)
}

fn read_all(paths: &[PathBuf]) -> Result<Vec<RevokedFile>, String> {
    let file = |path: &PathBuf| {
        let name = path.to_string_lossy().into_owned();
        match read(path) {
            Ok(Some(text)) => Ok(RevokedFile { name, text }),
            Ok(None) => Err(format!(
                "\"{name}\" is not a file; name one with a line for each token that is revoked"
            )),
            // What names no file may be a secret in the wrong place.
            Err(error) if !path.exists() => Err(format!(
                "cannot read the file: {error}; name one with a line for each token that is revoked, and create an empty one \
                 where there is none yet"
            )),
            Err(error) => Err(format!("cannot read \"{name}\": {error}")),
        }
    };
    paths.iter().map(file).collect()
}

/// `None` for what is no file.
fn read(path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    // What has no end and no writer must not hold up NGINX: a pipe would at opening.
    let mut options = File::options();
    options.read(true).custom_flags(O_NONBLOCK as i32);
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(None);
    }
    // No more than there is now: files that the kernel makes up have no length, and some no end.
    let length = metadata.len();
    let mut text = Vec::with_capacity(length.try_into().unwrap_or_default());
    file.take(length).read_to_end(&mut text)?;
    Ok(Some(text))
}
