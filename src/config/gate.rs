//! From what is written to what is in force: every default stands here, once.

use std::rc::Rc;

use token::{ClientIp, Params, Rules, Scheme};

use super::Written;
use super::written::Setting;
use crate::counters::Counters;
use crate::gate::{ClientAddress, Gate, RuleSet, Secret, Sources};
use crate::nginx::{Level, Value};

/// Status of a refusal.
const DENIED: u16 = 403;

impl Written {
    /// The scheme that opens this location; `None` where it is off.
    pub(super) fn scheme(&self) -> Option<&'static dyn Scheme> {
        self.scheme.as_ref()?.value
    }

    /// Empty where there is none.
    pub(super) fn label(&self) -> Rc<str> {
        of(&self.label).unwrap_or_default()
    }

    /// Names of the token's parameters.
    pub(super) fn params(&self, scheme: &dyn Scheme) -> Params<'_> {
        let params = scheme.facts().params;
        match &self.params {
            Some(Setting { value, .. }) => {
                params.renamed(value.token.as_deref(), value.expires.as_deref())
            }
            None => params,
        }
    }

    /// The secrets, with what can be made of them beforehand.
    pub(super) fn prepared_secrets(&self, scheme: &dyn Scheme) -> Rc<[Secret]> {
        let prepared = |secret: &Setting<super::SecretValue>| Secret {
            id: Rc::clone(&secret.value.id),
            text: Rc::clone(&secret.value.text),
            key: match &*secret.value.text {
                Value::Literal(text) => scheme.derive(token::Secret::new(text)).map(Box::new),
                _ => None,
            },
        };
        self.secrets().iter().map(prepared).collect()
    }

    /// What is in force under these settings.
    pub(super) fn gate(
        &self,
        scheme: &'static dyn Scheme,
        secrets: Rc<[Secret]>,
        counters: Option<Rc<Counters>>,
    ) -> Gate {
        let denied_status = of(&self.denied_status).unwrap_or(DENIED);
        Gate {
            scheme,
            rules: RuleSet::new(&Rules {
                params: self.params(scheme),
                ignore_case: of(&self.ignore_case).unwrap_or(false),
                clock_skew: of(&self.clock_skew).unwrap_or(0),
                max_lifetime: of(&self.max_lifetime),
            }),
            sources: Sources::new(of(&self.sources)),
            secrets,
            uri: of(&self.uri),
            client_address: match of(&self.client_ip) {
                Some(Some(value)) => ClientAddress::Value(value),
                None if scheme.facts().client_ip == ClientIp::Claimed => ClientAddress::Connected,
                Some(None) | None => ClientAddress::Off,
            },
            country: of(&self.country),
            denied_status,
            expired_status: of(&self.expired_status)
                .or(scheme.facts().expired_status)
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

fn of<T: Clone>(setting: &Option<Setting<T>>) -> Option<T> {
    setting.as_ref().map(|setting| setting.value.clone())
}
