//! The one order in which every scheme's opened token is held against clock and request.

use alloc::borrow::Cow;

use crate::{
    Boundary, Claims, Failure, OpenedToken, Place, Reason, Request, Rules, TokenId, Verdict,
};

/// A token that a secret opened, not judged yet.
pub(crate) struct Opening {
    /// Position of the secret that fitted.
    pub(crate) secret: u32,
    pub(crate) place: Place,
    /// What it is known by.
    pub(crate) id: TokenId,
}

/// What an opened token says and demands.
pub(crate) trait Demands {
    /// # Errors
    /// [`Reason::Malformed`] and the like for a token that nobody can read.
    fn claims(&self) -> Result<Claims, Reason>;

    /// The second, in Unix time, from which on the token opens. `None` for any.
    fn starts(&self) -> Option<u64> {
        None
    }

    /// When the token was issued, where that is known.
    fn issued(&self) -> Option<u64> {
        None
    }

    /// The session that the token names, decoded; `None` where it names none.
    fn session(&self) -> Option<Cow<'_, [u8]>> {
        None
    }

    /// Whether the request is the one that the token is for.
    ///
    /// # Errors
    /// The first demand that is not met.
    fn hold(&self, request: &impl Request, rules: &Rules) -> Result<(), Obstacle>;
}

/// A token that demands nothing but to be in time: what it is for was hashed.
impl Demands for Claims {
    #[inline]
    fn claims(&self) -> Result<Claims, Reason> {
        Ok(*self)
    }

    #[inline]
    fn hold(&self, _: &impl Request, _: &Rules) -> Result<(), Obstacle> {
        Ok(())
    }
}

/// Why a demand does not hold.
pub(crate) enum Obstacle {
    /// The request is another than the token is for, or the demand is not of its form.
    Because(Reason),
    /// Nobody can tell.
    Unknown(Failure),
}

impl From<Failure> for Obstacle {
    fn from(failure: Failure) -> Self {
        Self::Unknown(failure)
    }
}

/// Who decides about tokens that a secret opened.
#[derive(Clone, Copy)]
pub(crate) struct Judge {
    pub(crate) boundary: Boundary,
    /// In Unix seconds.
    pub(crate) now: u64,
}

impl Judge {
    /// Decides about a token.
    ///
    /// # Errors
    /// [`Failure`] where `request` could not answer.
    #[inline(always)]
    pub(crate) fn decide(
        self,
        Opening { secret, place, id }: Opening,
        demands: &impl Demands,
        request: &impl Request,
        rules: &Rules,
    ) -> Result<Verdict, Failure> {
        let opened = |claims| OpenedToken {
            claims,
            id,
            secret,
            place,
        };
        let token = match demands.claims() {
            Ok(claims) => opened(claims),
            Err(reason) => return Ok(Verdict::refused_of(opened(Claims::signed(None)), reason)),
        };
        let expires = token.claims.last_second();
        if self
            .boundary
            .is_over(expires.saturating_add(rules.clock_skew), self.now)
        {
            return Ok(Verdict::refused_of(token, Reason::Expired));
        }
        let is_early = |start: u64| start > self.now.saturating_add(rules.clock_skew);
        if demands.starts().is_some_and(is_early) {
            return Ok(Verdict::refused_of(token, Reason::Lifetime));
        }
        if rules
            .max_lifetime
            .is_some_and(|longest| expires > self.now.saturating_add(longest))
        {
            return Ok(Verdict::refused_of(token, Reason::Lifetime));
        }
        match demands.hold(request, rules) {
            Ok(()) if request.may_be_revoked() && is_revoked(token, demands, request) => {
                Ok(Verdict::refused_of(token, Reason::Revoked))
            }
            Ok(()) => Ok(Verdict::Passed(token)),
            Err(Obstacle::Because(reason)) => Ok(Verdict::refused_of(token, reason)),
            Err(Obstacle::Unknown(failure)) => Err(failure),
        }
    }
}

// Apart, and with a token of its own: where nothing is revoked none has to stand in memory to be looked at.
#[inline(never)]
fn is_revoked(token: OpenedToken, demands: &impl Demands, request: &impl Request) -> bool {
    request.is_revoked(&token, demands.issued(), || demands.session())
}
