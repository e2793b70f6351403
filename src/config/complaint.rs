//! What is wrong with a block's settings, and what to write instead.

use std::fmt;

use token::{Carrier, ClientIp, Scheme};

use super::Written;
use crate::gate::ClientAddress;
use crate::nginx::{Conf, Level, Place, Search};

mod cookie;
mod limits;
mod params;
mod playlist;
mod revocation;
mod secrets;

/// Something about a block that is wrong or doubtful.
pub(crate) struct Complaint {
    /// [`Level::Emergency`] refuses the configuration.
    pub(crate) level: Level,
    pub(crate) place: Place,
    pub(crate) message: String,
}

impl Written {
    /// Settings of a block that mean nothing for any of the schemes in force there. What it inherits may: that is for
    /// other schemes. `may_count`: addresses may be there to count clients by.
    pub(super) fn misplaced(&self, schemes: &[Scheme], may_count: bool) -> Vec<Complaint> {
        if schemes.is_empty() {
            return Vec::new();
        }
        let all = Names(schemes);
        let all_are = |is: fn(&Scheme) -> bool| schemes.iter().all(is);
        let is_in_path = all_are(|scheme| scheme.facts().carrier == Carrier::Path);
        let mut complaints = Vec::new();
        let mut complain = |place, message| {
            complaints.push(Complaint {
                level: Level::Emergency,
                place,
                message,
            });
        };
        if let Some(client_ip) = &self.client_ip
            && !matches!(client_ip.value, ClientAddress::Off)
            && !may_count
            && all_are(|scheme| scheme.facts().client_ip == ClientIp::Never)
        {
            let built_in =
                |scheme: &Scheme| token::scheme::names().any(|name| name == scheme.name());
            let instead = if all_are(built_in) {
                format!(
                    "choose a scheme that binds addresses instead of {}",
                    all.quoted()
                )
            } else {
                "write {client_ip} into the message of the format".to_owned()
            };
            complain(
                client_ip.place,
                format!(
                    "\"secure_token_client_ip\": tokens of the {all} carry no client address; remove the directive, \
                     write \"secure_token_client_ip off\", or {instead}"
                ),
            );
        }
        if let Some(params) = &self.params
            && let Some(why) = params.value.misplaced(schemes)
        {
            complain(params.place, format!("\"secure_token_param\": {why}"));
        }
        if let Some(sources) = &self.sources
            && is_in_path
        {
            complain(
                sources.place,
                format!(
                    "\"secure_token_source\": tokens of the {all} stand in the path and are looked for nowhere else; \
                     remove the directive"
                ),
            );
        }
        if let Some(cookie) = &self.cookie
            && cookie.value.is_some()
            && is_in_path
        {
            complain(
                cookie.place,
                format!(
                    "\"secure_token_cookie\": tokens of the {all} stand in the path, where links that begin without a \
                     slash keep them; remove the directive"
                ),
            );
        }
        if let Some(grace) = &self.playback_grace
            && grace.value.is_some()
            && all_are(|scheme| {
                scheme
                    .facts()
                    .format()
                    .is_some_and(|format| format.time.is_none())
            })
        {
            complain(
                grace.place,
                format!(
                    "\"secure_token_playback_grace\": links of the {all} never expire; remove the directive, or write the \
                     expiry into the link of the format"
                ),
            );
        }
        if let Some(ttl) = &self.ttl
            && all_are(|scheme| !scheme.facts().needs_lifetime())
        {
            complain(
                ttl.place,
                format!(
                    "\"secure_token_ttl\": links of the {all} say themselves when they expire; remove the directive, \
                     and limit how far ahead that may be with \"secure_token_max_lifetime\""
                ),
            );
        }
        complaints
    }

    /// A scheme whose links say when they were issued, where nobody says how long they open.
    pub(super) fn lifetime_complaint(&self) -> Option<Complaint> {
        let chosen = self.schemes.as_ref()?;
        let is_endless = |scheme: &&Scheme| {
            let facts = scheme.facts();
            facts.needs_lifetime() && facts.lifetime().is_none() && self.ttl.is_none()
        };
        let scheme = self.schemes().iter().find(is_endless)?;
        Some(Complaint {
            level: Level::Emergency,
            place: chosen.place,
            message: format!(
                "\"secure_token {}\": links say when they were issued, and nothing says how long they open from then \
                 on; add \"secure_token_ttl 30m\" here, or \"ttl=30m\" to the format",
                scheme.name()
            ),
        })
    }

    /// Links that say when they were issued, and would open for longer than links may.
    pub(super) fn short_life_complaint(&self) -> Option<Complaint> {
        let longest = self.max_lifetime.as_ref()?;
        let ttl = self.ttl.as_ref().map(|ttl| ttl.value);
        let is_refused = |scheme: &&Scheme| {
            let facts = scheme.facts();
            let lifetime = ttl.or(facts.lifetime());
            facts.needs_lifetime() && lifetime.is_some_and(|lifetime| lifetime > longest.value)
        };
        let scheme = self.schemes().iter().find(is_refused)?;
        Some(Complaint {
            level: Level::Warn,
            place: longest.place,
            message: format!(
                "\"secure_token_max_lifetime\": links of the scheme \"{}\" open for longer than that from their issue on, \
                 and are refused until less is left; make \"secure_token_ttl\" shorter, or this longer",
                scheme.name()
            ),
        })
    }

    /// A location that no link of a scheme comes to, for its token stands in front of the location's name.
    pub(super) fn unreachable(&self, schemes: &[Scheme], cf: &Conf) -> Option<Complaint> {
        let chosen = self.schemes.as_ref()?;
        let is_in_path = |scheme: &&Scheme| scheme.facts().carrier == Carrier::Path;
        let scheme = schemes.iter().find(is_in_path)?;
        // What stands in front of the token stays there, and may be anything.
        if scheme
            .facts()
            .format()
            .is_some_and(|format| !format.prefix.is_empty())
        {
            return None;
        }
        // Where requests are only sent on from elsewhere, they come without the token.
        if cf.is_internal() {
            return None;
        }
        let is_prefix = matches!(
            cf.search()?,
            Search::Prefix | Search::PrefixAlone | Search::Exact
        );
        let name = cf.block_name();
        let behind_slash = name.location().get(1..).unwrap_or_default();
        // Times and digests begin with digits, hexadecimal ones at that.
        let may_begin = behind_slash.iter().all(u8::is_ascii_hexdigit);
        (is_prefix && !may_begin).then(|| Complaint {
            level: Level::Warn,
            place: chosen.place,
            message: format!(
                "\"secure_token {0}\": links of the scheme begin with the token, as in \"{1}\", and none comes to \
                 {name} unless a \"rewrite\" leads there; write \"location /\" or a regular expression for the whole \
                 path",
                scheme.name(),
                scheme.facts().link(&scheme.facts().params),
            ),
        })
    }
}

/// Names of schemes, for a reader: `scheme "azion"`, `schemes "azion" and "gcore"`.
pub(super) struct Names<'a>(pub(super) &'a [Scheme]);

impl Names<'_> {
    /// The names alone.
    fn quoted(&self) -> String {
        let names: Vec<String> = self
            .0
            .iter()
            .map(|scheme| format!("\"{}\"", scheme.name()))
            .collect();
        match names.as_slice() {
            [front @ .., one, last] => {
                let front: String = front.iter().map(|name| format!("{name}, ")).collect();
                format!("{front}{one} and {last}")
            }
            _ => names.concat(),
        }
    }
}

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.0.len() == 1 {
            "scheme"
        } else {
            "schemes"
        };
        write!(f, "{noun} {}", self.quoted())
    }
}
