//! What signers take for the expiry.

use crate::mistake::{LinkPart, UsualMistake};
use crate::text::count;
use crate::time::{HOUR, MINUTE};
use crate::token_fields::TokenFields;
use crate::way::{Bytes, Way};

const fn usual(id: &'static str, sentence: &'static str) -> UsualMistake {
    UsualMistake {
        id,
        part: LinkPart::Expiry,
        sentence,
    }
}

static NOT_SIGNED: UsualMistake = usual(
    "expiry-not-signed",
    "The expiry was not signed: it belongs into what is hashed.",
);
static SIGNED_IN_MILLISECONDS: UsualMistake = usual(
    "expiry-signed-in-milliseconds",
    "The expiry was signed in another unit than it stands in the link: signed in milliseconds. Sign and send seconds.",
);
static SENT_IN_MILLISECONDS: UsualMistake = usual(
    "expiry-sent-in-milliseconds",
    "The expiry was signed in another unit than it stands in the link: sent in milliseconds. Sign and send seconds.",
);
static ANOTHER_ZONE: UsualMistake = usual(
    "expiry-another-zone",
    "The expiry that was signed is {length} {direction} than the one in the link: local time was taken for UTC, or the other \
     way round. Work with Unix times.",
);

/// The usual mistakes with an expiry.
pub(crate) fn usual_mistakes() -> impl Iterator<Item = &'static UsualMistake> {
    [
        &NOT_SIGNED,
        &SIGNED_IN_MILLISECONDS,
        &SENT_IN_MILLISECONDS,
        &ANOTHER_ZONE,
    ]
    .into_iter()
}

/// The expiry as it stands in the link, and what else may have been signed.
pub(crate) fn of(fields: &TokenFields) -> Vec<Way<Bytes>> {
    let text = fields.expires.clone().unwrap_or_default();
    let mut ways = vec![Way::right(text.clone().into())];
    if !text.is_empty() {
        ways.push(Way::wrong(Vec::new(), NOT_SIGNED.made(&[])));
    }
    let Some(seconds) = fields.seconds() else {
        return ways;
    };
    let mut add = |other: Option<u64>, mistake: &'static UsualMistake, words: &[(&str, &str)]| {
        let other = other.map(|other| other.to_string().into_bytes());
        ways.extend(other.map(|other| Way::wrong(other, mistake.made(words))));
    };
    add(seconds.checked_mul(1000), &SIGNED_IN_MILLISECONDS, &[]);
    add(seconds.checked_div(1000), &SENT_IN_MILLISECONDS, &[]);
    // Some zones are off by half an hour or three quarters; none by more than 14 hours.
    for off in (HOUR / 4..=14 * HOUR).step_by(15 * 60) {
        for (other, direction) in [
            (seconds.checked_add(off), "later"),
            (seconds.checked_sub(off), "earlier"),
        ] {
            let words = [("length", &*hours(off)), ("direction", direction)];
            add(other, &ANOTHER_ZONE, &words);
        }
    }
    ways
}

/// `2 hours`, `5 h 30 min`
fn hours(seconds: u64) -> String {
    let (hours, minutes) = (seconds / HOUR, seconds % HOUR / MINUTE);
    match (hours, minutes) {
        (0, minutes) => format!("{minutes} minutes"),
        (hours, 0) => count(hours, "hour"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
