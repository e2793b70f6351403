//! What can be revoked of what is in force anywhere.

use std::collections::BTreeSet;
use std::rc::Rc;

use token::Scheme;

use super::Secret;

/// What can be revoked of what is in force anywhere.
#[derive(Default)]
pub(crate) struct Revocable {
    /// One for each way to read a token.
    schemes: Vec<Scheme>,
    keys: BTreeSet<Rc<[u8]>>,
    /// A scheme of whose links nobody can tell when they were issued.
    undated: Option<Box<str>>,
}

impl Revocable {
    /// Takes down a scheme that is in force with these secrets.
    pub(crate) fn note(&mut self, scheme: &Scheme, secrets: &[Secret]) {
        if !self
            .schemes
            .iter()
            .any(|known| known.reads_tokens_like(scheme))
        {
            self.schemes.push(scheme.clone());
        }
        for secret in secrets {
            if !self.keys.contains(&secret.id) {
                self.keys.insert(Rc::clone(&secret.id));
            }
        }
    }

    /// Takes down a scheme that is in force where nobody can tell when its links were issued.
    pub(crate) fn note_undated(&mut self, scheme: &Scheme) {
        self.undated.get_or_insert_with(|| scheme.name().into());
    }

    /// A scheme for each way to read a token.
    pub(crate) fn schemes(&self) -> impl Iterator<Item = &Scheme> {
        self.schemes.iter()
    }

    /// Whether a secret goes by that id.
    pub(crate) fn has_key(&self, id: &[u8]) -> bool {
        self.keys.contains(id)
    }

    /// The name of a scheme of whose links nobody can tell when they were issued.
    pub(crate) fn undated(&self) -> Option<&str> {
        self.undated.as_deref()
    }
}
