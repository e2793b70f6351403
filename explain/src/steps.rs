//! The checks of the module, in its order, and how far a link came.

use token::{ClientIp, Reason, Verdict};

use crate::claim_report::ClaimReport;
use crate::link_request::LinkRequest;
use crate::revoked::RevokedBy;
use crate::text::count;
use crate::time;
use crate::token_fields::TokenFields;

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepResult {
    /// It was met.
    Passed,
    /// It was not: the link is refused for it.
    Failed,
    /// There was no secret to check it with.
    Unknown,
    /// An earlier one failed.
    NotReached,
}

impl StepResult {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::NotReached => "not reached",
        }
    }
}

/// One check.
#[derive(Debug)]
pub struct Step {
    /// What came of it.
    pub result: StepResult,
    /// What is checked.
    pub check: String,
    reasons: Vec<Reason>,
}

fn step(reasons: &[Reason], check: impl Into<String>) -> Step {
    Step {
        result: StepResult::Passed,
        check: check.into(),
        reasons: reasons.to_vec(),
    }
}

pub(crate) fn of(
    request: &LinkRequest<'_>,
    verdict: &Verdict,
    fields: &TokenFields,
    claims: &[ClaimReport],
) -> Vec<Step> {
    let format = request.scheme.facts().format();
    let is_digest = format.is_some();
    let form = match format.map(|format| format.time) {
        Some(Some(_)) => "the token, the expiry and the path are of the right form",
        Some(None) => "the token and the path are of the right form",
        None => "the token is of the right form",
    };
    let mut steps = vec![
        step(&[Reason::Missing], "the link has a token"),
        step(&[Reason::Duplicate], "nothing of it is there twice"),
        step(&[Reason::Malformed], form),
    ];
    if matches!(
        request.scheme.facts().client_ip,
        ClientIp::Optional | ClientIp::Always
    ) && request.bound_ip().is_some()
    {
        steps.push(step(&[Reason::ClientIp], "the client has an address"));
    }
    steps.push(step(
        &[Reason::Signature, Reason::NoSecret],
        signature(request, verdict, is_digest),
    ));
    if !is_digest {
        steps.push(step(
            &[Reason::Malformed, Reason::UnsupportedClaim],
            "every claim can be read",
        ));
    }
    let in_time = if request.is_within_skew(verdict) {
        let skew = time::length(request.rules.clock_skew);
        format!("it has expired, within the clock skew of {skew}")
    } else {
        "it has not expired".to_owned()
    };
    if format.is_none_or(|format| format.time.is_some()) {
        steps.push(step(&[Reason::Expired], in_time));
    }
    let is_early = request.opens_later(verdict).is_some();
    if let Some(longest) = request.rules.max_lifetime {
        let said = format!("it expires within {}", time::length(longest));
        let reasons: &[Reason] = if is_early { &[] } else { &[Reason::Lifetime] };
        steps.push(step(reasons, said));
    }
    if let Some(start) = fields.opens_from(request) {
        let said = format!("it opens already: from {} on", time::utc(start));
        steps.push(step(&[Reason::Lifetime], said));
    }
    if !is_digest {
        let demands = claims
            .iter()
            .filter(|claim| claim.holds.is_some() && claim.name != "ec_expire")
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
    if !request.revoked.is_empty() {
        let said = match request.revoked_by() {
            Some(RevokedBy { file, line, word }) => {
                format!("nothing ends it before its time: line {line} of {file} (\"{word}\") does")
            }
            None => "nothing ends it before its time".to_owned(),
        };
        steps.push(step(&[Reason::Revoked], said));
    }
    mark(&mut steps, verdict);
    steps
}

fn signature(request: &LinkRequest<'_>, verdict: &Verdict, is_digest: bool) -> String {
    let verb = if is_digest { "fits" } else { "decrypts it" };
    match (verdict.token(), request.secrets.len()) {
        (Some(token), 2..) => format!("secret {} {verb}", token.secret.saturating_add(1)),
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
        step.result = match (index == failed, reason) {
            (true, Reason::NoSecret) => StepResult::Unknown,
            (true, _) => StepResult::Failed,
            _ => StepResult::NotReached,
        };
    }
}
