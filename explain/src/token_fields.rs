//! What a link has for a token, its time and its other fields.

use token::{
    Carrier, FieldKind, Format, MOST_FIELDS, Params, Rules, Scheme, TimeEvent, TimeSpelling,
    TokenParts, inspect,
};

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
    /// The other fields of the scheme's format, in its order and as they are hashed; empty where one is absent.
    pub fields: Vec<Vec<u8>>,
}

impl TokenFields {
    /// Those of a link.
    pub fn of(request: &LinkRequest<'_>) -> Self {
        let scheme = &request.scheme;
        if scheme.facts().carrier != Carrier::Path {
            return Self::read(scheme, &request.rules.params, request.source());
        }
        let found = query::path_token(scheme, request.url.sent_path());
        let text = found.map_or(b"".as_slice(), |found| found.token);
        let front = found.and_then(|found| inspect::front_fields(scheme, found.front));
        let mut fields = front.unwrap_or_default().fields;
        let rest = scheme.facts().format().and_then(|format| format.rest);
        if let (Some(id), Some(found)) = (rest, found)
            && let Some(field) = fields.get_mut(usize::from(id))
        {
            let sent = request.url.sent_path().len();
            let start = sent.saturating_sub(found.rest.len()).saturating_add(1);
            *field = request.target.get(start..).unwrap_or_default();
        }
        Self::split(scheme, text, text.to_vec(), None, fields)
    }

    /// The fields in a text of the form of a query.
    pub(crate) fn read(scheme: &Scheme, params: &Params, text: &[u8]) -> Self {
        let decoded = |sent: &[u8]| percent_decoded(sent).unwrap_or_else(|| sent.to_vec());
        let found = params.find(text);
        let sent = found.map(|found| found.token).unwrap_or_default();
        let is_iso = spelling(scheme) == TimeSpelling::Iso;
        let time = found.and_then(|found| found.expires);
        // Such a time is hashed as it was sent.
        let time = time.map(|sent| if is_iso { sent.to_vec() } else { decoded(sent) });
        let fields = found.map(|found| found.fields.map(Option::unwrap_or_default));
        Self::split(
            scheme,
            sent,
            decoded(sent),
            time,
            fields.unwrap_or_default(),
        )
    }

    /// `own`: the fields that do not stand in the token's text.
    fn split(
        scheme: &Scheme,
        sent: &[u8],
        token: Vec<u8>,
        time: Option<Vec<u8>>,
        own: [&[u8]; MOST_FIELDS],
    ) -> Self {
        let parts = inspect::split(scheme, &token);
        let TokenParts {
            time: inside,
            fields,
            ..
        } = parts.unwrap_or_default();
        let count = scheme
            .facts()
            .format()
            .map_or(0, |format| format.fields.len());
        let fields = own.iter().zip(fields).take(count);
        let fields = fields.map(|(own, inside)| if inside.is_empty() { own } else { inside });
        Self {
            sent_token: sent.to_vec(),
            time: time.or(inside.map(<[u8]>::to_vec)),
            fields: fields.map(<[u8]>::to_vec).collect(),
            token: parts.map_or(token.clone(), |parts| parts.token.to_vec()),
        }
    }

    /// The time that the link carries in Unix seconds, where it is one.
    pub fn seconds(&self, scheme: &Scheme) -> Option<u64> {
        scheme.facts().format()?.time?;
        let time = self.time.as_deref()?;
        match spelling(scheme) {
            // In any length, so that more can be said of it.
            TimeSpelling::Seconds => digits(time),
            TimeSpelling::Iso => {
                percent_decoded(time).and_then(|time| inspect::read_time(TimeSpelling::Iso, &time))
            }
            spelling => inspect::read_time(spelling, time),
        }
    }

    /// When the link expires that carries this time; `None` for never, and where that cannot be told.
    pub fn expires(&self, request: &LinkRequest<'_>) -> Option<u64> {
        let seconds = self.seconds(&request.scheme)?;
        if !is_issue(&request.scheme) {
            return Some(seconds);
        }
        match self.own_lifetime(&request.scheme) {
            Some(0) => None,
            own => Some(seconds.saturating_add(own.unwrap_or(request.rules.lifetime))),
        }
    }

    /// How many seconds the link itself says that it opens; 0 for ever.
    fn own_lifetime(&self, scheme: &Scheme) -> Option<u64> {
        let (_, text) = self
            .named(scheme)
            .find(|(kind, _)| *kind == FieldKind::Ttl)?;
        digits(text)
    }

    /// The second from which on the link opens, where it has one.
    pub fn opens_from(&self, request: &LinkRequest<'_>) -> Option<u64> {
        let format = request.scheme.facts().format()?;
        let start = self
            .named(&request.scheme)
            .find_map(|(kind, text)| match kind {
                FieldKind::Start(spelling) => inspect::read_time(spelling, text),
                FieldKind::Free | FieldKind::Ttl => None,
            });
        let lifetime = self.own_lifetime(&request.scheme);
        let lifetime = lifetime.unwrap_or(request.rules.lifetime);
        let window = self.seconds(&request.scheme).filter(|_| format.window);
        start.max(window.map(|issued| issued.saturating_sub(lifetime)))
    }

    /// What the other fields are, and their values.
    fn named(&self, scheme: &Scheme) -> impl Iterator<Item = (FieldKind, &[u8])> {
        let kinds: Vec<FieldKind> = scheme.facts().format().map_or_else(Vec::new, |format| {
            format.fields.iter().map(|field| field.kind).collect()
        });
        kinds.into_iter().zip(self.fields.iter().map(Vec::as_slice))
    }
}

/// When a link expires that is signed to expire in this second: what its time cannot tell is rounded down. `None`
/// where links of the scheme have no time.
pub fn carried_expiry(scheme: &Scheme, rules: &Rules, expires: u64) -> Option<u64> {
    let Some(format) = scheme.facts().format() else {
        return Some(expires);
    };
    let spelling = format.time?.spelling;
    let has_own = format
        .fields
        .iter()
        .any(|field| field.kind == FieldKind::Ttl);
    if has_own {
        return Some(expires);
    }
    let lifetime = if is_issue(scheme) { rules.lifetime } else { 0 };
    let time = expires.saturating_sub(lifetime);
    let text = inspect::write_time(spelling, time);
    let carried = text.and_then(|text| inspect::read_time(spelling, text.as_bytes()));
    Some(carried.unwrap_or(time).saturating_add(lifetime))
}

/// How a scheme writes times.
pub(crate) fn spelling(scheme: &Scheme) -> TimeSpelling {
    let time = scheme.facts().format().and_then(|format| format.time);
    time.map_or(TimeSpelling::Seconds, |time| time.spelling)
}

/// Whether the time in a scheme's links is that of their issue.
pub(crate) fn is_issue(scheme: &Scheme) -> bool {
    let is_issue = |format: &Format| {
        let event = format.time.map(|time| time.event);
        event == Some(TimeEvent::Issue)
    };
    scheme.facts().format().is_some_and(is_issue)
}

fn digits(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}
