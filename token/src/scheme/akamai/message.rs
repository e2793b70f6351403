//! What is hashed.

use super::escape::{self, Escaping};
use super::salt::Salt;
use crate::hmac::{Code, Hmac};
use crate::request::split_target;
use crate::{Failure, Request, encoding};

/// What is hashed of a token and a request.
pub(super) struct Message<'a> {
    /// The claims as they stand in the token.
    pub(super) body: &'a [u8],
    /// The path of a token that is for one URL.
    pub(super) url: Option<&'a [u8]>,
    pub(super) ignore_case: bool,
    pub(super) salt: Option<&'a Salt>,
}

impl Message<'_> {
    pub(super) fn code(&self, mut hmac: Hmac, escaping: Option<Escaping>) -> Code {
        hmac.update(self.body);
        if let Some(path) = self.url {
            hmac.update(b"~url=");
            escape::write(path, escaping, self.ignore_case, &mut |piece| {
                hmac.update(piece);
            });
        }
        if let Some(salt) = self.salt {
            hmac.update(b"~salt=");
            hmac.update(salt.expose());
        }
        hmac.finish()
    }

    /// Whether the HMAC of a message is this one. How the URL was escaped nobody tells, and signers differ.
    pub(super) fn has_code(&self, hmac: Hmac, code: &Code, escapes_early: bool) -> bool {
        let Some(path) = self.url.filter(|_| escapes_early) else {
            return self.code(hmac, None).is(code);
        };
        let other = escape::depends_on_signer(path).then(|| hmac.clone());
        let has_code = |hmac, escaping| self.code(hmac, Some(escaping)).is(code);
        has_code(hmac, Escaping::Form)
            || other.is_some_and(|hmac| has_code(hmac, Escaping::Component))
    }
}

/// The path that is hashed for a token of one URL: as it was sent, for signers know no other. `None` for what can not
/// be hashed.
pub(super) fn url_path(request: &impl Request) -> Result<Option<&[u8]>, Failure> {
    let path = match request.stated_path()? {
        Some(stated) => stated,
        None => split_target(request.target()?).0,
    };
    let is_hashed = !path.is_empty() && encoding::is_plain(path);
    Ok(is_hashed.then_some(path))
}
