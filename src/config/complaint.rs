//! What is wrong with a block's settings, and what to write instead.

use token::ClientIp;

use super::Written;
use crate::nginx::{Conf, Level, Place};

/// Something about a block that is wrong or doubtful.
pub(crate) struct Complaint {
    /// [`Level::Emergency`] refuses the configuration.
    pub(crate) level: Level,
    pub(crate) place: Place,
    pub(crate) message: String,
}

impl Written {
    /// An address where none is signed.
    pub(super) fn client_ip_complaint(&self) -> Option<Complaint> {
        let scheme = self.scheme()?;
        let client_ip = self.client_ip.as_ref()?;
        client_ip.value.as_ref()?;
        (scheme.facts().client_ip == ClientIp::Never).then(|| Complaint {
            level: Level::Emergency,
            place: client_ip.place,
            message: format!(
                "\"secure_token_client_ip\": tokens of the scheme \"{0}\" carry no client address; \
                 remove the directive, write \"secure_token_client_ip off\", or choose a scheme that \
                 binds addresses instead of \"{0}\"",
                scheme.name()
            ),
        })
    }

    /// A name for a parameter that there is not.
    pub(super) fn no_expiry_complaint(&self) -> Option<Complaint> {
        let scheme = self.scheme()?;
        let params = self.params.as_ref()?;
        let is_named = params.value.expires.is_some();
        (is_named && scheme.facts().params.expires.is_none()).then(|| Complaint {
            level: Level::Emergency,
            place: params.place,
            message: format!(
                "\"secure_token_param\": tokens of the scheme \"{}\" have their expiry inside; remove \
                 \"expires=\"",
                scheme.name()
            ),
        })
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
