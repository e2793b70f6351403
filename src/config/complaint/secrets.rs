//! What is wrong with secrets: there are none, or they can be found by trying.

use std::collections::BTreeSet;
use std::rc::Rc;

use token::{Scheme, Secret, SecretSpelling};

use super::Complaint;
use crate::config::{SecretValue, Setting, Written};
use crate::nginx::{Conf, Level, Value};

/// Below so many bytes a secret can be found by trying.
const SHORT: usize = 16;
/// How the secrets of the documents begin.
const PLACEHOLDERS: [&[u8]; 2] = [b"replace-me", b"replace+me"];

impl Written {
    /// Secrets that can be found by trying, or by reading. `told`: those that have been complained about.
    pub(in crate::config) fn short_secrets(
        &self,
        scheme: &Scheme,
        told: &mut BTreeSet<*const Value>,
    ) -> Vec<Complaint> {
        let (spelling, example) = match scheme.facts().secret() {
            spelling @ SecretSpelling::Text => (spelling, "-hex 16"),
            spelling @ SecretSpelling::Hex => (spelling, "-hex 32"),
            spelling @ (SecretSpelling::Base64 | SecretSpelling::Base64Url) => {
                (spelling, "-base64 32")
            }
        };
        let complaint = |secret: &Setting<SecretValue>| {
            let SecretValue {
                directive, text, ..
            } = &secret.value;
            let Value::Literal(literal) = &**text else {
                return None;
            };
            if PLACEHOLDERS.iter().any(|begin| literal.starts_with(begin)) {
                return told.insert(Rc::as_ptr(text)).then(|| Complaint {
                    level: Level::Warn,
                    place: secret.place,
                    message: format!(
                        "\"{directive}\": the secret is the one of an example, and everybody can sign with it; use one of your \
                         own, for example from \"openssl rand {example}\""
                    ),
                });
            }
            let key = Secret::new(literal);
            let length = spelling.key_length(key);
            // What the scheme cannot use at all is told as such.
            let is_short = length < SHORT && scheme.prepare(key).is_ok();
            (is_short && told.insert(Rc::as_ptr(text))).then(|| Complaint {
                level: Level::Warn,
                place: secret.place,
                message: format!(
                    "\"{directive}\": the secret has {length} bytes and can be found by trying; use at least \
                     {SHORT} bytes, for example from \"openssl rand {example}\""
                ),
            })
        };
        self.secrets_for(scheme).filter_map(complaint).collect()
    }

    /// Schemes without a secret.
    pub(in crate::config) fn secret_complaints(&self, cf: &Conf) -> Vec<Complaint> {
        let Some(chosen) = &self.schemes else {
            return Vec::new();
        };
        let complaint = |scheme: &Scheme| {
            if self.secrets_for(scheme).next().is_some() {
                return None;
            }
            let name = scheme.name();
            // Where there are locations inside, requests end up in one of those, as a rule.
            let (level, what) = if cf.has_inner_locations() {
                (
                    Level::Warn,
                    "requests that no location inside takes are refused",
                )
            } else {
                (Level::Emergency, "nothing could open it")
            };
            let others = if self.secrets().is_empty() {
                String::new()
            } else {
                format!(
                    ", with \"for={name}\" or without \"for=\"; the secrets there are for other schemes"
                )
            };
            Some(Complaint {
                level,
                place: chosen.place,
                message: format!(
                    "\"secure_token {name}\" has no secret in {}, {what}; add \"secure_token_secret\" or \
                     \"secure_token_secret_file\" there or around it{others}",
                    cf.block_name(),
                ),
            })
        };
        chosen.value.iter().filter_map(complaint).collect()
    }
}
