//! What was done wrongly when a link was signed.

use token::{Anatomy, Claims, Reason, Verdict};

use super::claims::{self, Told};
use super::forms::Given;
use super::found::Found;
use super::search::Outcome;
use super::{clock, digest, ectoken, hints, ways};
use crate::request::Asked;
use crate::text::quote;

/// A mistake in words.
pub(super) struct Mistake {
    pub(super) text: String,
    /// The token was made anew with it, or is seen to have it. Otherwise it is a guess.
    pub(super) is_certain: bool,
}

impl Mistake {
    pub(super) fn certain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            is_certain: true,
        }
    }

    pub(super) fn likely(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            is_certain: false,
        }
    }
}

/// What is found out beyond the verdict.
#[derive(Default)]
pub(super) struct Diagnosis {
    pub(super) mistakes: Vec<Mistake>,
    pub(super) claims: Vec<Told>,
}

impl Diagnosis {
    pub(super) fn new(
        asked: &Asked<'_>,
        found: &Found,
        verdict: &Verdict,
        given_ip: Option<&str>,
    ) -> Self {
        if asked.scheme.facts().anatomy == Anatomy::Sealed {
            Self::of_encrypted(asked, found, verdict)
        } else {
            let mut mistakes = of_digest(asked, found, verdict, given_ip);
            mistakes.extend(clock::length(asked, found, verdict));
            Self {
                mistakes,
                claims: Vec::new(),
            }
        }
    }

    fn of_encrypted(asked: &Asked<'_>, found: &Found, verdict: &Verdict) -> Self {
        let opened = ectoken::open(asked, found);
        let mut diagnosis = Self {
            mistakes: opened.mistakes,
            claims: Vec::new(),
        };
        if let Some(text) = &opened.text {
            diagnosis.claims = claims::told(asked, text);
        }
        for told in &mut diagnosis.claims {
            diagnosis
                .mistakes
                .extend(told.mistake.take().map(Mistake::certain));
        }
        if verdict.reason() == Some(Reason::Missing) {
            diagnosis
                .mistakes
                .extend(hints::missing(asked).into_iter().map(Mistake::likely));
        } else if verdict.reason() == Some(Reason::Duplicate) {
            diagnosis
                .mistakes
                .extend(hints::duplicate(asked).into_iter().map(Mistake::certain));
        } else if verdict.claims().is_none() && found.token.contains(&b'?') {
            diagnosis
                .mistakes
                .push(Mistake::certain(hints::SECOND_MARK));
        }
        diagnosis.mistakes.extend(too_late(asked, verdict));
        diagnosis
    }
}

fn of_digest(
    asked: &Asked<'_>,
    found: &Found,
    verdict: &Verdict,
    given_ip: Option<&str>,
) -> Vec<Mistake> {
    let given = Given::new(&found.token);
    match verdict.reason() {
        Some(Reason::Missing) => hints::missing(asked)
            .into_iter()
            .map(Mistake::likely)
            .collect(),
        Some(Reason::Duplicate) => hints::duplicate(asked)
            .into_iter()
            .map(Mistake::certain)
            .collect(),
        Some(Reason::Malformed) => {
            let searched = search(asked, found, given_ip).mistakes.unwrap_or_default();
            let mut mistakes: Vec<Mistake> = searched.into_iter().map(Mistake::certain).collect();
            for hint in hints::malformed(asked, found, &given) {
                if mistakes.iter().all(|mistake| mistake.text != hint) {
                    mistakes.push(Mistake::certain(hint));
                }
            }
            mistakes
        }
        Some(Reason::Signature) => match search(asked, found, given_ip) {
            Outcome {
                mistakes: Some(mistakes),
                ..
            } => mistakes.into_iter().map(Mistake::certain).collect(),
            Outcome {
                mistakes: None,
                tried,
            } => {
                let mut mistakes = vec![nothing_fits(asked, found, tried)];
                if mistakes.iter().all(|mistake| !mistake.is_certain) {
                    mistakes.extend(hints::address(asked).map(Mistake::likely));
                }
                mistakes
            }
        },
        _ => too_late(asked, verdict),
    }
}

fn too_late(asked: &Asked<'_>, verdict: &Verdict) -> Vec<Mistake> {
    match (verdict.reason(), verdict.claims().and_then(Claims::expires)) {
        (Some(Reason::Expired), Some(expires)) => clock::mistakes(asked, expires),
        _ => Vec::new(),
    }
}

/// Looks for the token in the link as it is, with its two parameters swapped, and with another parameter for its
/// expiry.
fn search(asked: &Asked<'_>, found: &Found, given_ip: Option<&str>) -> Outcome {
    let mut tried = 0u64;
    for (reading, mistake) in readings(asked, found) {
        if asked.secrets.is_empty() || reading.token.is_empty() {
            continue;
        }
        let given = Given::new(&reading.token);
        let outcome = ways::of(asked, &reading, given_ip).search(&given);
        tried = tried.saturating_add(outcome.tried);
        if let Some(found) = outcome.mistakes {
            let mistakes = mistake.into_iter().chain(found).collect();
            return Outcome {
                mistakes: Some(mistakes),
                tried,
            };
        }
    }
    Outcome {
        mistakes: None,
        tried,
    }
}

fn readings(asked: &Asked<'_>, found: &Found) -> Vec<(Found, Option<String>)> {
    let mut readings = vec![(found.clone(), None)];
    let params = asked.rules.params;
    let names = [params.token, params.expires].map(|name| quote(name.unwrap_or_default()));
    let [token, expires] = names;
    if let Some(reading) = hints::joined(asked, found) {
        readings.push((reading, Some(hints::SECOND_MARK.to_owned())));
    }
    if let Some(other) = &found.expires {
        if hints::looks_like_time(&found.token) {
            let swapped = Found {
                sent_token: other.clone(),
                token: other.clone(),
                expires: Some(found.token.clone()),
            };
            readings.push((
                swapped,
                Some(format!(
                    "The parameters are swapped: {token} is the token, {expires} the expiry."
                )),
            ));
        }
    } else {
        for (name, value) in hints::pairs(asked.source()) {
            if hints::looks_like_time(value) {
                let renamed = Found {
                    expires: Some(value.to_vec()),
                    ..found.clone()
                };
                let said = format!(
                    "The expiry stands in the parameter {}, and the module looks for {expires}: see secure_token_param.",
                    quote(name)
                );
                readings.push((renamed, Some(said)));
            }
        }
    }
    readings
}

fn nothing_fits(asked: &Asked<'_>, found: &Found, tried: u64) -> Mistake {
    let right = digest::computed(asked, found);
    let token = String::from_utf8_lossy(&found.token);
    let token = token.trim_end_matches('=');
    for right in right.iter().flatten() {
        let differing: Vec<String> = right
            .chars()
            .zip(token.chars())
            .zip(1u64..)
            .filter(|((right, given), _)| right != given)
            .map(|(_, position)| position.to_string())
            .collect();
        if right.len() == token.len() && differing.len() <= 3 {
            return Mistake::certain(format!(
                "The token itself was altered, in character {}: everything else is right.",
                crate::text::join(&differing, "and")
            ));
        }
    }
    Mistake::likely(format!(
        "None of {tried} usual mistakes makes this token: most likely another secret signed it, or the path, the expiry \
         or the address was altered since."
    ))
}
