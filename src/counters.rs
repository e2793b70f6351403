//! What is counted, in memory that all workers share.

use std::cell::OnceCell;
use std::rc::Rc;

use token::{OpenedToken, Reason};

use crate::nginx::Shared;

mod record;
mod zone;

pub(crate) use zone::{Counts, Full, settle};

use record::{Decisions, Lifetimes, Passes, Record};

/// The longest label, and the longest id of a secret.
pub(crate) const LONGEST_NAME: usize = 64;

/// What a location counts, and where.
pub(crate) struct Counters {
    pub(crate) label: Rc<str>,
    pub(crate) scheme: Rc<str>,
    /// By position of the secret.
    pub(crate) secret_ids: Vec<Rc<[u8]>>,
    places: OnceCell<Places>,
}

struct Places {
    decisions: Shared<Record<Decisions>>,
    secrets: Vec<Shared<Record<Passes>>>,
    lifetimes: Shared<Record<Lifetimes>>,
}

impl Counters {
    pub(crate) fn new(label: Rc<str>, scheme: Rc<str>, secret_ids: Vec<Rc<[u8]>>) -> Self {
        Self {
            label,
            scheme,
            secret_ids,
            places: OnceCell::new(),
        }
    }

    /// Counts a request that passed. A preflight has no token; `now` in Unix seconds.
    pub(crate) fn passed(&self, token: Option<&OpenedToken>, now: u64) {
        let Some(places) = self.places.get() else {
            return;
        };
        if let Some(decisions) = places.decisions.get() {
            decisions.counters.add_pass();
        }
        let Some(token) = token else {
            return;
        };
        let secret = places.secrets.get(token.secret as usize);
        if let Some(secret) = secret.and_then(Shared::get) {
            secret.counters.add();
        }
        if let (Some(expires), Some(lifetimes)) = (token.claims.expires(), places.lifetimes.get()) {
            lifetimes.counters.add(expires.saturating_sub(now));
        }
    }

    /// Counts a request that was refused, or spared by the dry run.
    pub(crate) fn refused(&self, reason: Reason, dry_run: bool) {
        if let Some(decisions) = self.places.get().and_then(|places| places.decisions.get()) {
            decisions.counters.add_refusal(reason, dry_run);
        }
    }
}
