//! How a message becomes a token: `hmac-sha256:hex`.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::error::{FormatError, FormatString, Source};
use crate::{Digest, Encoding, Hash};

/// Parses a digest.
pub(super) fn parse(text: &str) -> Result<Digest, FormatError> {
    let source = source(text);
    source.check_length()?;
    let Some((function, encoding)) = text.split_once(':') else {
        let message = |function| {
            format!(
                "it does not say how the digest is written; write one of {}, such as \"{function}:hex\"",
                names(&Encoding::ALL)
            )
        };
        return Err(match hash(text) {
            Some(_) => source.error_in_all(message(text)),
            None => source.error_untold(message("hmac-sha256")),
        });
    };
    let message = |what: &str, names: String| format!("{what}; write one of {names}");
    let no_encoding = || message("no digest is written so", names(&Encoding::ALL));
    let no_hash = || {
        let message = message("no digest has this name", names(&Hash::ALL));
        format!("{message}, with \"hmac-\" in front for a HMAC")
    };
    let at = function.len().saturating_add(1);
    let (is_keyed, hash, encoding) = match (hash(function), find(&Encoding::ALL, encoding)) {
        (Some((is_keyed, hash)), Some(encoding)) => (is_keyed, hash, encoding),
        (Some(_), None) => return Err(source.error(at, encoding, no_encoding())),
        (None, Some(_)) => return Err(source.error(0, function, no_hash())),
        (None, None) => return Err(source.error_untold(no_hash())),
    };
    Ok(Digest {
        hash,
        is_keyed,
        encoding,
    })
}

pub(super) fn source(text: &str) -> Source<'_> {
    Source {
        place: FormatString::Digest,
        text,
    }
}

/// The hash function of this name, and whether it is keyed.
fn hash(name: &str) -> Option<(bool, Hash)> {
    let plain = name.strip_prefix("hmac-");
    find(&Hash::ALL, plain.unwrap_or(name)).map(|hash| (plain.is_some(), hash))
}

fn find<T: Copy + ToString>(all: &[T], name: &str) -> Option<T> {
    all.iter().copied().find(|one| one.to_string() == name)
}

fn names<T: ToString>(all: &[T]) -> String {
    let names: Vec<String> = all.iter().map(T::to_string).collect();
    names.join(", ")
}
