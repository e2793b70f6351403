//! Tokens for the links of a playlist.

use playlist::{Child, TokenText};
use token::SignError;

use crate::decision::Kept;
use crate::nginx::Failed;
use crate::request::Remembered;

/// Makes a token for a path that demands what the one does that opened the playlist, see [`token::Scheme::sign_child`].
pub(super) fn sign(
    request: &Remembered<'_>,
    kept: &Kept,
    child: Child<'_>,
    out: &mut TokenText,
) -> Result<Result<(), SignError>, Failed> {
    let entry = kept.entry;
    let opened = kept.decision.token().ok_or(Failed)?;
    let child = token::Child {
        path: child.path,
        target: child.target,
    };
    let signed = entry
        .scheme
        .sign_child(request, opened, &child, &entry.rules, out);
    match signed {
        Ok(at) => {
            out.at = at;
            Ok(Ok(()))
        }
        Err(SignError::Unanswered) => Err(Failed),
        Err(error) => Ok(Err(error)),
    }
}
