//! What can be wrong with the time of a link whose signature is right.

use super::diagnosis::Mistake;
use crate::request::Asked;
use crate::time::{self, HOUR};

/// A Unix time before this is in 2001 or earlier.
const EARLIEST: u64 = 1_000_000_000;

pub(super) fn mistakes(asked: &Asked<'_>, expires: u64) -> Vec<Mistake> {
    if expires < EARLIEST {
        return vec![Mistake::likely(format!(
            "The expiry, {expires}, looks like a length of time: sign the time at which the link expires, now + {expires}."
        ))];
    }
    let ago = asked.now.saturating_sub(expires);
    if ago > 14 * HOUR {
        return Vec::new();
    }
    let mut said = format!(
        "If the link was made just now, the signer took local time for UTC, or a clock is wrong: it expired {}.",
        time::relative(expires, asked.now)
    );
    if let Some(local) = time::local(asked.now) {
        said.push_str(&format!(" This machine has {local}."));
    }
    vec![Mistake::likely(said)]
}
