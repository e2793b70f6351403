//! The second opinions.

pub mod akamai;
pub mod bunny;
pub mod dash;
pub mod digest;
pub mod ectoken;
pub mod hashing;
pub mod hls;
pub mod link;
pub mod message;
pub mod query;
pub mod rows;
pub mod time;

use token::{Claims, Reason, Verdict};

/// What is said of a request, as a client sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It opens; until when, `None` for ever.
    Opens(Option<u64>),
    /// Its time is over.
    Expired,
    /// Its time has not come, or is too long.
    Lifetime,
    /// Anything else.
    Refused,
}

impl From<&Verdict> for Said {
    fn from(verdict: &Verdict) -> Self {
        match verdict.reason() {
            None => Self::Opens(verdict.claims().and_then(Claims::expires)),
            Some(Reason::Expired) => Self::Expired,
            Some(Reason::Lifetime) => Self::Lifetime,
            Some(_) => Self::Refused,
        }
    }
}

/// What is said of a token that is right, by the clock alone: docs/directives.md.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    pub now: u64,
    pub skew: u64,
    pub longest: Option<u64>,
    pub is_exclusive: bool,
}

impl Clock {
    pub fn says(self, starts: Option<u64>, expires: Option<u64>) -> Said {
        if let Some(expires) = expires {
            let last = u128::from(expires) + u128::from(self.skew);
            let now = u128::from(self.now);
            if now > last || (self.is_exclusive && now == last) {
                return Said::Expired;
            }
        }
        let early = starts.is_some_and(|start| start > self.now.saturating_add(self.skew));
        let long = self.longest.is_some_and(|longest| {
            expires.is_none_or(|expires| {
                u128::from(expires) > u128::from(self.now) + u128::from(longest)
            })
        });
        if early || long {
            Said::Lifetime
        } else {
            Said::Opens(expires)
        }
    }
}
