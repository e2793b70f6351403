//! A decision about one request under one location's rules.

use ::ngx::http::Request;
use token::{Claims, Failure, Reason, Scheme, Verdict};

use crate::Module;
use crate::config::LocationConf;
use crate::ngx::{self, Failed};
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
    conf: *const LocationConf,
    decision: Decision,
}

/// Decides about this request under this location's rules. `untouched`: nothing has changed its path
/// and query yet, see [`ngx::is_untouched`].
pub(crate) fn decide(
    r: &Request,
    conf: &LocationConf,
    scheme: &dyn Scheme,
    untouched: bool,
) -> Result<Decision, Failed> {
    if conf.preflight.unwrap_or(false) && ngx::is_preflight(r) {
        return Ok(Decision::Preflight);
    }
    let request = RequestView { r, conf, untouched };
    let verdict = scheme
        .verify(&request, &conf.rules(scheme), ngx::now())
        .map_err(|Failure| Failed)?;
    Ok(Decision::Token(verdict))
}

/// Keeps a decision for the variables. The clock goes on, and the access log of a long download must
/// not say what would be decided at its end.
pub(crate) fn keep(r: &Request, conf: &LocationConf, decision: Decision) -> Result<(), Failed> {
    ngx::keep::<Module>(r, Kept { conf, decision })
}

/// The decision that was kept under these very rules.
pub(crate) fn kept(r: &Request, conf: &LocationConf) -> Option<Decision> {
    let kept = ngx::kept::<Module>(r)?;
    std::ptr::eq(kept.conf, conf).then_some(kept.decision)
}
