//! `secure_token_secret` and `secure_token_secret_file`.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::rc::Rc;

use nginx_sys::O_NONBLOCK;
use token::Secret;
use zeroize::Zeroizing;

use super::block::{Block, Wrong, wrong};
use super::words::text;
use crate::config::{SecretValue, Setting};
use crate::counters::LONGEST_NAME;
use crate::nginx::{Level, Piece, Value, split};

const EMPTY: &str = "is empty; write the secret into it";

/// `secure_token_secret value [id=name]`
pub(super) fn from_words(block: &mut Block<'_>) -> Result<(), Wrong> {
    let (word, id) = value_and_id(block.words, "a secret")?;
    if word.is_empty() {
        return Err(wrong(
            "the secret is empty, and anybody could sign with it; write the secret itself",
        ));
    }
    if id.is_none() && word.starts_with(b"id=") {
        return Err(wrong(
            "has a name and no secret; put a secret that begins with \"id=\" into a file and name that \
             with \"secure_token_secret_file\"",
        ));
    }
    // A capture ($1) is the client's own text, and looks like any "$5" in a password.
    let pieces = split(word).map_err(|_| {
        wrong(
            "has a \"$\" that begins no variable; put a secret that has a \"$\" into a file and name that \
             with \"secure_token_secret_file\"",
        )
    })?;
    if pieces.iter().all(is_chosen_by_the_client) {
        block.say(
            Level::Warn,
            "the secret is what the client sends, and every client can sign with it; use a variable \
             that a \"map\" sets",
        );
    }
    let value = block.joined(&pieces, true)?;
    add(block, value, id)
}

/// `secure_token_secret_file path [id=name]`
pub(super) fn from_file(block: &mut Block<'_>) -> Result<(), Wrong> {
    let (word, id) = value_and_id(block.words, "a file")?;
    let path = block.cf.full_path(word).ok_or(Wrong::Said)?;
    let name = path.display();
    let secret = read(&path).map_err(|error| match error {
        // What names no file may be the secret itself.
        Unusable::Io(error) if !path.exists() => wrong(format!(
            "cannot read the file: {error}; name one that holds the secret, and write a secret itself with \
             \"secure_token_secret\""
        )),
        Unusable::Io(error) => wrong(format!("cannot read \"{name}\": {error}")),
        Unusable::Because(why) => wrong(format!("\"{name}\" {why}")),
    })?;
    if secret.open_to_others {
        block.say(
            Level::Warn,
            &format!("others can read \"{name}\"; take that right away with \"chmod o-r\""),
        );
    }
    add(block, Value::Literal(secret.text), id)
}

/// Whether a piece of a secret is nothing but what a request says.
fn is_chosen_by_the_client(piece: &Piece<'_>) -> bool {
    let Piece::Variable(name) = piece else {
        return false;
    };
    let name = name.to_ascii_lowercase();
    let is_prefix = |prefix: &&[u8]| name.starts_with(prefix);
    let prefixes: [&[u8]; 4] = [b"arg_", b"http_", b"cookie_", b"request"];
    let names: [&[u8]; 5] = [
        b"args",
        b"query_string",
        b"uri",
        b"document_uri",
        b"secure_token_args",
    ];
    prefixes.iter().any(is_prefix) || names.contains(&name.as_slice())
}

fn add(block: &mut Block<'_>, value: Value, id: Option<&[u8]>) -> Result<(), Wrong> {
    let place = block.cf.place();
    let secrets = &mut block.location.written_mut().secrets;
    let secrets = Rc::make_mut(secrets.get_or_insert_default());
    let position = secrets.len().saturating_add(1).to_string();
    let id = id.unwrap_or(position.as_bytes());
    if secrets.iter().any(|secret| *secret.value.id == *id) {
        return Err(wrong(format!(
            "another secret of this block goes by the name \"{}\"; give each one an \"id=\" of its own",
            text(id)
        )));
    }
    let value = SecretValue {
        directive: block.name,
        text: Rc::new(value),
        id: id.into(),
    };
    // As a rule it is the only one.
    secrets.reserve_exact(1);
    secrets.push(Setting { value, place });
    Ok(())
}

/// The value and the name behind `id=`. Nothing of the words is repeated: they may be a secret.
fn value_and_id<'a>(words: &[&'a [u8]], what: &str) -> Result<(&'a [u8], Option<&'a [u8]>), Wrong> {
    match words {
        [value] => Ok((value, None)),
        [value, id] if id.starts_with(b"id=") => {
            let name = id.get(3..).unwrap_or_default();
            if name.is_empty()
                || name.len() > LONGEST_NAME
                || !name.iter().all(u8::is_ascii_graphic)
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

/// A secret as it stands in a file.
struct InFile {
    text: Zeroizing<Box<[u8]>>,
    open_to_others: bool,
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

fn read(path: &Path) -> Result<InFile, Unusable> {
    // What has no end and no writer must not hold up NGINX: a pipe would at opening, /proc/kmsg at reading.
    let mut options = File::options();
    options.read(true).custom_flags(O_NONBLOCK as i32);
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(Unusable::Because(
            "is not a file; name one that holds the secret",
        ));
    }
    // So are the files that the kernel makes up, and what it would say is no secret.
    if metadata.len() == 0 {
        return Err(Unusable::Because(EMPTY));
    }
    if metadata.len() > Secret::LONGEST_FILE as u64 {
        return Err(Unusable::Because(
            "has more than 64 KiB; name a file that holds one secret",
        ));
    }
    // Room for all of it at once, so that no copy is left where it grew.
    let mut secret = Zeroizing::new(Vec::with_capacity(Secret::LONGEST_FILE));
    file.take(Secret::LONGEST_FILE as u64)
        .read_to_end(&mut secret)?;
    let text = Secret::in_file(&secret);
    if text.is_empty() {
        return Err(Unusable::Because(EMPTY));
    }
    Ok(InFile {
        text: Zeroizing::new(text.into()),
        open_to_others: metadata.permissions().mode() & 0o004 != 0,
    })
}
