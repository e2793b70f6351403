//! What can be revoked of what is in force anywhere.

use std::collections::BTreeSet;
use std::rc::Rc;

use token::Scheme;

use super::Secret;
use crate::nginx::BlockName;

/// What can be revoked of what is in force anywhere.
#[derive(Default)]
pub(crate) struct Revocable {
    /// One for each way to read a token.
    schemes: Vec<Scheme>,
    keys: BTreeSet<Rc<[u8]>>,
    /// A scheme of whose links nobody can tell when they were issued.
    undated: Option<Undated>,
}

/// A scheme in force where nobody can tell when its links were issued, and the block where it is.
pub(crate) struct Undated {
    pub(crate) scheme: Box<str>,
    pub(crate) block: BlockName,
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

    /// Takes down a scheme that is in force in a block where nobody can tell when its links were issued.
    pub(crate) fn note_undated(&mut self, scheme: &Scheme, block: impl FnOnce() -> BlockName) {
        self.undated.get_or_insert_with(|| Undated {
            scheme: scheme.name().into(),
            block: block(),
        });
    }

    /// A scheme for each way to read a token.
    pub(crate) fn schemes(&self) -> impl Iterator<Item = &Scheme> {
        self.schemes.iter()
    }

    /// Whether a secret goes by that id.
    pub(crate) fn has_key(&self, id: &[u8]) -> bool {
        self.keys.contains(id)
    }

    /// A scheme of whose links nobody can tell when they were issued.
    pub(crate) fn undated(&self) -> Option<&Undated> {
        self.undated.as_ref()
    }
}
