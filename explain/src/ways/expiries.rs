//! What signers take for the expiry.

use token::{Scheme, TimeSpelling, inspect};

use crate::mistake::{LinkPart, UsualMistake};
use crate::text::count;
use crate::time::{HOUR, MINUTE};
use crate::token_fields::{TokenFields, spelling};
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
static AS_SECONDS: UsualMistake = usual(
    "expiry-signed-as-seconds",
    "The time was signed as a Unix time, and stands in the link in another form: sign it as it stands in the link.",
);
static ANOTHER_ZONE: UsualMistake = usual(
    "expiry-another-zone",
    "The expiry that was signed is {length} {direction} than the one in the link: local time was taken for UTC, or the other \
     way round. Work with Unix times.",
);

/// Minutes by which zones are off that are not off by whole or half hours: Nepal, Eucla and the Chatham Islands, in
/// winter and in summer.
const QUARTERS: [u64; 4] = [345, 525, 765, 825];

/// The usual mistakes with an expiry.
pub(crate) fn usual_mistakes() -> impl Iterator<Item = &'static UsualMistake> {
    [
        &NOT_SIGNED,
        &SIGNED_IN_MILLISECONDS,
        &SENT_IN_MILLISECONDS,
        &AS_SECONDS,
        &ANOTHER_ZONE,
    ]
    .into_iter()
}

/// The expiry as it stands in the link, and what else may have been signed.
pub(crate) fn of(scheme: &Scheme, fields: &TokenFields) -> Vec<Way<Bytes>> {
    let text = fields.time.clone().unwrap_or_default();
    let mut ways = vec![Way::right(text.clone().into())];
    if !text.is_empty() {
        ways.push(Way::wrong(Vec::new(), NOT_SIGNED.made(&[])));
    }
    let Some(seconds) = fields.seconds(scheme) else {
        return ways;
    };
    let spelling = spelling(scheme);
    let is_seconds = spelling == TimeSpelling::Seconds;
    let mut add =
        |other: Option<String>, mistake: &'static UsualMistake, words: &[(&str, &str)]| {
            ways.extend(other.map(|other| Way::wrong(other.into_bytes(), mistake.made(words))));
        };
    let text = |seconds: Option<u64>| seconds.map(|seconds| seconds.to_string());
    add(
        text(seconds.checked_mul(1000)),
        &SIGNED_IN_MILLISECONDS,
        &[],
    );
    if is_seconds {
        add(text(seconds.checked_div(1000)), &SENT_IN_MILLISECONDS, &[]);
    } else {
        add(text(Some(seconds)), &AS_SECONDS, &[]);
    }
    // Of a number there may be more digits than of a time.
    let written = |other: Option<u64>| match spelling {
        TimeSpelling::Seconds => text(other),
        spelling => other.and_then(|other| inspect::write_time(spelling, other)),
    };
    // None is off by more than 14 hours.
    let quarters = QUARTERS.map(|minutes| minutes.saturating_mul(MINUTE));
    for off in (HOUR / 2..=14 * HOUR).step_by(30 * 60).chain(quarters) {
        for (other, direction) in [
            (seconds.checked_add(off), "later"),
            (seconds.checked_sub(off), "earlier"),
        ] {
            let words = [("length", &*hours(off)), ("direction", direction)];
            add(written(other), &ANOTHER_ZONE, &words);
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
