//! What is wrong with limits of the use of links: what they are counted by can be had anew, or a player uses it up.

use token::Scheme;

use super::{Complaint, Names, Written};
use crate::gate::Way;
use crate::nginx::{Level, Place};

impl Written {
    /// The first directive that limits the use of links, and where it stands.
    pub(in crate::config) fn limits_place(&self) -> Option<(&'static str, Place)> {
        let clients = self.max_clients.as_ref();
        let clients = clients.filter(|clients| clients.value.is_some());
        let uses = self.max_uses.as_ref().filter(|uses| uses.value.is_some());
        clients
            .map(|clients| ("secure_token_max_clients", clients.place))
            .or_else(|| uses.map(|uses| ("secure_token_max_uses", uses.place)))
    }

    /// Limits that do not hold, or that hold where nobody wants it.
    pub(in crate::config) fn limits_complaints(&self) -> Vec<Complaint> {
        let schemes = self.schemes();
        let Some((directive, place)) = self.limits_place().filter(|_| !schemes.is_empty()) else {
            return Vec::new();
        };
        let mut said = Vec::new();
        let is_malleable = |scheme: &&Scheme| !scheme.is_authentic();
        let malleable: Vec<Scheme> = schemes.iter().filter(is_malleable).cloned().collect();
        if !malleable.is_empty() {
            said.push(Complaint {
                level: Level::Warn,
                place,
                message: format!(
                    "\"{directive}\": version 2 tokens of the {} are not authenticated, and whoever has one can make others \
                     of it that were never used; remove \"legacy\"",
                    Names(&malleable)
                ),
            });
        }
        let uses = self.max_uses.as_ref().filter(|uses| uses.value.is_some());
        // What is signed for another path is the same token, where none is for a path of its own.
        let is_for_all = |scheme: &Scheme| {
            let facts = scheme.facts();
            facts.format().is_some() && !facts.is_for_one_path()
        };
        let is_kept = |way: &Option<Way>| match way {
            Some(Way::Pass) => true,
            Some(_) => schemes.iter().any(is_for_all),
            None => false,
        };
        let is_sent_again = self
            .playlist
            .as_ref()
            .is_some_and(|way| is_kept(&way.value))
            || self
                .cookie
                .as_ref()
                .is_some_and(|cookie| cookie.value.is_some());
        if let Some(uses) = uses.filter(|_| is_sent_again) {
            said.push(Complaint {
                level: Level::Warn,
                place: uses.place,
                message: "\"secure_token_max_uses\": a player sends the token again with each file that it asks for, and \
                          each of them counts; write \"secure_token_max_clients\" instead"
                    .to_owned(),
            });
        }
        said
    }
}
