//! A verdict in words, for people and for programs.

use std::process::ExitCode;

use explain::{LinkRequest, time};
use serde_json::{Value, json};
use token::{Claims, OpenedToken, Reason, Verdict};

use crate::meaning;
use crate::output::{self, Colour, Style};

/// The status to end with.
pub(crate) fn exit_code(verdict: &Verdict) -> ExitCode {
    match verdict.reason() {
        None => ExitCode::SUCCESS,
        Some(_) => ExitCode::from(output::REFUSED),
    }
}

/// The verdict in words, without a newline at the end.
pub(crate) fn text(request: &LinkRequest<'_>, verdict: &Verdict, style: Style) -> String {
    let status = verdict.status();
    let (token, claims) = (verdict.token(), verdict.claims());
    let is_within_skew = request.is_within_skew(verdict);
    let place = claims.and(request.place()).filter(|place| !place.is_args());
    let place = place.map(|place| format!("token from {}", place.name));
    let secret = token.map(|token| format!("secret {}", number(token)));
    let time = claims.map(|claims| match claims.expires() {
        Some(expires)
            if request
                .scheme
                .facts()
                .boundary
                .is_over(expires, request.now) =>
        {
            format!("expired {}", time::dated(expires, request.now))
        }
        Some(expires) => format!("expires {}", time::dated(expires, request.now)),
        None => "never expires".to_owned(),
    });
    let said =
        |facts: [Option<String>; 4]| facts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let Some(reason) = verdict.reason() else {
        let passed = said([
            Some(style.paint(status, Colour::Green)),
            secret,
            place,
            time,
        ]);
        return if is_within_skew {
            let skew = time::length(request.rules.clock_skew);
            format!("{passed}\nIt opens only by the clock skew of {skew}: its time is over.")
        } else {
            passed
        };
    };
    let meaning = meaning::of(request, verdict, reason);
    let (colour, facts) = match reason {
        Reason::Expired => (Colour::Yellow, [time, secret, place, None]),
        reason => (
            Colour::Red,
            [Some(reason.as_str().to_owned()), secret, place, time],
        ),
    };
    format!(
        "{}: {}\n{meaning}",
        style.paint(status, colour),
        said(facts)
    )
}

/// The verdict for programs.
pub(crate) fn object(
    request: &LinkRequest<'_>,
    verdict: &Verdict,
) -> serde_json::Map<String, Value> {
    let claims = verdict.claims();
    let expires = claims.and_then(Claims::expires);
    let meaning = |reason| meaning::of(request, verdict, reason);
    let object = json!({
        "scheme": request.scheme.name(),
        "status": verdict.status(),
        "reason": verdict.reason().map(|reason| reason.as_str()),
        "meaning": verdict.reason().map(meaning),
        "secret": verdict.token().map(number),
        "expires": expires,
        "expires_utc": expires.and_then(time::rfc3339),
        "within_skew": request.is_within_skew(verdict),
        "source": request.place().map(|place| &place.name),
    });
    match object {
        Value::Object(object) => object,
        _ => serde_json::Map::new(),
    }
}

/// Secrets are counted from 1, as in `$secure_token_key`.
fn number(token: &OpenedToken) -> u32 {
    token.secret.saturating_add(1)
}
