//! One of the schemes that open a location.

use std::rc::Rc;

use token::{Key, OpenedToken, Rules, Scheme};

use super::{Revocation, Sources};
use crate::counters::Counters;
use crate::nginx::Value;

/// A scheme that opens a location, and what is its own there.
pub(crate) struct Entry {
    pub(crate) scheme: Scheme,
    pub(crate) rules: Rules,
    pub(crate) sources: Sources,
    /// Those that the scheme may use, in the order in which they are tried.
    pub(crate) secrets: Rc<[Secret]>,
    /// What its format has of NGINX's variables.
    pub(crate) variables: Rc<[Value]>,
    pub(crate) client_address: ClientAddress,
    pub(crate) expired_status: u16,
    /// `None` where nothing is or could be revoked.
    pub(crate) revocation: Option<Box<Revocation>>,
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
#[derive(Clone)]
pub(crate) enum ClientAddress {
    /// None: they are bound to no address.
    Off,
    /// Who NGINX says is connected.
    Connected,
    /// Whatever the configuration says.
    Value(Rc<Value>),
}

impl Entry {
    /// The secret that opened a token of this scheme.
    pub(crate) fn secret_of(&self, token: &OpenedToken) -> Option<&Secret> {
        self.secrets.get(token.secret as usize)
    }
}
