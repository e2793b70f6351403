//! Whether a token that is right was revoked: by a file of the configuration, or while NGINX ran.

use std::borrow::Cow;

use token::OpenedToken;

use crate::gate::{Entry, Listed, Revocation};
use crate::sharing::{Links, Mark};

/// What is asked about.
pub(crate) struct Question<'a> {
    pub(crate) entry: &'a Entry,
    pub(crate) token: &'a OpenedToken,
    /// When it was issued, in Unix seconds; `None` where it does not say so.
    pub(crate) issued: Option<u64>,
}

impl Revocation {
    /// Whether anything is. As a rule there is a zone, and nothing in it is revoked.
    #[inline]
    pub(crate) fn is_any(&self) -> bool {
        self.listed.is_some() || self.links_with_any().is_some()
    }

    #[inline]
    fn links_with_any(&self) -> Option<&Links> {
        let links = self.links.as_deref();
        links.filter(|links| links.has_revocations())
    }

    /// Whether the token is revoked. `session`: the one that it names.
    pub(crate) fn has<'t>(
        &self,
        question: &Question<'_>,
        session: impl FnOnce() -> Option<Cow<'t, [u8]>>,
    ) -> bool {
        let links = self.links_with_any();
        if let Some(listed) = &self.listed
            && question.is_listed(listed)
        {
            return true;
        }
        if let Some(links) = links
            && question.is_marked(links)
        {
            return true;
        }
        let listed = self.listed.as_ref().map(|listed| &*listed.others);
        let listed = listed.filter(|listed| !listed.sessions.is_empty());
        let names_sessions = listed.is_some() || links.is_some_and(Links::has_sessions);
        let Some(session) = names_sessions.then(session).flatten() else {
            return false;
        };
        listed.is_some_and(|listed| listed.sessions.contains(&*session))
            || links.is_some_and(|links| links.is_revoked(Mark::Session(&session)))
    }
}

impl Question<'_> {
    fn is_listed(&self, listed: &Listed) -> bool {
        let key = listed.keys.get(self.token.secret as usize);
        listed.tokens.contains(&self.token.id)
            || key.copied().unwrap_or_default()
            || self.is_before(listed.others.before)
    }

    fn is_marked(&self, links: &Links) -> bool {
        let mark = Mark::Token(&self.token.id);
        if links.is_revoked(mark) {
            let expires = self.token.claims.expires();
            links.revoked_until(mark, expires.unwrap_or(u64::MAX));
            return true;
        }
        let secret = self.entry.secret_of(self.token);
        secret.is_some_and(|secret| links.is_revoked(Mark::Key(&secret.id)))
            || self.is_before(links.revoked_before())
    }

    /// Whether the token was issued before a second, in Unix time, or may have been. One that does not say when it was
    /// issued was issued before any, unless it is known how long it was to open at most.
    fn is_before(&self, time: u64) -> bool {
        if time == 0 {
            return false;
        }
        let lifetime = self.entry.rules.max_lifetime;
        match (self.issued, self.token.claims.expires().zip(lifetime)) {
            (Some(issued), _) => issued < time,
            (None, Some((expires, lifetime))) => expires < time.saturating_add(lifetime),
            (None, None) => true,
        }
    }
}
