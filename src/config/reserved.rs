//! Secrets that are for one scheme alone (`for=`), and whether it is in force anywhere that they are.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::{Complaint, Written};
use crate::nginx::{Level, Place, Value};

/// The secrets of a configuration that are for one scheme alone.
#[derive(Default)]
pub(crate) struct ReservedSecrets {
    all: Vec<ReservedSecret>,
    /// Their positions by the secrets, which the blocks that inherit them share. Those are kept, so that no other gets to
    /// where one was.
    positions: BTreeMap<*const Value, (Rc<Value>, usize)>,
}

struct ReservedSecret {
    directive: &'static str,
    place: Place,
    scheme: String,
    /// The schemes that are in force where the secret is.
    in_force: BTreeSet<String>,
}

impl ReservedSecrets {
    /// Takes down what is in force in a block together.
    pub(super) fn note(&mut self, written: &Written) {
        for secret in written.secrets() {
            let Some(scheme) = &secret.value.only_for else {
                continue;
            };
            let text = &secret.value.text;
            let (_, position) = self.positions.entry(Rc::as_ptr(text)).or_insert_with(|| {
                self.all.push(ReservedSecret {
                    directive: secret.value.directive,
                    place: secret.place,
                    scheme: scheme.name().to_owned(),
                    in_force: BTreeSet::new(),
                });
                (Rc::clone(text), self.all.len().saturating_sub(1))
            });
            if let Some(reserved) = self.all.get_mut(*position) {
                let names = written.schemes().iter().map(|scheme| scheme.name());
                reserved.in_force.extend(names.map(str::to_owned));
            }
        }
    }

    /// The first whose scheme is in force in none of the blocks that have the secret, while others are. Blocks that
    /// inherit a secret may have another scheme: only where nobody uses it there must be a mistake.
    pub(super) fn complaint(&self) -> Option<Complaint> {
        let is_idle = |secret: &&ReservedSecret| {
            !secret.in_force.is_empty() && !secret.in_force.contains(&secret.scheme)
        };
        let ReservedSecret {
            directive,
            place,
            scheme,
            in_force,
        } = self.all.iter().find(is_idle)?;
        let instead: Vec<String> = in_force
            .iter()
            .map(|name| format!("\"for={name}\""))
            .collect();
        Some(Complaint {
            level: Level::Emergency,
            place: *place,
            message: format!(
                "\"{directive}\": the secret is for \"{scheme}\", which is in force neither in this block nor in any \
                 that inherits the secret; add \"{scheme}\" to \"secure_token\", or write {} instead",
                instead.join(" or "),
            ),
        })
    }
}
