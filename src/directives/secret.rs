//! `secure_token_secret` and `secure_token_secret_file`.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::rc::Rc;

use ::ngx::http::HttpModuleMainConf as _;
use zeroize::Zeroizing;

use super::{Block, Wrong, say, wrong};
use crate::Module;
use crate::config::{Secret, SecretText};
use crate::ngx::{Level, Piece, Value, pieces};

/// Below this a secret can be found by trying.
const SHORT: usize = 16;
/// A file with more than this is not a secret.
const LONGEST_FILE: usize = 64 * 1024;
/// The longest name of a secret.
const LONGEST_ID: usize = 64;

/// `secure_token_secret value [id=name]`
pub(super) fn from_words(block: &mut Block<'_>) -> Result<(), Wrong> {
    let (&word, id) = value_and_id(block.words, "a secret")?;
    if word.is_empty() {
        return Err(wrong(
            "the secret is empty, and anybody could sign with it; write the secret itself",
        ));
    }
    let text = if word.contains(&b'$') {
        SecretText::PerRequest(with_variables(block, word)?)
    } else {
        warn_if_short(block, c"secure_token_secret", word.len());
        SecretText::Known(Zeroizing::new(word.to_vec()))
    };
    add(block, text, id)?;
    // The one copy that is left is wiped with the configuration.
    block.cf.wipe_word(1);
    Ok(())
}

/// `secure_token_secret_file path [id=name]`
pub(super) fn from_file(block: &mut Block<'_>) -> Result<(), Wrong> {
    let (&word, id) = value_and_id(block.words, "a file")?;
    let path = block.cf.full_path(word).ok_or(Wrong::Said)?;
    let name = path.display();
    let secret = read(&path).map_err(|error| match error {
        Unusable::Io(error) => wrong(format!("cannot read \"{name}\": {error}")),
        Unusable::Because(why) => wrong(format!("\"{name}\" {why}")),
    })?;
    if is_open_to_others(&path) {
        say(
            block.cf,
            Level::Warn,
            c"secure_token_secret_file",
            &format!("others can read \"{name}\"; take that right away with \"chmod o-r\""),
        );
    }
    warn_if_short(block, c"secure_token_secret_file", secret.len());
    add(block, SecretText::Known(secret), id)
}

fn add(block: &mut Block<'_>, text: SecretText, id: Option<&[u8]>) -> Result<(), Wrong> {
    let secrets = block.conf.secrets.get_or_insert_default();
    let secrets = Rc::get_mut(secrets).ok_or_else(|| wrong("internal error"))?;
    let position = secrets.len().saturating_add(1).to_string();
    let id = id.unwrap_or(position.as_bytes());
    if secrets.iter().any(|secret| *secret.id == *id) {
        return Err(wrong(format!(
            "another secret of this block goes by the name \"{}\"; give each one an \"id=\" of its own",
            super::text(id)
        )));
    }
    secrets.push(Secret {
        text,
        id: id.into(),
    });
    Ok(())
}

/// The value and the name behind `id=`. Nothing of the words is repeated: they may be a secret.
fn value_and_id<'a>(
    words: &'a [&'static [u8]],
    what: &str,
) -> Result<(&'a &'static [u8], Option<&'static [u8]>), Wrong> {
    match words {
        [value] => Ok((value, None)),
        [value, id] if id.starts_with(b"id=") => {
            let name = id.get(3..).unwrap_or_default();
            if name.is_empty() || name.len() > LONGEST_ID || !name.iter().all(u8::is_ascii_graphic)
            {
                return Err(wrong(
                    "\"id=\" needs a name of 1 to 64 characters without blanks, for example \"id=2027\"",
                ));
            }
            Ok((value, Some(name)))
        }
        _ => Err(wrong(format!(
            "takes {what} and at most \"id=name\"; put quotes around a value that has blanks"
        ))),
    }
}

fn with_variables(block: &mut Block<'_>, word: &'static [u8]) -> Result<Value, Wrong> {
    let place = block.cf.place();
    let main = Module::main_conf_mut(block.cf.as_ref()).ok_or(Wrong::Said)?;
    // A capture ($1) is the client's own text, and looks like any "$5" in a password.
    let pieces = pieces(word).ok_or_else(|| {
        wrong(
            "has a \"$\" that begins no variable; put a secret that has a \"$\" into a file and name that \
             with \"secure_token_secret_file\"",
        )
    })?;
    for piece in pieces {
        if let Piece::Variable(name) = piece {
            main.secret_variables.entry(name.to_vec()).or_insert(place);
        }
    }
    Ok(Value::compile(block.cf, word)?)
}

fn warn_if_short(block: &mut Block<'_>, directive: &std::ffi::CStr, length: usize) {
    if length < SHORT {
        say(
            block.cf,
            Level::Warn,
            directive,
            &format!(
                "the secret has {length} bytes and can be found by trying; use at least {SHORT}, for \
                 example from \"openssl rand -hex 16\""
            ),
        );
    }
}

/// Why a file gives no secret.
enum Unusable {
    Io(io::Error),
    Because(&'static str),
}

impl From<io::Error> for Unusable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Unusable> {
    // Asked first: opening a pipe would wait for somebody to write to it.
    if !path.metadata()?.is_file() {
        return Err(Unusable::Because(
            "is not a file; name one that holds the secret",
        ));
    }
    // Room for all of it at once, so that no copy is left where it grew.
    let mut secret = Zeroizing::new(Vec::with_capacity(LONGEST_FILE.saturating_add(1)));
    let limit = u64::try_from(LONGEST_FILE).map_or(u64::MAX, |limit| limit.saturating_add(1));
    File::open(path)?.take(limit).read_to_end(&mut secret)?;
    if secret.len() > LONGEST_FILE {
        return Err(Unusable::Because(
            "has more than 64 KiB; name a file that holds one secret",
        ));
    }
    if secret.last() == Some(&b'\n') {
        secret.pop();
        if secret.last() == Some(&b'\r') {
            secret.pop();
        }
    }
    if secret.is_empty() {
        return Err(Unusable::Because("is empty; write the secret into it"));
    }
    Ok(Zeroizing::new(secret.to_vec()))
}

fn is_open_to_others(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|metadata| metadata.permissions().mode() & 0o004 != 0)
}
