//! The words of `secure_token_secret` and `secure_token_secret_file`.

use token::Scheme;

use crate::config::Main;
use crate::counters::LONGEST_NAME;
use crate::directives::block::{Wrong, wrong};

/// `value [id=name] [for=scheme]`
pub(super) struct SecretWords<'a> {
    pub(super) value: &'a [u8],
    pub(super) id: Option<&'a [u8]>,
    pub(super) only_for: Option<Scheme>,
}

impl<'a> SecretWords<'a> {
    /// Takes the words apart. Nothing of them is repeated: they may be a secret. `what`: what the value is.
    pub(super) fn new(words: &[&'a [u8]], what: &str, main: &Main) -> Result<Self, Wrong> {
        let too_many = || {
            wrong(format!(
                "takes {what} and at most \"id=name\" and \"for=scheme\"; put quotes around a value that has blanks"
            ))
        };
        let [value, more @ ..] = words else {
            return Err(too_many());
        };
        let (mut id, mut only_for) = (None, None);
        for word in more {
            if let Some(name) = word.strip_prefix(b"id=")
                && id.is_none()
            {
                id = Some(checked_id(name)?);
            } else if let Some(name) = word.strip_prefix(b"for=")
                && only_for.is_none()
            {
                only_for = Some(scheme_of(name, main)?);
            } else {
                return Err(too_many());
            }
        }
        Ok(Self {
            value,
            id,
            only_for,
        })
    }

    /// Whether the secret itself was forgotten, by the looks of it.
    pub(super) fn lacks_secret(&self) -> bool {
        self.value.starts_with(b"id=") || self.value.starts_with(b"for=")
    }
}

fn checked_id(name: &[u8]) -> Result<&[u8], Wrong> {
    let is_id = (1..=LONGEST_NAME).contains(&name.len()) && name.iter().all(u8::is_ascii_graphic);
    is_id.then_some(name).ok_or_else(|| {
        wrong("\"id=\" needs a name of 1 to 64 characters without blanks, for example \"id=2027\"")
    })
}

fn scheme_of(name: &[u8], main: &Main) -> Result<Scheme, Wrong> {
    main.scheme(name).ok_or_else(|| {
        let known = main.scheme_names();
        wrong(format!(
            "\"for=\" needs the name of a scheme; write one of \"for={}\"",
            known.join("\", \"for=")
        ))
    })
}
