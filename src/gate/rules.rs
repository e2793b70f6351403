//! The rules of a gate, with names of its own.

use token::{Params, Rules};

/// [`Rules`] that own the names in them.
pub(crate) struct RuleSet {
    token: Option<Box<[u8]>>,
    expires: Option<Box<[u8]>>,
    ignore_case: bool,
    clock_skew: u64,
    max_lifetime: Option<u64>,
}

impl RuleSet {
    pub(crate) fn new(rules: &Rules<'_>) -> Self {
        Self {
            token: rules.params.token.map(Box::from),
            expires: rules.params.expires.map(Box::from),
            ignore_case: rules.ignore_case,
            clock_skew: rules.clock_skew,
            max_lifetime: rules.max_lifetime,
        }
    }

    #[inline]
    pub(super) fn get(&self) -> Rules<'_> {
        Rules {
            params: self.params(),
            ignore_case: self.ignore_case,
            clock_skew: self.clock_skew,
            max_lifetime: self.max_lifetime,
        }
    }

    #[inline]
    pub(super) fn params(&self) -> Params<'_> {
        Params {
            token: self.token.as_deref(),
            expires: self.expires.as_deref(),
        }
    }
}
