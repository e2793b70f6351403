//! What a link has for a token and its expiry.

use token::Params;

use crate::link_request::LinkRequest;
use crate::path::percent_decoded;

/// The fields of the scheme, as they stand in the link.
#[derive(Clone, Debug)]
pub struct TokenFields {
    /// The token as it was sent; empty where there is none.
    pub sent_token: Vec<u8>,
    /// The token, percent-decoded once, as the module does.
    pub token: Vec<u8>,
    /// The expiry, percent-decoded once; `None` where it is absent or the scheme has none.
    pub expires: Option<Vec<u8>>,
}

impl TokenFields {
    pub(crate) fn of(request: &LinkRequest<'_>) -> Self {
        Self::read(&request.rules.params, request.source())
    }

    pub(crate) fn read(params: &Params<'_>, text: &[u8]) -> Self {
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
    pub fn seconds(&self) -> Option<u64> {
        let text = std::str::from_utf8(self.expires.as_deref()?).ok()?;
        text.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| text.parse().ok())
            .flatten()
    }
}
