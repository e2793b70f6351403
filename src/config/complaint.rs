//! What is wrong with a block's settings, and what to write instead.

use std::collections::BTreeSet;
use std::rc::Rc;

use token::{Carrier, ClientIp, Scheme, Secret, SecretSpelling};

use super::{SecretValue, Setting, Written};
use crate::nginx::{Conf, Level, Place, Search, Value};

/// Below so many bytes a secret can be found by trying.
const SHORT: usize = 16;

/// Something about a block that is wrong or doubtful.
pub(crate) struct Complaint {
    /// [`Level::Emergency`] refuses the configuration.
    pub(crate) level: Level,
    pub(crate) place: Place,
    pub(crate) message: String,
}

impl Written {
    /// Settings of a block that mean nothing for the scheme in force there. What it inherits may: that is for other
    /// schemes.
    pub(super) fn misplaced(&self, scheme: Option<Scheme>) -> Vec<Complaint> {
        let Some(scheme) = scheme else {
            return Vec::new();
        };
        let (name, facts) = (scheme.name(), scheme.facts());
        let is_in_path = facts.carrier == Carrier::Path;
        let mut complaints = Vec::new();
        let mut complain = |place, message| {
            complaints.push(Complaint {
                level: Level::Emergency,
                place,
                message,
            });
        };
        if let Some(client_ip) = &self.client_ip
            && client_ip.value.is_some()
            && facts.client_ip == ClientIp::Never
        {
            complain(
                client_ip.place,
                format!(
                    "\"secure_token_client_ip\": tokens of the scheme \"{name}\" carry no client address; \
                     remove the directive, write \"secure_token_client_ip off\", or choose a scheme that \
                     binds addresses instead of \"{name}\""
                ),
            );
        }
        if let Some(params) = &self.params {
            if is_in_path {
                complain(
                    params.place,
                    format!(
                        "\"secure_token_param\": tokens of the scheme \"{name}\" stand in the path and have no \
                         parameters; remove the directive"
                    ),
                );
            } else if params.value.expires.is_some() && facts.params.expires.is_none() {
                complain(
                    params.place,
                    format!(
                        "\"secure_token_param\": tokens of the scheme \"{name}\" have their expiry inside; \
                         remove \"expires=\""
                    ),
                );
            }
        }
        if let Some(sources) = &self.sources
            && is_in_path
        {
            complain(
                sources.place,
                format!(
                    "\"secure_token_source\": tokens of the scheme \"{name}\" stand in the path and are looked \
                     for nowhere else; remove the directive"
                ),
            );
        }
        if let Some(ttl) = &self.ttl
            && facts.lifetime().is_none()
        {
            complain(
                ttl.place,
                format!(
                    "\"secure_token_ttl\": links of the scheme \"{name}\" say themselves when they expire; remove \
                     the directive, and limit how far ahead that may be with \"secure_token_max_lifetime\""
                ),
            );
        }
        complaints
    }

    /// Two parameters by one name.
    pub(super) fn params_complaint(&self) -> Option<Complaint> {
        let scheme = self.scheme()?;
        let params = self.params.as_ref()?;
        self.params(scheme).clash().then(|| Complaint {
            level: Level::Emergency,
            place: params.place,
            message: format!(
                "\"secure_token_param\": token and expiry of the scheme \"{}\" would have the same \
                 name; give them different ones",
                scheme.name()
            ),
        })
    }

    /// Secrets that can be found by trying. `told`: those that have been complained about.
    pub(super) fn short_secrets(
        &self,
        scheme: Scheme,
        told: &mut BTreeSet<*const Value>,
    ) -> Vec<Complaint> {
        let (spelling, example) = match scheme.facts().secret() {
            spelling @ SecretSpelling::Text => (spelling, "-hex 16"),
            spelling @ SecretSpelling::Base64 => (spelling, "-base64 32"),
        };
        let complaint = |secret: &Setting<SecretValue>| {
            let SecretValue {
                directive, text, ..
            } = &secret.value;
            let Value::Literal(literal) = &**text else {
                return None;
            };
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
        self.secrets().iter().filter_map(complaint).collect()
    }

    /// A location that no link of the scheme comes to, for its token stands in front of the location's name.
    pub(super) fn unreachable(&self, scheme: Option<Scheme>, cf: &Conf) -> Option<Complaint> {
        let chosen = self.scheme.as_ref()?;
        let scheme = scheme.filter(|scheme| scheme.facts().carrier == Carrier::Path)?;
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

    /// A scheme without a secret.
    pub(super) fn secret_complaint(&self, cf: &Conf) -> Option<Complaint> {
        let scheme = self.scheme()?;
        if !self.secrets().is_empty() {
            return None;
        }
        // Where there are locations inside, requests end up in one of those, as a rule.
        let (level, what) = if cf.has_inner_locations() {
            (
                Level::Warn,
                "requests that no location inside takes are refused",
            )
        } else {
            (Level::Emergency, "nothing could open it")
        };
        Some(Complaint {
            level,
            place: self.scheme.as_ref()?.place,
            message: format!(
                "\"secure_token {}\" has no secret in {}, {what}; add \"secure_token_secret\" or \
                 \"secure_token_secret_file\" there or around it",
                scheme.name(),
                cf.block_name(),
            ),
        })
    }
}
