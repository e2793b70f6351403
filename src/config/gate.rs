//! From what is written to what is in force: every default stands here, once.

use std::rc::Rc;

use token::{Carrier, ClientIp, Key, Params, Rules, Scheme};

use super::written::{SecretValue, Setting};
use super::{Complaint, Main, Written};
use crate::counters::Counters;
use crate::gate::{
    ClientAddress, Entry, Gate, Grace, Limits, Playlist, Revocation, Secret, Sources,
};
use crate::nginx::{Failed, Level, Value};

/// The longest manifest that is held back whole.
const LONGEST_MANIFEST: usize = 1 << 20;
/// Status of a refusal.
const DENIED: u16 = 403;

impl Written {
    /// Empty where there is none.
    pub(super) fn label(&self) -> Rc<str> {
        of(&self.label).unwrap_or_default()
    }

    /// Names of the parameters of a scheme's token. Of several schemes nobody can say whose names are meant.
    pub(super) fn params(&self, scheme: &Scheme) -> Params {
        let params = &scheme.facts().params;
        match &self.params {
            Some(Setting { value, .. }) if self.schemes().len() == 1 => {
                params.renamed(value.token.as_deref(), value.expires.as_deref())
            }
            _ => params.clone(),
        }
    }

    /// The secrets of a scheme, with what can be made of them beforehand.
    ///
    /// # Errors
    /// What is wrong with the first that the scheme cannot use.
    pub(super) fn prepared_secrets(&self, scheme: &Scheme) -> Result<Rc<[Secret]>, Complaint> {
        let prepared = |secret: &Setting<SecretValue>| {
            Ok(Secret {
                id: Rc::clone(&secret.value.id),
                text: Rc::clone(&secret.value.text),
                key: self.key(scheme, secret)?.map(Box::new),
            })
        };
        self.secrets_for(scheme).map(prepared).collect()
    }

    /// What a scheme makes of a secret; `None` where that differs from request to request.
    fn key(
        &self,
        scheme: &Scheme,
        secret: &Setting<SecretValue>,
    ) -> Result<Option<Key>, Complaint> {
        let SecretValue {
            directive, text, ..
        } = &secret.value;
        let Value::Literal(text) = &**text else {
            return Ok(None);
        };
        let text = token::Secret::new(text);
        scheme.prepare(text).map_err(|error| {
            let is_shared = secret.value.only_for.is_none();
            let may_use = |other: &&Scheme| is_shared && other.prepare(text).is_ok();
            let another = self.schemes().iter().find(may_use).map(|other| {
                format!(
                    "; if it is for \"{0}\", write \"for={0}\" behind it",
                    other.name()
                )
            });
            Complaint {
                level: Level::Emergency,
                place: secret.place,
                message: format!(
                    "\"{directive}\": the secret of the scheme \"{}\" {error}{}",
                    scheme.name(),
                    another.unwrap_or_default(),
                ),
            }
        })
    }

    /// What is in force of a scheme under these settings.
    pub(super) fn entry(
        &self,
        scheme: &Scheme,
        secrets: Rc<[Secret]>,
        variables: Rc<[Value]>,
        revocation: Option<Box<Revocation>>,
        counters: Option<Rc<Counters>>,
    ) -> Entry {
        let facts = scheme.facts();
        Entry {
            scheme: Scheme::clone(scheme),
            rules: Rules {
                params: self.params(scheme),
                ignore_case: of(&self.ignore_case).unwrap_or(false),
                clock_skew: of(&self.clock_skew).unwrap_or(0),
                max_lifetime: of(&self.max_lifetime),
                lifetime: of(&self.ttl).or(facts.lifetime()).unwrap_or_default(),
            },
            sources: match facts.carrier {
                Carrier::Path => Sources::of_path(),
                Carrier::Query | Carrier::Value => Sources::new(of(&self.sources)),
            },
            secrets,
            variables,
            client_address: of(&self.client_ip).unwrap_or(match facts.client_ip {
                ClientIp::Always | ClientIp::Claimed => ClientAddress::Connected,
                ClientIp::Never | ClientIp::Optional => ClientAddress::Off,
            }),
            expired_status: of(&self.expired_status)
                .or(facts.expired_status)
                .unwrap_or_else(|| self.status_of_refusals()),
            revocation,
            counters,
        }
    }

    /// What is or may be revoked of a scheme's tokens.
    pub(super) fn revocation(
        &self,
        scheme: &Scheme,
        secrets: &[Secret],
        main: &Main,
    ) -> Result<Option<Box<Revocation>>, Complaint> {
        let listed = self.revoked.as_ref().map(|revoked| {
            let listed = revoked.value.listed(scheme, secrets);
            listed.map_err(|Failed| Complaint {
                level: Level::Emergency,
                place: revoked.place,
                message: "\"secure_token_revoked_file\": the system gives no random numbers"
                    .to_owned(),
            })
        });
        let listed = listed.transpose()?;
        let skew = of(&self.clock_skew).unwrap_or(0);
        let grace = of(&self.playback_grace).flatten().unwrap_or(0);
        // Where links say when they were issued, each location has its own idea of when they expire.
        let facts = scheme.facts();
        let ttl = facts
            .needs_lifetime()
            .then(|| of(&self.ttl).or(facts.lifetime()));
        let ttl = ttl.flatten().unwrap_or(0);
        main.links
            .keep_for(skew.saturating_add(grace).saturating_add(ttl));
        let links = main.links_place.map(|_| Rc::clone(&main.links));
        let is_any = listed.is_some() || links.is_some();
        Ok(is_any.then(|| Box::new(Revocation { listed, links })))
    }

    /// What is in force under these settings for all the schemes.
    pub(super) fn gate(&self, first: Entry, others: Box<[Entry]>, main: &Main) -> Gate {
        let playlist = of(&self.playlist).flatten().map(|way| Playlist {
            way,
            types: of(&self.playlist_types),
            max: of(&self.playlist_max).unwrap_or(LONGEST_MANIFEST),
        });
        let cookie = of(&self.cookie).flatten();
        let grace = of(&self.playback_grace).flatten().map(|seconds| {
            main.viewers.keep_for(seconds);
            Grace {
                seconds,
                viewers: Rc::clone(&main.viewers),
            }
        });
        let clients = of(&self.max_clients).flatten();
        let uses = of(&self.max_uses).flatten();
        let limits = (clients.is_some() || uses.is_some()).then(|| Limits {
            clients,
            uses,
            links: Rc::clone(&main.links),
        });
        Gate {
            goes_on: !others.is_empty() || grace.is_some(),
            helps_players: playlist.is_some() || cookie.is_some() || grace.is_some(),
            first,
            others,
            uri: of(&self.uri),
            country: of(&self.country),
            denied_status: self.status_of_refusals(),
            strip: of(&self.strip).unwrap_or(false),
            preflight: of(&self.preflight).unwrap_or(false),
            dry_run: of(&self.dry_run).unwrap_or(false),
            log_level: of(&self.log_level).unwrap_or(Level::Error),
            playlist,
            cookie,
            grace,
            limits,
            label: self.label(),
        }
    }

    fn status_of_refusals(&self) -> u16 {
        of(&self.denied_status).unwrap_or(DENIED)
    }
}

fn of<T: Clone>(setting: &Option<Setting<T>>) -> Option<T> {
    setting.as_ref().map(|setting| setting.value.clone())
}
