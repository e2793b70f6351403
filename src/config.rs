//! A configuration: what its blocks say, what is in force there, and what is wrong with it.

use std::rc::Rc;

use crate::counters::Counters;
use crate::gate::Gate;
use crate::metrics::{self, Format};
use crate::nginx::{Conf, Level, Place};
use crate::revoke;

mod complaint;
mod formats;
mod gate;
mod main;
mod open;
mod reserved;
mod reshape;
mod revoked;
mod revoking;
mod written;

pub(crate) use complaint::Complaint;
pub(crate) use formats::OwnFormat;
pub(crate) use main::{Main, Naming};
pub(crate) use revoked::{RevokedFile, RevokedList};
pub(crate) use written::{ParamNames, SecretValue, Setting, Written};

/// What is wrong with a directive that answers where another one does.
pub(crate) const ANSWERED: &str = "another directive of the location answers its requests; write each into a location \
     of its own";

/// The settings of a `http`, `server`, `location` or `if` block. Where nothing is set they are shared with the
/// block around it.
#[derive(Default)]
pub(crate) struct Location {
    /// What stands in the block and, once it was merged, what it inherits; `None` where that is nothing, or nobody inherits
    /// it any more.
    pub(crate) written: Option<Rc<Written>>,
    /// What is in force; `None` where `secure_token` is off.
    pub(crate) gate: Option<Rc<Gate>>,
    /// How this very location answers with the counters.
    pub(crate) metrics: Option<Setting<Format>>,
    /// Where it is said that this very location revokes.
    pub(crate) revokes: Option<Place>,
    /// The first directive of this very block that means nothing where no scheme is in force.
    pub(crate) first_setting: Option<(&'static str, Place)>,
    is_merged: bool,
}

impl Location {
    /// What stands in the block, while that is being read.
    pub(crate) fn written_mut(&mut self) -> &mut Written {
        Rc::make_mut(self.written.get_or_insert_default())
    }

    /// Takes from the outer block what is not set here, and says what is wrong with the result. `cf` is
    /// at the block.
    pub(crate) fn merge(&mut self, outer: &Self, main: &mut Main, cf: &mut Conf) -> Vec<Complaint> {
        let mut complaints = Vec::new();
        // The http block is merged into no other, so it is looked at from within.
        if let Some(written) = outer.written.as_deref().filter(|_| !outer.is_merged) {
            let mut written = written.clone();
            // What is wrong with a link or digest is told of the blocks that take it over.
            if written.reshape().is_ok() {
                complaints.extend(written.misplaced(written.schemes(), main.links_place.is_some()));
            }
        }
        let own = self.written.clone();
        let sets = |is_set: fn(&Written) -> bool| own.as_deref().is_some_and(is_set);
        let chooses = sets(|own| own.schemes.is_some());
        // What a secret is made into depends on the digest.
        let opens_alike = !chooses && !sets(|own| own.secrets.is_some() || own.digest.is_some());
        match (&mut self.written, &outer.written) {
            (own @ None, outer) => own.clone_from(outer),
            (Some(own), Some(outer)) => Rc::make_mut(own).inherit(outer),
            (Some(_), None) => {}
        }
        self.is_merged = true;
        let reshapes = chooses || sets(|own| own.link.is_some() || own.digest.is_some());
        let reshaped = self.written.as_mut();
        if let Some(written) = reshaped.filter(|_| reshapes || !outer.is_merged) {
            match Rc::make_mut(written).reshape() {
                Ok(warnings) => complaints.extend(warnings),
                Err(complaint) => return vec![complaint],
            }
        }
        main.blocks.note(outer, chooses, self, cf);
        if outer.is_merged && own.is_none() {
            self.gate.clone_from(&outer.gate);
        } else {
            // Requests never come to the http block itself, so nothing was prepared there.
            let around = outer.gate.as_deref().filter(|_| opens_alike);
            if let (None, Some(written)) = (around, &self.written) {
                main.reserved_secrets.note(written);
                let told = &mut main.short_secrets;
                let schemes = written.schemes().iter();
                complaints.extend(schemes.flat_map(|scheme| written.short_secrets(scheme, told)));
            }
            let counts_alike = around.filter(|_| !sets(|own| own.label.is_some()));
            match self.new_gate(around, counts_alike, main) {
                Ok(gate) => {
                    self.gate = gate;
                    let undated = self.written.as_deref().and_then(Written::undated);
                    if let Some(scheme) = undated.filter(|_| self.gate.is_some()) {
                        main.revocable.note_undated(scheme, || cf.block_name());
                    }
                }
                Err(complaint) => complaints.push(complaint),
            }
        }
        complaints.extend(self.answer_complaint(cf));
        // The block of an "if" or "limit_except" answers as the location around it does.
        if cf.is_nameless() && outer.metrics.is_some() && cf.answer_with(metrics::HANDLER) {
            self.metrics.clone_from(&outer.metrics);
        }
        if cf.is_nameless() && outer.revokes.is_some() && cf.answer_with(revoke::HANDLER) {
            self.revokes = outer.revokes;
        } else if let Some(place) = self.revokes {
            main.note_revoking(place, self.gate.as_deref(), cf);
        }
        if let Some(written) = &self.written {
            if let Some(own) = &own {
                complaints.extend(own.misplaced(written.schemes(), main.links_place.is_some()));
                complaints.extend(own.unreachable(written.schemes(), cf));
            }
            complaints.extend(written.params_complaint());
            complaints.extend(written.lifetime_complaint());
            complaints.extend(written.secret_complaints(cf));
            let playlist = written.playlist_complaints(cf).into_iter();
            let inherited = playlist
                .chain(written.cookie_complaints(cf))
                .chain(written.limits_complaints())
                .chain(written.short_life_complaint())
                .chain(written.revocation_complaint());
            complaints.extend(inherited.filter(|complaint| main.is_news(complaint)));
        }
        // It has room for every directive, and from most blocks nobody inherits.
        if !cf.has_inner_locations() {
            self.written = None;
        }
        complaints
    }

    /// A location that is to answer, and another directive there that has it do something else.
    fn answer_complaint(&self, cf: &Conf) -> Option<Complaint> {
        let answers = |handler| cf.is_answered_with(handler) && cf.returned_status().is_none();
        let metrics = self.metrics.as_ref().map(|metrics| metrics.place);
        let metrics = metrics.filter(|_| !answers(metrics::HANDLER));
        let revokes = self.revokes.filter(|_| !answers(revoke::HANDLER));
        let (directive, place) = match (metrics, revokes) {
            (Some(place), _) => ("secure_token_metrics", place),
            (None, Some(place)) => ("secure_token_revoke", place),
            (None, None) => return None,
        };
        Some(Complaint {
            level: Level::Emergency,
            place,
            message: format!("\"{directive}\": {ANSWERED}"),
        })
    }

    /// What is in force here. The gates are those of the block around this one, where its secrets are
    /// prepared alike and where it counts alike.
    fn new_gate<'a>(
        &self,
        opens_alike: Option<&'a Gate>,
        counts_alike: Option<&'a Gate>,
        main: &mut Main,
    ) -> Result<Option<Rc<Gate>>, Complaint> {
        let Some(written) = self.written.as_deref() else {
            return Ok(None);
        };
        let mut entries = Vec::with_capacity(written.schemes().len());
        for (position, scheme) in written.schemes().iter().enumerate() {
            let entry_of = |gate: &'a Gate| gate.entries().nth(position);
            let secrets = match opens_alike.and_then(entry_of) {
                Some(entry) => Rc::clone(&entry.secrets),
                None => written.prepared_secrets(scheme)?,
            };
            let counters = match counts_alike.and_then(entry_of) {
                Some(entry) => entry.counters.clone(),
                None => main.zone_place.map(|_| {
                    let ids = secrets.iter().map(|secret| Rc::clone(&secret.id));
                    let counters =
                        Counters::new(written.label(), scheme.name().into(), ids.collect());
                    let counters = Rc::new(counters);
                    main.counters.push(Rc::clone(&counters));
                    counters
                }),
            };
            let variables = main.variables(scheme);
            main.revocable.note(scheme, &secrets);
            let revocation = written.revocation(scheme, &secrets, main)?;
            entries.push(written.entry(scheme, secrets, variables, revocation, counters));
        }
        let mut entries = entries.into_iter();
        let Some(first) = entries.next() else {
            return Ok(None);
        };
        let gate = written.gate(first, entries.collect(), main);
        if gate.grace.is_some() && main.grace_place.is_none() {
            main.grace_place = written.playback_grace.as_ref().map(|grace| grace.place);
        }
        if gate.limits.is_some() && main.limits_place.is_none() {
            main.limits_place = written.limits_place();
        }
        main.rewrites_playlists |= gate.playlist.is_some();
        main.sets_cookies |= gate.cookie.is_some();
        Ok(Some(Rc::new(gate)))
    }
}
