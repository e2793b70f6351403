//! A configuration: what its blocks say, what is in force there, and what is wrong with it.

use std::rc::Rc;

use crate::counters::Counters;
use crate::gate::Gate;
use crate::metrics::{self, Format};
use crate::nginx::{Conf, Place};

mod complaint;
mod gate;
mod main;
mod open;
mod written;

pub(crate) use complaint::Complaint;
pub(crate) use main::{Main, Naming};
pub(crate) use written::{ParamNames, SecretValue, Setting, Written};

/// The settings of a `http`, `server`, `location` or `if` block.
#[derive(Default)]
pub(crate) struct Location {
    /// What stands in the block and, once it was merged, what it inherits.
    pub(crate) written: Written,
    /// What is in force; `None` where `secure_token` is off.
    pub(crate) gate: Option<Box<Gate>>,
    /// How this very location answers with the counters.
    pub(crate) metrics: Option<Format>,
    /// The first directive of this very block that means nothing where no scheme is in force.
    pub(crate) first_setting: Option<(&'static str, Place)>,
    is_merged: bool,
}

impl Location {
    /// Takes from the outer block what is not set here, and says what is wrong with the result. `cf` is
    /// at the block.
    pub(crate) fn merge(&mut self, outer: &Self, main: &mut Main, cf: &mut Conf) -> Vec<Complaint> {
        let mut complaints = Vec::new();
        // The http block is merged into no other, so it is looked at from within.
        if !outer.is_merged {
            complaints.extend(outer.written.client_ip_complaint());
            complaints.extend(outer.written.no_expiry_complaint());
        }
        let sets_client_ip = self.written.client_ip.is_some();
        let sets_params = self.written.params.is_some();
        let chooses = self.written.scheme.is_some();
        let opens_alike = outer.is_merged && !chooses && self.written.secrets.is_none();
        let counts_alike = opens_alike && self.written.label.is_none();
        self.written.inherit(&outer.written);
        self.is_merged = true;
        main.blocks.note(outer, chooses, self, cf);
        let around = outer.gate.as_deref();
        self.gate = self.new_gate(
            around.filter(|_| opens_alike),
            around.filter(|_| counts_alike),
            main,
        );
        // The block of an "if" or "limit_except" answers as the location around it does.
        if cf.is_nameless() && outer.metrics.is_some() && cf.answer_with(metrics::handler).is_ok() {
            self.metrics = outer.metrics;
        }
        if sets_client_ip {
            complaints.extend(self.written.client_ip_complaint());
        }
        if sets_params {
            complaints.extend(self.written.no_expiry_complaint());
        }
        complaints.extend(self.written.params_complaint());
        complaints.extend(self.written.secret_complaint(cf));
        complaints
    }

    /// What is in force here. The gates are those of the block around this one, where its secrets are
    /// prepared alike and where it counts alike.
    fn new_gate(
        &self,
        opens_alike: Option<&Gate>,
        counts_alike: Option<&Gate>,
        main: &mut Main,
    ) -> Option<Box<Gate>> {
        let scheme = self.written.scheme()?;
        let secrets = match opens_alike {
            Some(gate) => Rc::clone(&gate.secrets),
            None => self.written.prepared_secrets(scheme),
        };
        let counters = match counts_alike {
            Some(gate) => gate.counters.clone(),
            None => main.zone_place.map(|_| {
                let ids = secrets.iter().map(|secret| Rc::clone(&secret.id));
                let counters = Rc::new(Counters::new(
                    self.written.label(),
                    scheme.name(),
                    ids.collect(),
                ));
                main.counters.push(Rc::clone(&counters));
                counters
            }),
        };
        Some(Box::new(self.written.gate(scheme, secrets, counters)))
    }
}
