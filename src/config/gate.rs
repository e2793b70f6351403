//! From what is written to what is in force: every default stands here, once.

use std::rc::Rc;

use token::{Carrier, ClientIp, Key, Params, Rules, Scheme};

use super::written::{SecretValue, Setting};
use super::{Complaint, Written};
use crate::counters::Counters;
use crate::gate::{ClientAddress, Gate, Secret, Sources};
use crate::nginx::{Level, Value};

/// Status of a refusal.
const DENIED: u16 = 403;

impl Written {
    /// The scheme that opens this location; `None` where it is off.
    pub(super) fn scheme(&self) -> Option<Scheme> {
        self.scheme.as_ref()?.value
    }

    /// Empty where there is none.
    pub(super) fn label(&self) -> Rc<str> {
        of(&self.label).unwrap_or_default()
    }

    /// Names of the token's parameters.
    pub(super) fn params(&self, scheme: Scheme) -> Params {
        let params = &scheme.facts().params;
        match &self.params {
            Some(Setting { value, .. }) => {
                params.renamed(value.token.as_deref(), value.expires.as_deref())
            }
            None => params.clone(),
        }
    }

    /// The secrets, with what can be made of them beforehand.
    ///
    /// # Errors
    /// What is wrong with the first that the scheme cannot use.
    pub(super) fn prepared_secrets(&self, scheme: Scheme) -> Result<Rc<[Secret]>, Complaint> {
        let prepared = |secret: &Setting<SecretValue>| {
            Ok(Secret {
                id: Rc::clone(&secret.value.id),
                text: Rc::clone(&secret.value.text),
                key: key(scheme, secret)?.map(Box::new),
            })
        };
        self.secrets().iter().map(prepared).collect()
    }

    /// What is in force under these settings.
    pub(super) fn gate(
        &self,
        scheme: Scheme,
        secrets: Rc<[Secret]>,
        counters: Option<Rc<Counters>>,
    ) -> Gate {
        let facts = scheme.facts();
        let denied_status = of(&self.denied_status).unwrap_or(DENIED);
        Gate {
            scheme,
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
            uri: of(&self.uri),
            client_address: match of(&self.client_ip) {
                Some(Some(value)) => ClientAddress::Value(value),
                Some(None) => ClientAddress::Off,
                None => match facts.client_ip {
                    ClientIp::Always | ClientIp::Claimed => ClientAddress::Connected,
                    ClientIp::Never | ClientIp::Optional => ClientAddress::Off,
                },
            },
            country: of(&self.country),
            denied_status,
            expired_status: of(&self.expired_status)
                .or(facts.expired_status)
                .unwrap_or(denied_status),
            strip: of(&self.strip).unwrap_or(false),
            preflight: of(&self.preflight).unwrap_or(false),
            dry_run: of(&self.dry_run).unwrap_or(false),
            log_level: of(&self.log_level).unwrap_or(Level::Error),
            label: self.label(),
            counters,
        }
    }
}

/// What the scheme makes of a secret; `None` where that differs from request to request.
fn key(scheme: Scheme, secret: &Setting<SecretValue>) -> Result<Option<Key>, Complaint> {
    let SecretValue {
        directive, text, ..
    } = &secret.value;
    let Value::Literal(text) = &**text else {
        return Ok(None);
    };
    let prepared = scheme.prepare(token::Secret::new(text));
    prepared.map_err(|error| Complaint {
        level: Level::Emergency,
        place: secret.place,
        message: format!(
            "\"{directive}\": the secret of the scheme \"{}\" {error}",
            scheme.name()
        ),
    })
}

fn of<T: Clone>(setting: &Option<Setting<T>>) -> Option<T> {
    setting.as_ref().map(|setting| setting.value.clone())
}
