//! The claims of an ectoken in words, each held against the request alone.

use token::{Reason, inspect};

use crate::link_request::LinkRequest;
use crate::path::percent_decoded;
use crate::query::pairs;
use crate::restriction::by_claim;
use crate::text::{join, quote, show};
use crate::time;
use crate::unicode;

/// One claim.
#[derive(Clone, Debug)]
pub struct ClaimReport {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// What it asks for, and what the request has where that is something else.
    pub meaning: String,
    /// `None` for one that demands nothing.
    pub holds: Option<bool>,
    /// What was most likely done wrongly.
    pub mistake: Option<String>,
}

/// The claims of a decrypted token, in their order.
pub(crate) fn of(request: &LinkRequest<'_>, text: &[u8]) -> Vec<ClaimReport> {
    let pairs: Vec<(&[u8], &[u8])> = pairs(text).collect();
    let report = |(name, value): &(&[u8], &[u8])| {
        let (meaning, holds, mistake) = explain(request, name, value, &pairs);
        ClaimReport {
            name: show(name),
            value: show(value),
            meaning,
            holds,
            mistake,
        }
    };
    pairs.iter().map(report).collect()
}

/// Its meaning, whether it holds, and the mistake that was made.
type Explanation = (String, Option<bool>, Option<String>);

fn explain(
    request: &LinkRequest<'_>,
    name: &[u8],
    value: &[u8],
    all: &[(&[u8], &[u8])],
) -> Explanation {
    if all.iter().filter(|(other, _)| *other == name).count() > 1 && name.starts_with(b"ec_") {
        return (
            "is there twice, and the module reads neither".to_owned(),
            Some(false),
            None,
        );
    }
    match name {
        b"ec_expire" => return expire(request, value),
        b"ec_rate" | b"ec_prebuf" | b"ec_secure" => {
            return ("does nothing here".to_owned(), None, None);
        }
        _ => {}
    }
    let Some(known) = by_claim(name) else {
        let is_reserved = name
            .trim_ascii()
            .get(..3)
            .is_some_and(|start| start.eq_ignore_ascii_case(b"ec_"));
        return if is_reserved {
            let mistake = format!(
                "The module knows no claim {} and refuses the token: leave it out when you sign.",
                quote(name)
            );
            (
                "is unknown and may be a restriction".to_owned(),
                Some(false),
                Some(mistake),
            )
        } else {
            (
                "is the signer's own and demands nothing".to_owned(),
                None,
                None,
            )
        };
    };
    let entries: Vec<String> = value
        .split(|&byte| byte == b',')
        .map(|entry| show(entry.trim_ascii()))
        .collect();
    let meaning = format!("{} {}", known.says, join(&entries, "or"));
    let allow = name
        .strip_suffix(b"_deny")
        .map(|stem| [stem, b"_allow"].concat());
    if allow.is_some_and(|allow| all.iter().any(|(name, _)| *name == allow.as_slice())) {
        return (
            format!("{meaning}; the list of what is allowed counts in its place"),
            None,
            None,
        );
    }
    match holds(request, name, value) {
        Some(false) => {
            let mistake = url_mistake(request, value).filter(|_| known.reason == Reason::Url);
            (
                format!("{meaning}; {}", has(request, known.reason)),
                Some(false),
                mistake,
            )
        }
        Some(true) => (meaning, Some(true), None),
        None => {
            let mistake = format!(
                "{} cannot be read: it takes {}, and not {}.",
                show(name),
                known.form,
                quote(value)
            );
            ("cannot be read".to_owned(), Some(false), Some(mistake))
        }
    }
}

fn expire(request: &LinkRequest<'_>, value: &[u8]) -> Explanation {
    let text = show(value);
    let seconds: Option<u64> = text
        .parse()
        .ok()
        .filter(|_| value.iter().all(u8::is_ascii_digit));
    match seconds {
        None => {
            let mistake = format!("ec_expire takes a Unix time in seconds, and not \"{text}\".");
            ("is no Unix time".to_owned(), Some(false), Some(mistake))
        }
        Some(0) => ("never expires".to_owned(), Some(true), None),
        Some(seconds) => {
            let boundary = request.scheme.facts().boundary;
            let is_over = boundary.is_over(
                seconds.saturating_add(request.rules.clock_skew),
                request.now,
            );
            let is_late = boundary.is_over(seconds, request.now);
            let verb = if is_late { "expired" } else { "expires" };
            let mut meaning = format!("{verb} {}", time::dated(seconds, request.now));
            if is_late && !is_over {
                meaning.push_str(", within the clock skew");
            }
            if let Some(local) = time::local(seconds, &request.zone) {
                meaning.push_str(&format!("; {local} in the time zone of this machine"));
            }
            let mistake = (seconds >= 100_000_000_000).then(|| {
                format!(
                    "ec_expire looks like milliseconds: sign seconds, {}.",
                    seconds / 1000
                )
            });
            (meaning, Some(!is_over), mistake)
        }
    }
}

/// Whether the module would let the request in for this claim alone. `None` for a claim that cannot be read.
fn holds(request: &LinkRequest<'_>, name: &[u8], value: &[u8]) -> Option<bool> {
    let claim = [name, b"=", value].concat();
    match inspect::refusal(&request.scheme, &claim, &request.parts(), &request.rules).ok()? {
        None => Some(true),
        Some(Reason::Malformed) => None,
        Some(_) => Some(false),
    }
}

/// What the request has, where that does not fit.
fn has(request: &LinkRequest<'_>, reason: Reason) -> String {
    let or = |value: &[u8], none: &str| {
        if value.is_empty() {
            none.to_owned()
        } else {
            quote(value)
        }
    };
    match reason {
        Reason::Url => format!("the path is {}", quote(&request.path)),
        Reason::ClientIp => match request.bound_ip() {
            Some(address) => format!("the client has {}", quote(address)),
            None => "the client's address is not known (--client-ip)".to_owned(),
        },
        Reason::Country => match request.country {
            Some(code) => format!("the client's country is {}", or(code, "not known")),
            None => "nobody says the client's country (--country)".to_owned(),
        },
        Reason::Referrer => format!(
            "the page is {}",
            or(request.referrer, "none (--header 'Referer: …')")
        ),
        Reason::Host => format!(
            "the host is {}",
            or(&request.host, "not known (--header 'Host: …')")
        ),
        Reason::Protocol => format!(
            "the protocol is {}",
            or(
                request.protocol.as_bytes(),
                "not known (give the whole URL)"
            )
        ),
        _ => "it does not".to_owned(),
    }
}

/// What is wrong with an `ec_url_allow` that the path does not begin with.
fn url_mistake(request: &LinkRequest<'_>, value: &[u8]) -> Option<String> {
    let begins = |entry: &[u8]| request.path.starts_with(entry);
    for entry in value.split(|&byte| byte == b',').map(<[u8]>::trim_ascii) {
        let shown = quote(entry);
        if percent_decoded(entry).is_some_and(|decoded| decoded != entry && begins(&decoded)) {
            return Some(format!(
                "ec_url_allow was signed percent-encoded, {shown}: sign paths decoded."
            ));
        }
        if request
            .path
            .to_ascii_lowercase()
            .starts_with(&entry.to_ascii_lowercase())
        {
            return Some(format!(
                "ec_url_allow has {shown} in another case than the path: sign it as it is requested, or set secure_token_ignore_case."
            ));
        }
        if unicode::begins_in_another_form(&request.path, entry) {
            return Some(format!(
                "ec_url_allow has {shown} in another normal form of Unicode than the path (NFC and NFD look alike): sign it as \
                 it is requested."
            ));
        }
        if entry.strip_suffix(b"*").is_some_and(begins) {
            return Some(format!(
                "ec_url_allow has {shown}, and \"*\" is a plain character there: leave it out."
            ));
        }
    }
    None
}
