//! The one order in which every scheme's opened token is held against clock and request.

use crate::{Boundary, Claims, Failure, Reason, Request, Rules, Verdict};

/// What an opened token demands of a request, beside that it is in time.
pub(crate) trait Demands {
    /// # Errors
    /// The first demand that is not met.
    fn hold(&self, request: &dyn Request, rules: &Rules<'_>) -> Result<(), Unmet>;
}

/// A token that demands nothing more: what it is for was hashed.
impl Demands for () {
    #[inline]
    fn hold(&self, _: &dyn Request, _: &Rules<'_>) -> Result<(), Unmet> {
        Ok(())
    }
}

/// Why a demand does not hold.
pub(crate) enum Unmet {
    /// The request is another than the token is for, or the demand is not of its form.
    Because(Reason),
    /// Nobody can tell.
    Unknown(Failure),
}

impl From<Failure> for Unmet {
    fn from(failure: Failure) -> Self {
        Self::Unknown(failure)
    }
}

/// Decides about a token that a secret opened; `now` in Unix seconds.
///
/// # Errors
/// [`Failure`] where `request` could not answer.
#[inline]
pub(crate) fn judge(
    claims: Claims,
    boundary: Boundary,
    demands: &impl Demands,
    request: &dyn Request,
    rules: &Rules<'_>,
    now: u64,
) -> Result<Verdict, Failure> {
    // A token that never expires is one that expires at the end of time.
    let expires = claims.expires().unwrap_or(u64::MAX);
    if boundary.is_over(expires.saturating_add(rules.clock_skew), now) {
        return Ok(claims.refused(Reason::Expired));
    }
    if rules
        .max_lifetime
        .is_some_and(|longest| expires > now.saturating_add(longest))
    {
        return Ok(claims.refused(Reason::Lifetime));
    }
    match demands.hold(request, rules) {
        Ok(()) => Ok(Verdict::Passed(claims)),
        Err(Unmet::Because(reason)) => Ok(claims.refused(reason)),
        Err(Unmet::Unknown(failure)) => Err(failure),
    }
}
