//! The formats that the configuration defines, beside those that are built in.

use std::rc::Rc;

use token::{Scheme, scheme};

use super::Main;
use crate::nginx::Value;

/// A format of `secure_token_format`.
pub(crate) struct OwnFormat {
    pub(crate) scheme: Scheme,
    /// The variables of its message.
    pub(crate) variables: Rc<[Value]>,
}

impl Main {
    /// The scheme of that name, be it built in or defined above.
    pub(crate) fn scheme(&self, name: &[u8]) -> Option<Scheme> {
        let own = self.own_format(name).map(|own| own.scheme.clone());
        own.or_else(|| scheme::by_name(name))
    }

    /// The names of all there are.
    pub(crate) fn scheme_names(&self) -> Vec<String> {
        let built_in = scheme::names().map(str::to_owned);
        let own = self.formats.iter().map(|own| own.scheme.name().to_owned());
        built_in.chain(own).collect()
    }

    /// The variables that a scheme hashes.
    pub(super) fn variables(&self, scheme: &Scheme) -> Rc<[Value]> {
        let own = self.own_format(scheme.name().as_bytes());
        match own {
            Some(own) => Rc::clone(&own.variables),
            None => Rc::new([]),
        }
    }

    fn own_format(&self, name: &[u8]) -> Option<&OwnFormat> {
        let mut formats = self.formats.iter();
        formats.find(|own| own.scheme.name().as_bytes() == name)
    }
}
