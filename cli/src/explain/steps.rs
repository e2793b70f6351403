//! The checks of the module, in its order, and how far a link came.

use token::{Anatomy, ClientIp, Reason, Verdict};

use super::claims::Told;
use crate::request::Asked;
use crate::text::count;
use crate::time;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Passed,
    Failed,
    /// There was no secret to check it with.
    Unknown,
    /// An earlier one failed.
    NotReached,
}

impl Outcome {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::NotReached => "not reached",
        }
    }
}

pub(super) struct Step {
    pub(super) outcome: Outcome,
    /// What is checked.
    pub(super) said: String,
    reasons: Vec<Reason>,
}

fn step(reasons: &[Reason], said: impl Into<String>) -> Step {
    Step {
        outcome: Outcome::Passed,
        said: said.into(),
        reasons: reasons.to_vec(),
    }
}

pub(super) fn of(asked: &Asked<'_>, verdict: &Verdict, claims: &[Told]) -> Vec<Step> {
    let is_digest = asked.scheme.facts().anatomy != Anatomy::Sealed;
    let form = if is_digest {
        "the token, the expiry and the path are of the right form"
    } else {
        "the token is of the right form"
    };
    let mut steps = vec![
        step(&[Reason::Missing], "the link has a token"),
        step(&[Reason::Duplicate], "nothing of it is there twice"),
        step(&[Reason::Malformed], form),
    ];
    if asked.scheme.facts().client_ip == ClientIp::Optional && asked.client_ip.is_some() {
        steps.push(step(&[Reason::ClientIp], "the client has an address"));
    }
    steps.push(step(
        &[Reason::Signature, Reason::NoSecret],
        signature(asked, verdict, is_digest),
    ));
    if !is_digest {
        steps.push(step(
            &[Reason::Malformed, Reason::UnsupportedClaim],
            "every claim can be read",
        ));
    }
    let in_time = if asked.is_within_skew(verdict) {
        let skew = time::length(asked.rules.clock_skew);
        format!("it has expired, within the clock skew of {skew}")
    } else {
        "it has not expired".to_owned()
    };
    steps.push(step(&[Reason::Expired], in_time));
    if let Some(longest) = asked.rules.max_lifetime {
        let said = format!("it expires within {}", time::length(longest));
        steps.push(step(&[Reason::Lifetime], said));
    }
    if !is_digest {
        let demands = claims
            .iter()
            .filter(|told| told.holds.is_some() && told.name != "ec_expire")
            .count();
        let said = match demands {
            0 => "the request meets what it restricts".to_owned(),
            _ => format!(
                "the request meets {}",
                count(demands.try_into().unwrap_or(u64::MAX), "restriction")
            ),
        };
        let reasons = [
            Reason::Url,
            Reason::ClientIp,
            Reason::Country,
            Reason::Referrer,
            Reason::Host,
            Reason::Protocol,
        ];
        steps.push(step(&reasons, said));
    }
    mark(&mut steps, verdict);
    steps
}

fn signature(asked: &Asked<'_>, verdict: &Verdict, is_digest: bool) -> String {
    let verb = if is_digest { "fits" } else { "decrypts it" };
    match (verdict.claims(), asked.secrets.len()) {
        (Some(claims), 2..) => format!("secret {} {verb}", claims.secret().saturating_add(1)),
        (Some(_), _) => format!("the secret {verb}"),
        (None, 0) => "no secret was given".to_owned(),
        (None, 1) => format!("the secret {verb}"),
        (None, _) => format!("one of the secrets {verb}"),
    }
}

fn mark(steps: &mut [Step], verdict: &Verdict) {
    let Some(reason) = verdict.reason() else {
        return;
    };
    // A claim that cannot be read is malformed as well, but was signed.
    let is_signed = verdict.claims().is_some();
    let is_at = |step: &Step| {
        step.reasons.contains(&reason) && (!is_signed || step.reasons != [Reason::Malformed])
    };
    let Some(failed) = steps.iter().position(is_at) else {
        return;
    };
    for (index, step) in steps.iter_mut().enumerate().skip(failed) {
        step.outcome = match (index == failed, reason) {
            (true, Reason::NoSecret) => Outcome::Unknown,
            (true, _) => Outcome::Failed,
            _ => Outcome::NotReached,
        };
    }
}
