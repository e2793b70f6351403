//! What the whole configuration has in common.

use std::cell::{Cell, OnceCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::Complaint;
use super::formats::OwnFormat;
use super::open::Blocks;
use super::reserved::ReservedSecrets;
use super::revoked::RevokedLists;
use super::revoking::Revoking;
use crate::counters::{self, Counters, Counts, Full};
use crate::gate::Revocable;
use crate::grace::Viewers;
use crate::nginx::{Conf, Cycle, Failed, Level, Place, Shared, Value, Zone};
use crate::sharing::Links;
use crate::variables;

/// What the counters of one place take of the zone, at most: it is handed out in powers of two.
const BYTES_PER_PLACE: usize = 512 + 256;
/// And for each secret.
const BYTES_PER_SECRET: usize = 256;
/// The directive that has the zone for them.
const ZONE: &str = "secure_token_zone";
/// What NGINX itself takes of a zone.
const BOOKKEEPING_KILOBYTES: usize = 64;

/// What the whole configuration has in common.
#[derive(Default)]
pub(crate) struct Main {
    /// Whether anything uses a variable of this module, so that decisions are worth keeping.
    pub(crate) uses_variables: bool,
    /// Whether any playlist is rewritten.
    pub(crate) rewrites_playlists: bool,
    /// Whether any token is kept in a cookie.
    pub(crate) sets_cookies: bool,
    /// The variables that our directives name, and where first.
    pub(crate) named_variables: BTreeMap<Vec<u8>, Naming>,
    /// The formats that were defined so far.
    pub(crate) formats: Vec<OwnFormat>,
    /// The secrets that were complained about for being short.
    pub(crate) short_secrets: BTreeSet<*const Value>,
    /// What was complained about where it may be inherited.
    told: BTreeSet<String>,
    /// The secrets that are for one scheme alone.
    pub(crate) reserved_secrets: ReservedSecrets,
    /// The files that revoke something, until everything was read.
    pub(crate) revoked_lists: RevokedLists,
    /// What is in force where, until everything was read.
    pub(crate) blocks: Blocks,
    /// Where `secure_token_zone` stands.
    pub(crate) zone_place: Option<Place>,
    /// Where `secure_token_playback_zone` stands.
    pub(crate) playback_zone_place: Option<Place>,
    /// Where the first `secure_token_playback_grace` that is in force stands.
    pub(super) grace_place: Option<Place>,
    /// Who watches what, for that.
    pub(crate) viewers: Rc<Viewers>,
    /// Where `secure_token_links` stands.
    pub(crate) links_place: Option<Place>,
    /// The first directive in force that limits the use of links, and where it stands.
    pub(super) limits_place: Option<(&'static str, Place)>,
    /// The links that are remembered, for that.
    pub(crate) links: Rc<Links>,
    /// What can be revoked of what is in force anywhere.
    pub(crate) revocable: Revocable,
    /// The locations that revoke, until everything was read.
    pub(super) revoking: Vec<Revoking>,
    /// The names of all zones.
    pub(crate) zone_names: BTreeSet<Box<[u8]>>,
    /// What all the locations count.
    pub(crate) counters: Vec<Rc<Counters>>,
    /// The zone, from when its memory is there until the counters have their places in it.
    zone: Cell<Option<Zone>>,
    /// The counters, once they have their places.
    counts: OnceCell<Shared<Counts>>,
    /// The configuration that the zones belong to.
    pub(crate) cycle: Option<Cycle>,
    /// Where `secure_token_metrics` stands first.
    pub(crate) metrics_place: Option<Place>,
}

/// Where a variable is named.
#[derive(Clone, Copy)]
pub(crate) struct Naming {
    pub(crate) directive: &'static str,
    pub(crate) place: Place,
    /// Whether a secret is put together with it.
    pub(crate) is_secret: bool,
}

impl Main {
    /// The counters, where there are any.
    pub(crate) fn counts(&self) -> Option<&Counts> {
        self.counts.get().and_then(Shared::get)
    }

    /// Whether the same has not been said of the same directive yet, by which every block that inherits it goes.
    pub(super) fn is_news(&mut self, complaint: &Complaint) -> bool {
        let Complaint { place, message, .. } = complaint;
        self.told.insert(format!("{place} {message}"))
    }

    /// To be called once the zone's memory is there. Where that is the running configuration's too nothing
    /// is changed yet: this one may still be refused, for a port that is taken, say.
    pub(crate) fn take(&self, zone: Zone) -> Result<(), Failed> {
        if zone.is_fresh() {
            return self.settle(&zone);
        }
        self.zone.set(Some(zone));
        Ok(())
    }

    /// To be called once the configuration cannot be refused any more.
    pub(crate) fn commit(&self) -> Result<(), Failed> {
        self.zone.take().map_or(Ok(()), |zone| self.settle(&zone))
    }

    fn settle(&self, zone: &Zone) -> Result<(), Failed> {
        let (counts, settled) = counters::settle(zone, self.counters.iter().map(Rc::as_ref));
        if let Some(counts) = counts {
            // Set once: every configuration has a `Main` of its own.
            let _ = self.counts.set(counts);
        }
        match settled {
            Ok(()) => Ok(()),
            // Not a reason to go on with an old configuration, which a changed secret may be in.
            Err(Full { was_in_use: true }) => {
                zone.log(
                    Level::Error,
                    ZONE,
                    "is full, and some of the counters are new: what they are for is not counted until the \
                     zone gets another size, with which all counters start anew",
                );
                Ok(())
            }
            Err(Full { was_in_use: false }) => {
                let room = |counters: &Rc<Counters>| {
                    BYTES_PER_SECRET
                        .saturating_mul(counters.secret_ids.len())
                        .saturating_add(BYTES_PER_PLACE)
                };
                let bytes: usize = self.counters.iter().map(room).sum();
                // NGINX keeps books on every page of the zone.
                let kilobytes = (bytes / 1000).saturating_add(BOOKKEEPING_KILOBYTES);
                zone.log(
                    Level::Emergency,
                    ZONE,
                    &format!(
                        "is too small for the counters of {} places in the configuration; give it \
                         {kilobytes} kilobytes",
                        self.counters.len()
                    ),
                );
                Err(Failed)
            }
        }
    }

    /// To be called once everything was read.
    ///
    /// NGINX too would find that a variable does not exist, but not say where, and it would repeat a
    /// piece of a secret.
    pub(crate) fn finish(&mut self, cf: &Conf) -> Result<Vec<Complaint>, Complaint> {
        self.uses_variables = cf
            .used_variables()
            .any(|name| name.starts_with(variables::PREFIX));
        if let (Some(place), None) = (self.metrics_place, self.zone_place) {
            return Err(Complaint {
                level: Level::Emergency,
                place,
                message: "\"secure_token_metrics\": nothing is counted; add \"secure_token_zone tokens:1m\" \
                          to the http block"
                    .to_owned(),
            });
        }
        if let (Some(place), None) = (self.grace_place, self.playback_zone_place) {
            return Err(Complaint {
                level: Level::Emergency,
                place,
                message:
                    "\"secure_token_playback_grace\": nobody is remembered who could have it; add \
                          \"secure_token_playback_zone viewers:1m\" to the http block"
                        .to_owned(),
            });
        }
        if let (Some((directive, place)), None) = (self.limits_place, self.links_place) {
            return Err(Complaint {
                level: Level::Emergency,
                place,
                message: format!(
                    "\"{directive}\": no link is remembered; add \"secure_token_links links:10m\" to the http block"
                ),
            });
        }
        let mut complaints = self.revoking_complaints(cf)?;
        complaints.extend(std::mem::take(&mut self.revoked_lists).finish()?);
        if let Some(complaint) = std::mem::take(&mut self.reserved_secrets).complaint() {
            return Err(complaint);
        }
        let named = std::mem::take(&mut self.named_variables);
        let Some((_, naming)) = named.into_iter().find(|(name, _)| !cf.has_variable(name)) else {
            complaints.extend(std::mem::take(&mut self.blocks).complaints());
            return Ok(complaints);
        };
        let what = if naming.is_secret {
            "names a variable that does not exist; put a secret that has a \"$\" into a file and name \
             that with \"secure_token_secret_file\""
        } else {
            "names a variable that does not exist; name one that NGINX or a \"map\" knows"
        };
        Err(Complaint {
            level: Level::Emergency,
            place: naming.place,
            message: format!("\"{}\": {what}", naming.directive),
        })
    }
}
