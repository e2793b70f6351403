//! What a location was told, what it inherits, and what is wrong with it.

use std::rc::Rc;

use token::{ClientIp, Key, Params, Rules, Scheme};

use crate::counters::Counters;
use crate::metrics::{self, Format};
use crate::nginx::{Conf, Level, Place, Value};

mod main;
mod open;

pub(crate) use main::{MainConf, Naming};

/// Status of a refusal where nothing else is configured.
const DENIED: u16 = 403;
/// The only refusal, but for 401, that lets NGINX try the other checks of `satisfy any`.
const DENIED_FOR_SATISFY_ANY: u16 = 403;

/// The settings of a `http`, `server`, `location` or `if` block; `None` is not set.
///
/// Lists are shared with the blocks that inherit them.
#[derive(Default)]
pub(crate) struct LocationConf {
    /// `Some(None)` is `off`.
    pub(crate) scheme: Option<Option<&'static dyn Scheme>>,
    pub(crate) secrets: Option<Rc<Vec<Secret>>>,
    /// What the scheme made of each secret that is the same for all requests.
    keys: Option<Rc<Vec<Option<Key>>>>,
    pub(crate) uri: Option<Rc<Value>>,
    /// `Some(None)` is `off`.
    pub(crate) client_ip: Option<Option<Rc<Value>>>,
    pub(crate) sources: Option<Rc<Vec<Source>>>,
    pub(crate) params: Option<Rc<ParamNames>>,
    pub(crate) denied_status: Option<u16>,
    pub(crate) expired_status: Option<u16>,
    pub(crate) ignore_case: Option<bool>,
    pub(crate) country: Option<Rc<Value>>,
    pub(crate) clock_skew: Option<u64>,
    pub(crate) max_lifetime: Option<u64>,
    pub(crate) strip: Option<bool>,
    pub(crate) preflight: Option<bool>,
    pub(crate) dry_run: Option<bool>,
    pub(crate) log_level: Option<Level>,
    pub(crate) label: Option<Box<[u8]>>,
    /// What this location counts; `None` where it counts nothing.
    pub(crate) counters: Option<Rc<Counters>>,
    /// How this very location answers with the counters.
    pub(crate) metrics: Option<Format>,
    /// Where `secure_token` stands that is in force here.
    pub(crate) scheme_place: Option<Place>,
    /// Where the other directives stand that a scheme may have to refuse.
    pub(crate) client_ip_place: Option<Place>,
    pub(crate) params_place: Option<Place>,
    /// The first directive of this very block that means nothing where no scheme is in force.
    pub(crate) first_setting: Option<(&'static str, Place)>,
    merged: bool,
}

/// A secret and the name it goes by.
pub(crate) struct Secret {
    pub(crate) value: Value,
    pub(crate) id: Box<[u8]>,
}

/// Where a token may stand.
pub(crate) enum Source {
    /// The client's query string.
    Args,
    /// Anything else of the same form.
    Value(Value),
}

/// Names of the token's parameters, where they are not the scheme's own.
#[derive(Default)]
pub(crate) struct ParamNames {
    pub(crate) token: Option<Box<[u8]>>,
    pub(crate) expires: Option<Box<[u8]>>,
}

/// Something about a block that is wrong or doubtful.
pub(crate) struct Complaint {
    /// [`Level::Emergency`] refuses the configuration.
    pub(crate) level: Level,
    pub(crate) place: Place,
    pub(crate) message: String,
}

impl LocationConf {
    /// The scheme that opens this location; `None` where it is off.
    #[inline]
    pub(crate) fn scheme(&self) -> Option<&'static dyn Scheme> {
        self.scheme.flatten()
    }

    /// Names of the token's parameters in this location.
    pub(crate) fn param_names<'a>(&'a self, scheme: &dyn Scheme) -> Params<'a> {
        let params = scheme.facts().params;
        match &self.params {
            Some(names) => params.renamed(names.token.as_deref(), names.expires.as_deref()),
            None => params,
        }
    }

    /// What is asked of a token here.
    pub(crate) fn rules<'a>(&'a self, scheme: &dyn Scheme) -> Rules<'a> {
        Rules {
            params: self.param_names(scheme),
            ignore_case: self.ignore_case.unwrap_or(false),
            clock_skew: self.clock_skew.unwrap_or(0),
            max_lifetime: self.max_lifetime,
        }
    }

    /// The secrets, in the order in which they are tried.
    pub(crate) fn secrets(&self) -> &[Secret] {
        self.secrets.as_deref().map_or(&[], Vec::as_slice)
    }

    /// What was made of the secret of that position.
    pub(crate) fn key(&self, position: usize) -> Option<&Key> {
        self.keys.as_deref()?.get(position)?.as_ref()
    }

    /// The places where a token may stand.
    pub(crate) fn sources(&self) -> &[Source] {
        self.sources
            .as_deref()
            .map_or(&[Source::Args], Vec::as_slice)
    }

    /// The HTTP status of a refusal.
    pub(crate) fn status(&self, scheme: &dyn Scheme, expired: bool, satisfy_any: bool) -> u16 {
        if satisfy_any {
            return DENIED_FOR_SATISFY_ANY;
        }
        let denied = self.denied_status.unwrap_or(DENIED);
        if expired {
            let own = self
                .expired_status
                .or_else(|| scheme.facts().expired_status);
            own.unwrap_or(denied)
        } else {
            denied
        }
    }

    /// Takes from the outer block what is not set here, and says what is wrong with the result. `cf` is
    /// at the block.
    pub(crate) fn merge(
        &mut self,
        outer: &Self,
        main: &mut MainConf,
        cf: &mut Conf,
    ) -> Vec<Complaint> {
        let mut complaints = Vec::new();
        // The http block is merged into no other, so it is looked at from within.
        if !outer.merged {
            complaints.extend(outer.client_ip_complaint());
            complaints.extend(outer.no_expiry_complaint());
        }
        let sets_client_ip = self.client_ip.is_some();
        let sets_params = self.params.is_some();
        let counts_alike =
            outer.merged && self.scheme.is_none() && self.secrets.is_none() && self.label.is_none();
        let chooses = self.scheme.is_some();
        self.inherit(outer);
        main.blocks.note(outer, chooses, self, cf);
        if main.zone_place.is_some() {
            self.counters = if counts_alike {
                outer.counters.clone()
            } else {
                self.new_counters()
            };
            if !counts_alike {
                main.counters.extend(self.counters.clone());
            }
        }
        // The block of an "if" or "limit_except" answers as the location around it does.
        if cf.is_nameless() && outer.metrics.is_some() && cf.answer_with(metrics::handler).is_ok() {
            self.metrics = outer.metrics;
        }
        if sets_client_ip {
            complaints.extend(self.client_ip_complaint());
        }
        if sets_params {
            complaints.extend(self.no_expiry_complaint());
        }
        complaints.extend(self.params_complaint());
        complaints.extend(self.secret_complaint(cf));
        complaints
    }

    fn inherit(&mut self, outer: &Self) {
        let has_outer_keys = outer.merged && self.scheme.is_none() && self.secrets.is_none();
        macro_rules! inherit {
            (inherited: $($field:ident)*; own: $($own:ident)*;) => {
                // Without "..", so that the compiler names a field that is neither.
                let Self { $($field,)* $($own: _,)* } = outer;
                $(if self.$field.is_none() {
                    self.$field.clone_from($field);
                })*
            };
        }
        inherit!(
            inherited: scheme secrets uri client_ip sources params denied_status expired_status
                ignore_case country clock_skew max_lifetime strip preflight dry_run log_level label
                scheme_place client_ip_place params_place;
            own: keys counters metrics first_setting merged;
        );
        self.keys = if has_outer_keys {
            outer.keys.clone()
        } else {
            self.derive_keys()
        };
        self.merged = true;
    }

    fn new_counters(&self) -> Option<Rc<Counters>> {
        let scheme = self.scheme()?;
        let label = self.label.clone().unwrap_or_default();
        let keys = self.secrets().iter().map(|secret| secret.id.clone());
        let counters = Counters::new(label, scheme.name(), keys.collect());
        Some(Rc::new(counters))
    }

    fn derive_keys(&self) -> Option<Rc<Vec<Option<Key>>>> {
        let scheme = self.scheme()?;
        let derive = |secret: &Secret| match &secret.value {
            Value::Literal(text) => scheme.derive(token::Secret::new(text)),
            _ => None,
        };
        let keys: Vec<Option<Key>> = self.secrets().iter().map(derive).collect();
        keys.iter().any(Option::is_some).then(|| Rc::new(keys))
    }

    fn client_ip_complaint(&self) -> Option<Complaint> {
        let scheme = self.scheme()?;
        self.client_ip.as_ref()?.as_ref()?;
        (scheme.facts().client_ip == ClientIp::Never).then(|| Complaint {
            level: Level::Emergency,
            place: self.client_ip_place.unwrap_or_default(),
            message: format!(
                "\"secure_token_client_ip\": tokens of the scheme \"{0}\" carry no client address; \
                 remove the directive, write \"secure_token_client_ip off\", or choose a scheme that \
                 binds addresses instead of \"{0}\"",
                scheme.name()
            ),
        })
    }

    fn no_expiry_complaint(&self) -> Option<Complaint> {
        let scheme = self.scheme()?;
        let named = self.params.as_ref()?.expires.is_some();
        (named && scheme.facts().params.expires.is_none()).then(|| Complaint {
            level: Level::Emergency,
            place: self.params_place.unwrap_or_default(),
            message: format!(
                "\"secure_token_param\": tokens of the scheme \"{}\" have their expiry inside; remove \
                 \"expires=\"",
                scheme.name()
            ),
        })
    }

    fn params_complaint(&self) -> Option<Complaint> {
        let scheme = self.scheme()?;
        let params = self.param_names(scheme);
        params.clash().then(|| Complaint {
            level: Level::Emergency,
            place: self.params_place.unwrap_or_default(),
            message: format!(
                "\"secure_token_param\": token and expiry of the scheme \"{}\" would have the same \
                 name; give them different ones",
                scheme.name()
            ),
        })
    }

    fn secret_complaint(&self, cf: &Conf) -> Option<Complaint> {
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
            place: self.scheme_place.unwrap_or_default(),
            message: format!(
                "\"secure_token {}\" has no secret in {}, {what}; add \"secure_token_secret\" or \
                 \"secure_token_secret_file\" there or around it",
                scheme.name(),
                cf.block_name(),
            ),
        })
    }
}
