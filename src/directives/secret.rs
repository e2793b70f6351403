//! `secure_token_secret` and `secure_token_secret_file`.

use std::rc::Rc;

use super::block::{Block, Wrong, wrong};
use super::words::text;
use crate::config::{SecretValue, Setting};
use crate::nginx::{Level, Piece, Value, split};

use file::{Unusable, read};
use words::SecretWords;

mod file;
mod words;

/// `secure_token_secret value [id=name] [for=scheme]`
pub(super) fn from_words(block: &mut Block<'_>) -> Result<(), Wrong> {
    let words = SecretWords::new(block.words, "a secret", block.main()?)?;
    let word = words.value;
    if word.is_empty() {
        return Err(wrong(
            "the secret is empty, and anybody could sign with it; write the secret itself",
        ));
    }
    if words.lacks_secret() {
        return Err(wrong(
            "has a name and no secret; put a secret that begins with \"id=\" or \"for=\" into a file and name that \
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
    if is_file(block, word) {
        block.say(
            Level::Warn,
            "the secret is the name of a file, and whoever guesses that can sign; name the file with \
             \"secure_token_secret_file\" instead",
        );
    }
    let value = block.joined(&pieces, true)?;
    add(block, value, &words)
}

/// `secure_token_secret_file path [id=name] [for=scheme]`
pub(super) fn from_file(block: &mut Block<'_>) -> Result<(), Wrong> {
    let words = SecretWords::new(block.words, "a file", block.main()?)?;
    let path = block.cf.full_path(words.value).ok_or(Wrong::Said)?;
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
    add(block, Value::Literal(secret.text), &words)
}

/// Whether it is a path, and there is a file. Base64 has slashes, too.
fn is_file(block: &mut Block<'_>, word: &[u8]) -> bool {
    let may_be = word.contains(&b'/') && !word.iter().any(|byte| b"+=".contains(byte));
    may_be && block.cf.full_path(word).is_some_and(|path| path.is_file())
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

fn add(block: &mut Block<'_>, value: Value, words: &SecretWords<'_>) -> Result<(), Wrong> {
    let place = block.cf.place();
    let secrets = &mut block.location.written_mut().secrets;
    let secrets = Rc::make_mut(secrets.get_or_insert_default());
    let position = secrets.len().saturating_add(1).to_string();
    let id = words.id.unwrap_or(position.as_bytes());
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
        only_for: words.only_for.as_ref().cloned(),
    };
    // As a rule it is the only one.
    secrets.reserve_exact(1);
    secrets.push(Setting { value, place });
    Ok(())
}
