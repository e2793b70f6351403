//! What an operator revoked: which line of which file a link is ended by.

use std::cell::Cell;

use token::{OpenedToken, Revocation, Scheme, revocations};

use crate::link_request::LinkRequest;

/// A file of `secure_token_revoked_file`.
#[derive(Clone, Debug)]
pub struct RevokedFile {
    /// What it is called.
    pub name: String,
    /// What stands in it; lines that cannot be read revoke nothing.
    pub text: Vec<u8>,
}

/// A line that ends a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevokedBy<'a> {
    /// The file's name.
    pub file: &'a str,
    /// From 1.
    pub line: usize,
    /// The word that the line begins with: token, key, session or before.
    pub word: &'static str,
}

impl LinkRequest<'_> {
    /// The line that ends the link; `None` where none does, or where it does not open anyway.
    pub fn revoked_by(&self) -> Option<RevokedBy<'_>> {
        let found = Cell::new(None);
        self.decide_unless(&self.rules, &|token, issued, session| {
            found.set(self.line(token, issued, session));
            found.get().is_some()
        });
        found.get()
    }

    pub(crate) fn line(
        &self,
        token: &OpenedToken,
        issued: Option<u64>,
        session: Option<&[u8]>,
    ) -> Option<RevokedBy<'_>> {
        let key = self.secret_ids.get(token.secret as usize);
        let is_this = |revocation: &Revocation<'_>| match revocation {
            Revocation::Token(text) => Scheme::token_id(&self.scheme, text) == Some(token.id),
            Revocation::Key(id) => key.is_some_and(|key| key.as_bytes() == *id),
            Revocation::Session(id) => session == Some(*id),
            Revocation::Before(time) => self.is_before(token, issued, *time),
        };
        self.revoked.iter().find_map(|file| {
            let mut lines = revocations(&file.text);
            lines.find_map(|(line, revocation)| {
                let revocation = revocation.ok().filter(is_this)?;
                Some(RevokedBy {
                    file: &file.name,
                    line,
                    word: revocation.word(),
                })
            })
        })
    }

    /// As the module has it: a link that does not say when it was issued was so its longest lifetime before it expires at the
    /// earliest, and at any time where that is not known.
    fn is_before(&self, token: &OpenedToken, issued: Option<u64>, time: u64) -> bool {
        let longest = self.rules.max_lifetime;
        match (issued, token.claims.expires().zip(longest)) {
            (Some(issued), _) => issued < time,
            (None, Some((expires, longest))) => expires < time.saturating_add(longest),
            (None, None) => time > 0,
        }
    }
}
