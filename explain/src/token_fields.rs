//! What a link has for a token and its time.

use token::{Carrier, Format, Params, Rules, Scheme, TimeEvent, TimeSpelling, inspect};

use crate::link_request::LinkRequest;
use crate::path::percent_decoded;
use crate::query;

/// The fields of the scheme, as they stand in the link.
#[derive(Clone, Debug, Default)]
pub struct TokenFields {
    /// The text that holds the token, as it was sent: a parameter's value, or segments of the path. Empty where there
    /// is none.
    pub sent_token: Vec<u8>,
    /// The token, percent-decoded once, as the module does, and without a time that stands beside it.
    pub token: Vec<u8>,
    /// The time that the link carries, percent-decoded once: its expiry, or its time of issue. `None` where it is
    /// absent or the scheme has none.
    pub time: Option<Vec<u8>>,
}

impl TokenFields {
    pub(crate) fn of(request: &LinkRequest<'_>) -> Self {
        if request.scheme.facts().carrier != Carrier::Path {
            return Self::read(request.scheme, &request.rules.params, request.source());
        }
        let token = query::path_token(request.scheme, request.url.sent_path());
        let text = token.map(|(text, _)| text).unwrap_or_default();
        Self::split(request.scheme, text, text.to_vec(), None)
    }

    /// The fields in a text of the form of a query.
    pub(crate) fn read(scheme: Scheme, params: &Params, text: &[u8]) -> Self {
        let decoded = |sent: &[u8]| percent_decoded(sent).unwrap_or_else(|| sent.to_vec());
        let fields = params.find(text);
        let sent = fields.map(|fields| fields.token).unwrap_or_default();
        let time = fields.and_then(|fields| fields.expires).map(decoded);
        Self::split(scheme, sent, decoded(sent), time)
    }

    fn split(scheme: Scheme, sent: &[u8], token: Vec<u8>, time: Option<Vec<u8>>) -> Self {
        let parts = inspect::split(scheme, &token);
        let inside = parts.and_then(|parts| parts.time).map(<[u8]>::to_vec);
        Self {
            sent_token: sent.to_vec(),
            token: parts.map_or(token.clone(), |parts| parts.token.to_vec()),
            time: time.or(inside),
        }
    }

    /// The time that the link carries in Unix seconds, where it is one.
    pub fn seconds(&self, scheme: Scheme) -> Option<u64> {
        let time = self.time.as_deref()?;
        match spelling(scheme) {
            // In any length, so that more can be said of it.
            TimeSpelling::Seconds => digits(time),
            spelling => inspect::read_time(spelling, time),
        }
    }

    /// When the link expires that carries this time.
    pub fn expires(&self, request: &LinkRequest<'_>) -> Option<u64> {
        let seconds = self.seconds(request.scheme)?;
        Some(if is_issue(request.scheme) {
            seconds.saturating_add(request.rules.lifetime)
        } else {
            seconds
        })
    }
}

/// When a link expires that is signed to expire in this second: what its time cannot tell is rounded down.
pub fn carried_expiry(scheme: Scheme, rules: &Rules, expires: u64) -> u64 {
    let spelling = spelling(scheme);
    let lifetime = if is_issue(scheme) { rules.lifetime } else { 0 };
    let time = expires.saturating_sub(lifetime);
    let text = inspect::write_time(spelling, time);
    let carried = text.and_then(|text| inspect::read_time(spelling, text.as_bytes()));
    carried.unwrap_or(time).saturating_add(lifetime)
}

/// How a scheme writes times.
pub(crate) fn spelling(scheme: Scheme) -> TimeSpelling {
    let format = scheme.facts().format();
    format.map_or(TimeSpelling::Seconds, |format| format.time.spelling)
}

/// Whether the time in a scheme's links is that of their issue.
pub(crate) fn is_issue(scheme: Scheme) -> bool {
    let event = |format: &Format| matches!(format.time.event, TimeEvent::Issue { .. });
    scheme.facts().format().is_some_and(event)
}

fn digits(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}
