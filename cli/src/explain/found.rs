//! What a link has for a token.

use token::Params;

use crate::path::percent_decoded;
use crate::request::Asked;

/// The parameters of the scheme, as they stand in the query.
#[derive(Clone)]
pub(super) struct Found {
    /// As it was sent; empty where there is none.
    pub(super) sent_token: Vec<u8>,
    /// Percent-decoded once, as the module does.
    pub(super) token: Vec<u8>,
    /// The expiry parameter, percent-decoded once; `None` where it is absent or the scheme has none.
    pub(super) expires: Option<Vec<u8>>,
}

impl Found {
    pub(super) fn new(asked: &Asked<'_>) -> Self {
        Self::read(&asked.rules.params, asked.source())
    }

    pub(super) fn read(params: &Params<'_>, text: &[u8]) -> Self {
        let decoded = |sent: &[u8]| percent_decoded(sent).unwrap_or_else(|| sent.to_vec());
        let fields = params.find(text);
        let sent_token = fields.map(|fields| fields.token).unwrap_or_default();
        Self {
            sent_token: sent_token.to_vec(),
            token: decoded(sent_token),
            expires: fields.and_then(|fields| fields.expires).map(decoded),
        }
    }

    /// The expiry as a number, where it is one.
    pub(super) fn seconds(&self) -> Option<u64> {
        let text = std::str::from_utf8(self.expires.as_deref()?).ok()?;
        text.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| text.parse().ok())
            .flatten()
    }
}
