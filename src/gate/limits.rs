//! How many may use a link, and how often.

use std::rc::Rc;

use links::Prefixes;

use crate::sharing::Links;

/// How many may use a link, and how often.
pub(crate) struct Limits {
    /// `None` where any number of clients may.
    pub(crate) clients: Option<MaxClients>,
    /// `None` where as often as they like.
    pub(crate) uses: Option<MaxUses>,
    pub(crate) links: Rc<Links>,
}

/// How many clients may use a link.
#[derive(Clone, Copy)]
pub(crate) struct MaxClients {
    pub(crate) number: usize,
    /// What tells one from another.
    pub(crate) prefixes: Prefixes,
}

/// How often a link may be used.
#[derive(Clone, Copy)]
pub(crate) struct MaxUses {
    pub(crate) number: u64,
    /// HEAD uses nothing up.
    pub(crate) head_is_free: bool,
}
