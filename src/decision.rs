//! A decision about one request under one location's rules.

use ngx::http::Request;
use token::{Claims, Failure, Reason, Scheme, Verdict};

use crate::Module;
use crate::config::LocationConf;
use crate::nginx::{self, Failed};
use crate::request::RequestView;

/// What was decided about a request.
#[derive(Clone, Copy)]
pub(crate) enum Decision {
    /// A CORS preflight, which carries no token and needs none here.
    Preflight,
    /// What the scheme says.
    Token(Verdict),
}

impl Decision {
    /// Why the request is refused; `None` where it passes.
    pub(crate) fn reason(&self) -> Option<Reason> {
        match self {
            Self::Preflight => None,
            Self::Token(verdict) => verdict.reason(),
        }
    }

    /// What a token says whose signature fitted.
    pub(crate) fn claims(&self) -> Option<&Claims> {
        match self {
            Self::Preflight => None,
            Self::Token(verdict) => verdict.claims(),
        }
    }
}

/// A decision and whose rules it was made under. A request can change its location without NGINX
/// forgetting what a module kept (`rewrite … last`), so the rules are compared.
#[derive(Clone, Copy)]
pub(crate) struct Kept {
    /// Of the configuration, which outlives the request.
    pub(crate) conf: &'static LocationConf,
    pub(crate) decision: Decision,
    /// The access phase refused, and no other check can let the request in.
    is_final: bool,
}

/// Decides about this request under this location's rules. `untouched`: nothing has changed its path
/// and query yet, see [`nginx::is_untouched`].
pub(crate) fn decide(
    r: &Request,
    conf: &LocationConf,
    scheme: &dyn Scheme,
    untouched: bool,
) -> Result<Decision, Failed> {
    if conf.preflight.unwrap_or(false) && nginx::is_preflight(r) {
        return Ok(Decision::Preflight);
    }
    let request = RequestView { r, conf, untouched };
    let verdict = scheme
        .verify(&request, &conf.rules(scheme), nginx::now())
        .map_err(|Failure| Failed)?;
    Ok(Decision::Token(verdict))
}

/// Keeps the access phase's decision for the variables. The clock goes on, and the access log of a long
/// download must not say what would be decided at its end.
pub(crate) fn keep(
    r: &mut Request,
    conf: &'static LocationConf,
    decision: Decision,
) -> Result<(), Failed> {
    let is_final =
        decision.reason().is_some() && !conf.dry_run.unwrap_or(false) && !nginx::satisfy_any(r);
    let kept = Kept {
        conf,
        decision,
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

/// What a variable tells in this location: the decision that was kept under its very rules or, where the
/// access phase was not reached, one made now. `None` where it has no rules.
pub(crate) fn told(r: &Request, conf: &'static LocationConf) -> Result<Option<Kept>, Failed> {
    let Some(scheme) = conf.scheme() else {
        return Ok(at_error_page(r));
    };
    if let Some(kept) = nginx::kept::<Module>(r).filter(|kept| std::ptr::eq(kept.conf, conf)) {
        return Ok(Some(kept));
    }
    let kept = Kept {
        conf,
        decision: decide(r, conf, scheme, false)?,
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
