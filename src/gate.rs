//! What is in force in a location: all that its requests are decided by, with every default filled in.

use std::rc::Rc;

use token::{Key, OpenedToken, Reason, Rules, Scheme};

use crate::counters::Counters;
use crate::nginx::{Level, Value};

mod sources;

pub(crate) use sources::{Source, Sources};

/// The only refusal, but for 401, that lets NGINX try the other checks of `satisfy any`.
const DENIED_FOR_SATISFY_ANY: u16 = 403;

/// What a location asks of its requests. A location without one is open.
pub(crate) struct Gate {
    pub(crate) scheme: Scheme,
    pub(crate) rules: Rules,
    pub(crate) sources: Sources,
    /// In the order in which they are tried.
    pub(crate) secrets: Rc<[Secret]>,
    /// What path a token is for, where that is not the one that the client asked for.
    pub(crate) uri: Option<Rc<Value>>,
    pub(crate) client_address: ClientAddress,
    /// The client's country, where anything knows it.
    pub(crate) country: Option<Rc<Value>>,
    pub(crate) denied_status: u16,
    pub(crate) expired_status: u16,
    pub(crate) strip: bool,
    pub(crate) preflight: bool,
    pub(crate) dry_run: bool,
    pub(crate) log_level: Level,
    /// Empty where there is none.
    pub(crate) label: Rc<str>,
    /// `None` where nothing is counted.
    pub(crate) counters: Option<Rc<Counters>>,
}

/// A secret, and what the scheme made of it.
pub(crate) struct Secret {
    pub(crate) id: Rc<[u8]>,
    pub(crate) text: Rc<Value>,
    /// `None` where the text differs from request to request, or a key would gain nothing.
    pub(crate) key: Option<Box<Key>>,
}

/// The address that tokens are held against.
pub(crate) enum ClientAddress {
    /// None: they are bound to no address.
    Off,
    /// Who NGINX says is connected.
    Connected,
    /// Whatever the configuration says.
    Value(Rc<Value>),
}

impl Gate {
    /// The HTTP status of a refusal.
    pub(crate) fn status(&self, reason: Reason, satisfy_any: bool) -> u16 {
        match reason {
            _ if satisfy_any => DENIED_FOR_SATISFY_ANY,
            Reason::Expired => self.expired_status,
            _ => self.denied_status,
        }
    }

    /// The secret that opened a token.
    pub(crate) fn secret_of(&self, token: &OpenedToken) -> Option<&Secret> {
        self.secrets.get(token.secret as usize)
    }
}
