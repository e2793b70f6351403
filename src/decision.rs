//! A decision about one request at one gate.

use ngx::http::Request;
use token::{Failure, OpenedToken, Reason, Verdict};

use crate::Module;
use crate::gate::{Entry, Gate};
use crate::grace;
use crate::nginx::{self, Failed, LocationId};
use crate::request::{Look, RequestView};
use crate::sharing;

/// What was decided about a request.
#[derive(Clone, Copy)]
pub(crate) enum Decision {
    /// A CORS preflight, which carries no token and needs none here.
    Preflight,
    /// What the scheme says.
    Token(Verdict),
}

impl Kept {
    /// Whether it was made where the request is.
    pub(crate) fn is_of(&self, location: LocationId) -> bool {
        self.location == location
    }
}

impl Decision {
    /// Why the request is refused; `None` where it passes.
    pub(crate) fn reason(&self) -> Option<Reason> {
        match self {
            Self::Preflight => None,
            Self::Token(verdict) => verdict.reason(),
        }
    }

    /// The token, where its signature fitted.
    pub(crate) fn token(&self) -> Option<&OpenedToken> {
        match self {
            Self::Preflight => None,
            Self::Token(verdict) => verdict.token(),
        }
    }
}

/// A decision, and where it was made. A request can change its location without NGINX forgetting what a
/// module kept (`rewrite … last`), and with it what its variables say, so the locations are compared: a gate
/// may be that of several.
#[derive(Clone, Copy)]
pub(crate) struct Kept {
    /// Of the configuration, which outlives the request.
    pub(crate) gate: &'static Gate,
    /// Whose scheme decided.
    pub(crate) entry: &'static Entry,
    pub(crate) decision: Decision,
    /// How many seconds ago the token had expired, where it opened all the same by the location's grace.
    pub(crate) grace: Option<u64>,
    location: LocationId,
    /// The access phase refused, and no other check can let the request in.
    is_final: bool,
}

/// Decides about this request at this gate. `untouched`: nothing has changed its path and query yet, see
/// [`nginx::is_untouched`]. The entry is that of the scheme that decided: the first whose token the request carries,
/// and the first of all where it carries none.
#[inline(always)]
pub(crate) fn decide(
    r: &Request,
    gate: &'static Gate,
    untouched: bool,
) -> (&'static Entry, Result<Decision, Failed>) {
    let mut entry = &gate.first;
    let look = Look::new(untouched);
    let mut decision = if gate.preflight && nginx::is_preflight(r) {
        Ok(Decision::Preflight)
    } else {
        decide_by(r, gate, entry, look)
    };
    if gate.goes_on {
        entry = go_on(r, gate, look, &mut decision);
    }
    (entry, decision)
}

/// Does what the first scheme's word is not the last for. Returns whose word that is.
#[inline(never)]
fn go_on(
    r: &Request,
    gate: &'static Gate,
    look: Look,
    decision: &mut Result<Decision, Failed>,
) -> &'static Entry {
    let entry = ask_others(r, gate, look, decision);
    if gate.grace.is_some() {
        prolong(r, gate, entry, look, decision);
    }
    entry
}

/// Lets an expired token open for who used it before.
fn prolong(
    r: &Request,
    gate: &Gate,
    entry: &Entry,
    look: Look,
    decision: &mut Result<Decision, Failed>,
) {
    let Ok(Decision::Token(Verdict::Refused {
        reason: Reason::Expired,
        token: Some(token),
    })) = decision
    else {
        return;
    };
    match grace::opens(r, gate, entry, look, token) {
        Ok(false) => {}
        Ok(true) => *decision = Ok(Decision::Token(Verdict::Passed(*token))),
        Err(Failed) => *decision = Err(Failed),
    }
}

/// Asks the schemes behind the first, unless that has decided. A token that does not fit is refused as well, and no
/// other scheme is tried.
fn ask_others(
    r: &Request,
    gate: &'static Gate,
    look: Look,
    decision: &mut Result<Decision, Failed>,
) -> &'static Entry {
    let is_missing = |decision: &Result<Decision, Failed>| {
        let reason = decision.as_ref().ok().and_then(Decision::reason);
        reason == Some(Reason::Missing)
    };
    if is_missing(decision) {
        for entry in &gate.others {
            let next = decide_by(r, gate, entry, look);
            if !is_missing(&next) {
                *decision = next;
                return entry;
            }
        }
    }
    &gate.first
}

#[inline(always)]
fn decide_by(r: &Request, gate: &Gate, entry: &Entry, look: Look) -> Result<Decision, Failed> {
    let request = RequestView {
        r,
        gate,
        entry,
        look,
    };
    let verdict = entry.scheme.verify(&request, &entry.rules, nginx::now());
    Ok(Decision::Token(verdict.map_err(|Failure| Failed)?))
}

/// Whose scheme's token the request carries, whether or not it opens anything: who is to decide. To be asked while
/// that is being decided, too.
pub(crate) fn carried<'a>(r: &Request, gate: &'a Gate) -> Result<Option<&'a Entry>, Failed> {
    for entry in gate.entries() {
        let decision = decide_by(r, gate, entry, Look::ForToken)?;
        if decision.reason() != Some(Reason::Missing) {
            return Ok(Some(entry));
        }
    }
    Ok(None)
}

/// Keeps the access phase's decision for the variables. The clock goes on, and the access log of a long
/// download must not say what would be decided at its end.
#[inline(never)]
pub(crate) fn keep(
    r: &mut Request,
    gate: &'static Gate,
    entry: &'static Entry,
    decision: Decision,
) -> Result<(), Failed> {
    let is_final = decision.reason().is_some() && !gate.dry_run && !nginx::satisfy_any(r);
    let kept = Kept {
        gate,
        entry,
        decision,
        grace: grace::seconds_over(gate, entry, &decision),
        location: nginx::location(r),
        is_final,
    };
    // A page for refused requests may be opened by the same link, which stays refused.
    let is_refused = nginx::kept_for_good::<Module>(r).is_some_and(|before| before.is_final);
    if is_refused && !is_final {
        nginx::keep::<Module>(r, kept)
    } else {
        nginx::keep_for_good::<Module>(r, kept)
    }
}

/// What a variable tells where the request is, at this gate: the decision that was kept there or, where the
/// access phase was not reached, one made now. `None` where there is no gate and nothing to be told.
pub(crate) fn told(r: &Request, gate: Option<&'static Gate>) -> Result<Option<Kept>, Failed> {
    let Some(gate) = gate else {
        return Ok(at_error_page(r));
    };
    let location = nginx::location(r);
    if let Some(kept) = nginx::kept::<Module>(r).filter(|kept| kept.location == location) {
        return Ok(Some(kept));
    }
    let (entry, decision) = decide(r, gate, false);
    let mut decision = decision?;
    if let Some(limits) = &gate.limits {
        sharing::peek(r, gate, limits, entry, &mut decision)?;
    }
    let kept = Kept {
        gate,
        entry,
        decision,
        grace: grace::seconds_over(gate, entry, &decision),
        location,
        is_final: false,
    };
    nginx::keep::<Module>(r, kept)?;
    Ok(Some(kept))
}

/// The access phase's decision about a request that ended in an error page, for the log. Not earlier: no
/// location opens by another's verdict.
fn at_error_page(r: &Request) -> Option<Kept> {
    if !nginx::is_answered(r) {
        return None;
    }
    let kept = nginx::kept_for_good::<Module>(r)?;
    (kept.is_final || nginx::came_to_error_page(r)).then_some(kept)
}
