//! What an opened link demands of the time.

use super::fields::LinkFields;
use super::origin::Origin;
use crate::judge::{Demands, Judge, Obstacle, Opening};
use crate::{Claims, Failure, Reason, Request, Rules, TimeEvent, Verdict};

/// What an opened link demands of the time.
pub(super) struct TimeDemands {
    claims: Claims,
    issued: Option<u64>,
    /// The second before which it does not open; 0 for any.
    start: u64,
    now: u64,
    /// Formats of constants have no other demand than an expiry.
    is_straight: bool,
}

/// The demands of a link with these fields.
#[inline(always)]
pub(super) fn demands<O: Origin>(
    origin: O,
    fields: &LinkFields<'_>,
    rules: &Rules,
    now: u64,
) -> TimeDemands {
    let format = origin.format();
    let mut start = if O::IS_STRAIGHT { 0 } else { fields.start };
    let mut issued = None;
    let expires = match (fields.seconds, format.time.map(|time| time.event)) {
        (Some(seconds), Some(TimeEvent::Issue)) => {
            issued = Some(seconds);
            let lifetime = fields.lifetime.unwrap_or(rules.lifetime);
            if format.window {
                start = start.max(seconds.saturating_sub(lifetime));
            }
            let is_for_ever = fields.lifetime == Some(0);
            (!is_for_ever).then(|| seconds.saturating_add(lifetime))
        }
        (seconds, _) => seconds,
    };
    TimeDemands {
        claims: Claims::signed(expires),
        issued,
        start,
        now,
        is_straight: O::IS_STRAIGHT,
    }
}

impl TimeDemands {
    #[inline(always)]
    pub(super) fn judged(
        &self,
        judge: Judge,
        opening: Opening,
        request: &impl Request,
        rules: &Rules,
    ) -> Result<Verdict, Failure> {
        if self.is_straight {
            judge.decide(opening, &self.claims, request, rules)
        } else {
            judge.decide(opening, self, request, rules)
        }
    }
}

impl Demands for TimeDemands {
    #[inline]
    fn claims(&self) -> Result<Claims, Reason> {
        Ok(self.claims)
    }

    #[inline]
    fn issued(&self) -> Option<u64> {
        self.issued
    }

    #[inline]
    fn hold(&self, _: &impl Request, rules: &Rules) -> Result<(), Obstacle> {
        if self.start > self.now.saturating_add(rules.clock_skew) {
            return Err(Obstacle::Because(Reason::Lifetime));
        }
        Ok(())
    }
}
