//! Links whose token and expiry stand elsewhere than the scheme has them.

use crate::link_request::LinkRequest;
use crate::mistake::{LinkPart, UsualMistake};
use crate::query::{looks_like_time, pairs};
use crate::text::quote;
use crate::token_fields::TokenFields;
use crate::way::Way;

const fn usual(id: &'static str, sentence: &'static str) -> UsualMistake {
    UsualMistake {
        id,
        part: LinkPart::Place,
        sentence,
    }
}

pub(crate) static SECOND_MARK: UsualMistake = usual(
    "place-second-question-mark",
    "There is a second \"?\" in the link, and only the first one begins the query: write \"&\" in its place.",
);
static SWAPPED: UsualMistake = usual(
    "place-swapped",
    "The parameters are swapped: {token} is the token, {expires} the expiry.",
);
static EXPIRY_NAME: UsualMistake = usual(
    "place-expiry-name",
    "The expiry stands in the parameter {sent}, and the module looks for {expires}: see secure_token_param.",
);

/// The usual mistakes with where fields stand.
pub(crate) fn usual_mistakes() -> impl Iterator<Item = &'static UsualMistake> {
    [&SECOND_MARK, &SWAPPED, &EXPIRY_NAME].into_iter()
}

/// The link read as if a second `?` were the `&` that was meant.
pub(crate) fn joined(request: &LinkRequest<'_>, fields: &TokenFields) -> Option<TokenFields> {
    let sent = request.source().iter();
    let joined: Vec<u8> = sent
        .map(|&byte| if byte == b'?' { b'&' } else { byte })
        .collect();
    let reading = TokenFields::read(&request.scheme, &request.rules.params, &joined);
    let is_other = reading.token != fields.token || reading.time != fields.time;
    (is_other && !reading.token.is_empty()).then_some(reading)
}

/// The link as it is, with a second question mark taken for what was meant, with its two parameters swapped, and
/// with another parameter for its expiry.
pub(crate) fn of(request: &LinkRequest<'_>, fields: &TokenFields) -> Vec<Way<TokenFields>> {
    let mut readings = vec![Way::right(fields.clone())];
    let params = &request.rules.params;
    let [token, expires] =
        [&params.token, &params.expires].map(|name| quote(name.as_deref().unwrap_or_default()));
    if let Some(reading) = joined(request, fields) {
        readings.push(Way::wrong(reading, SECOND_MARK.made(&[])));
    }
    if params.expires.is_none() {
        return readings;
    }
    if let Some(other) = &fields.time {
        if looks_like_time(&fields.token) {
            let swapped = TokenFields {
                sent_token: other.clone(),
                token: other.clone(),
                time: Some(fields.token.clone()),
                fields: fields.fields.clone(),
            };
            let mistake = SWAPPED.made(&[("token", &token), ("expires", &expires)]);
            readings.push(Way::wrong(swapped, mistake));
        }
    } else {
        for (name, value) in pairs(request.source()) {
            if looks_like_time(value) {
                let renamed = TokenFields {
                    time: Some(value.to_vec()),
                    ..fields.clone()
                };
                let words = [("sent", &*quote(name)), ("expires", &expires)];
                readings.push(Way::wrong(renamed, EXPIRY_NAME.made(&words)));
            }
        }
    }
    readings
}
