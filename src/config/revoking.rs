//! Locations that revoke: whoever comes to one can end every link.

use super::{Complaint, Main};
use crate::gate::Gate;
use crate::nginx::{BlockName, Conf, Level, Place, Settings};

/// A location that revokes.
pub(super) struct Revoking {
    name: BlockName,
    place: Place,
    settings: Option<Settings>,
    /// Whether clients get there only by a link.
    takes_links: bool,
    /// Whether clients do not get there.
    is_internal: bool,
}

impl Main {
    /// Takes down the location that is being merged. `gate`: what is in force there.
    pub(super) fn note_revoking(&mut self, place: Place, gate: Option<&Gate>, cf: &Conf) {
        let takes_links = gate.is_some_and(|gate| !gate.dry_run);
        self.revoking.push(Revoking {
            name: cf.block_name(),
            place,
            settings: cf.settings(),
            takes_links,
            is_internal: cf.is_internal(),
        });
    }

    /// What is doubtful about such locations.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(super) fn revoking_complaints(&mut self, cf: &Conf) -> Result<Vec<Complaint>, Complaint> {
        let revoking = std::mem::take(&mut self.revoking);
        if let Some(first) = revoking.first()
            && self.links_place.is_none()
        {
            return Err(Complaint {
                level: Level::Emergency,
                place: first.place,
                message: "\"secure_token_revoke\": nothing could be kept that is revoked; add \"secure_token_links \
                          links:10m\" to the http block"
                    .to_owned(),
            });
        }
        let is_open = |location: &&Revoking| {
            let settings = location.settings;
            !location.is_internal
                && !settings.is_some_and(|settings| cf.is_guarded(settings, location.takes_links))
        };
        let open = revoking.iter().filter(is_open).map(|location| Complaint {
            level: Level::Warn,
            place: location.place,
            message: format!(
                "\"secure_token_revoke\": nothing guards {}, and whoever finds it can end every link; add \"allow\" with an \
                 address and \"deny all\", \"auth_basic\", or a \"secure_token\" of its own",
                location.name
            ),
        });
        Ok(open.collect())
    }
}
