//! What was revoked while NGINX ran: tokens, secrets, sessions, and all that was issued before a time.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use links::{Kind, NoRoom, Trace};
use token::TokenId;

use super::memory::{Links, Memory};

/// What is revoked.
#[derive(Clone, Copy)]
pub(crate) enum Mark<'a> {
    /// A token, of whichever scheme: no two of them have tokens that are known by the same.
    Token(&'a TokenId),
    /// All tokens of a secret, by its id.
    Key(&'a [u8]),
    /// All tokens of a session.
    Session(&'a [u8]),
}

/// How many of each kind were revoked.
#[derive(Default)]
#[repr(C)]
pub(super) struct Totals {
    tokens: AtomicU64,
    keys: AtomicU64,
    sessions: AtomicU64,
    /// In Unix seconds; 0 for never.
    before: AtomicU64,
    /// Whether there is any of all that, so that requests ask once.
    is_any: AtomicBool,
}

/// What was revoked.
pub(crate) struct Revocations {
    pub(crate) tokens: u64,
    pub(crate) keys: u64,
    pub(crate) sessions: u64,
    /// All that was issued before this second, in Unix time, is; 0 for none.
    pub(crate) before: u64,
}

impl Totals {
    /// How many places they take.
    pub(super) fn marks(&self) -> u64 {
        let all = [&self.tokens, &self.keys, &self.sessions];
        all.iter().map(|total| total.load(Ordering::SeqCst)).sum()
    }
}

impl Mark<'_> {
    fn trace(self, memory: &Memory) -> Trace {
        match self {
            Self::Token(id) => memory.key().link(id.as_bytes()),
            Self::Key(id) => memory.key().revoked(Kind::Key, id),
            Self::Session(id) => memory.key().revoked(Kind::Session, id),
        }
    }

    fn total(self, totals: &Totals) -> &AtomicU64 {
        match self {
            Self::Token(_) => &totals.tokens,
            Self::Key(_) => &totals.keys,
            Self::Session(_) => &totals.sessions,
        }
    }
}

impl Links {
    /// Whether anything was revoked. Where that cannot be known everything may be, here and below.
    #[inline]
    pub(crate) fn has_revocations(&self) -> bool {
        let memory = self.memory();
        memory.is_none_or(|memory| memory.totals().is_any.load(Ordering::SeqCst))
    }

    /// Whether any session was.
    pub(crate) fn has_sessions(&self) -> bool {
        let memory = self.memory();
        memory.is_none_or(|memory| memory.totals().sessions.load(Ordering::SeqCst) > 0)
    }

    /// Revokes something for all workers, and for as long as the zone is there. `now` in Unix seconds.
    ///
    /// # Errors
    /// [`NoRoom`] where there is no room left for it, or no zone.
    pub(crate) fn revoke(&self, mark: Mark<'_>, now: u64) -> Result<(), NoRoom> {
        let memory = self.memory().ok_or(NoRoom)?;
        // Raised first: until it is, nobody looks for it.
        let total = mark.total(memory.totals());
        total.fetch_add(1, Ordering::SeqCst);
        memory.totals().is_any.store(true, Ordering::SeqCst);
        let added = memory.revoked().add(mark.trace(memory), now);
        if added != Ok(true) {
            total.fetch_sub(1, Ordering::SeqCst);
        }
        added.map(|_| ())
    }

    /// Whether it was revoked. Costs next to nothing while nothing of its kind was.
    #[inline]
    pub(crate) fn is_revoked(&self, mark: Mark<'_>) -> bool {
        let Some(memory) = self.memory() else {
            return true;
        };
        mark.total(memory.totals()).load(Ordering::SeqCst) > 0
            && memory.revoked().has(mark.trace(memory))
    }

    /// To be told when a token that is revoked expires, in Unix seconds: once it opens nowhere its place may be another's.
    pub(crate) fn revoked_until(&self, mark: Mark<'_>, expires: u64) {
        if let Some(memory) = self.memory() {
            let end = expires.saturating_add(self.slack());
            memory.revoked().end_at(mark.trace(memory), end);
        }
    }

    /// Revokes all that was issued before a second, in Unix time, in place of what was said of that before; 0 for nothing.
    pub(crate) fn revoke_before(&self, time: u64) {
        if let Some(memory) = self.memory() {
            let totals = memory.totals();
            totals.before.store(time, Ordering::SeqCst);
            totals.is_any.store(true, Ordering::SeqCst);
        }
    }

    /// Before which second, in Unix time, all that was issued is revoked; 0 where nothing is for that.
    #[inline]
    pub(crate) fn revoked_before(&self) -> u64 {
        let before = self.memory().map(|memory| &memory.totals().before);
        before.map_or(0, |before| before.load(Ordering::SeqCst))
    }

    /// How much was revoked.
    pub(crate) fn revocations(&self) -> Option<Revocations> {
        let totals = self.memory()?.totals();
        let get = |total: &AtomicU64| total.load(Ordering::SeqCst);
        Some(Revocations {
            tokens: get(&totals.tokens),
            keys: get(&totals.keys),
            sessions: get(&totals.sessions),
            before: get(&totals.before),
        })
    }
}
