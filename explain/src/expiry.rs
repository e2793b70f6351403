//! What can be wrong with the expiry of a link.

use token::Verdict;

use crate::link_request::LinkRequest;
use crate::mistake::Mistake;
use crate::text::{quote, show};
use crate::time::{self, HOUR};
use crate::token_fields::TokenFields;

/// A Unix time before this is in 2001 or earlier.
const EARLIEST: u64 = 1_000_000_000;

/// Of a link whose signature is right, and whose time is over.
pub(crate) fn mistakes(request: &LinkRequest<'_>, expires: u64) -> Vec<Mistake> {
    if expires < EARLIEST {
        return vec![Mistake::likely(as_length(
            request,
            &expires.to_string(),
            expires,
        ))];
    }
    if expires == request.now {
        return vec![Mistake::certain(format!(
            "A link of {} opens until the second before its expiry, and this is that very second.",
            request.scheme.name()
        ))];
    }
    let ago = request.now.saturating_sub(expires);
    if ago > 14 * HOUR {
        return Vec::new();
    }
    let mut said = format!(
        "If the link was made just now, the signer took local time for UTC, or a clock is wrong: it expired {}.",
        time::relative(expires, request.now)
    );
    if let Some(local) = time::local(request.now, &request.zone) {
        said.push_str(&format!(" This machine has {local}."));
    }
    vec![Mistake::likely(said)]
}

/// Of a link with a length of time where its expiry should be, whatever else is wrong with it.
pub(crate) fn length(
    request: &LinkRequest<'_>,
    fields: &TokenFields,
    verdict: &Verdict,
) -> Option<Mistake> {
    // Otherwise the signature is right, and it has been said.
    if verdict.claims().is_some() {
        return None;
    }
    let text = show(fields.time.as_deref()?);
    let seconds = time::duration(&text).ok()?;
    (1..EARLIEST)
        .contains(&seconds)
        .then(|| Mistake::likely(as_length(request, &text, seconds)))
}

fn as_length(request: &LinkRequest<'_>, text: &str, seconds: u64) -> String {
    let now = request.now.saturating_add(seconds);
    format!(
        "The expiry {} is a length of time: an expiry is a Unix time. From now it would be {now}, {}.",
        quote(text.as_bytes()),
        time::utc(now)
    )
}
