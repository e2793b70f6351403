//! What is in force in a location: all that its requests are decided by, with every default filled in.

use std::rc::Rc;

use token::Reason;

use crate::nginx::{Level, Value};

mod entry;
mod sources;

pub(crate) use entry::{ClientAddress, Entry, Secret};
pub(crate) use sources::{Source, Sources};

/// The only refusal, but for 401, that lets NGINX try the other checks of `satisfy any`.
const DENIED_FOR_SATISFY_ANY: u16 = 403;

/// What a location asks of its requests. A location without one is open.
pub(crate) struct Gate {
    /// The scheme that is tried first; as a rule there is no other.
    pub(crate) first: Entry,
    /// Those that are tried after it, in order.
    pub(crate) others: Box<[Entry]>,
    /// What path a token is for, where that is not the one that the client asked for.
    pub(crate) uri: Option<Rc<Value>>,
    /// The client's country, where anything knows it.
    pub(crate) country: Option<Rc<Value>>,
    pub(crate) denied_status: u16,
    pub(crate) strip: bool,
    pub(crate) preflight: bool,
    pub(crate) dry_run: bool,
    pub(crate) log_level: Level,
    /// Empty where there is none.
    pub(crate) label: Rc<str>,
}

impl Gate {
    /// Its schemes, in the order in which they are tried.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        std::iter::once(&self.first).chain(&*self.others)
    }

    /// The HTTP status of a refusal. `entry`: whose scheme decided.
    pub(crate) fn status(&self, entry: &Entry, reason: Reason, satisfy_any: bool) -> u16 {
        match reason {
            _ if satisfy_any => DENIED_FOR_SATISFY_ANY,
            Reason::Expired => entry.expired_status,
            _ => self.denied_status,
        }
    }
}
