//! What is allowed, and most often not meant.

use explain::carried_expiry;
use explain::path::percent_decoded;
use explain::text::show;
use explain::time::{self, DAY, YEAR};
use token::{ClientIp, Part, Rules, Scheme};

use super::Args;
use crate::lifetime::Lifetime;
use crate::output::warning;

/// Longer than this nobody means a link to live.
const LONG: u64 = 10 * YEAR;

pub(super) fn warn(args: &Args, scheme: &Scheme, rules: &Rules, now: u64) {
    for message in messages(args, scheme, rules, now) {
        warning(&message);
    }
}

fn messages(args: &Args, scheme: &Scheme, rules: &Rules, now: u64) -> Vec<String> {
    let mut messages = Vec::new();
    if let Some(expires) = args.expires(now) {
        let expires = carried_expiry(scheme, rules, expires).unwrap_or(u64::MAX);
        if scheme.facts().boundary.is_over(expires, now) {
            messages.push(format!(
                "the link has expired already: {}",
                time::dated(expires, now)
            ));
        }
        let lifetime = expires.saturating_sub(now);
        if let Some(meant) = args.expires_in.and_then(meant_as_milliseconds) {
            messages.push(format!(
                "the link opens for {}; if that was meant in milliseconds, write --expires-in {meant}",
                time::length(lifetime)
            ));
        } else if lifetime > LONG {
            messages.push(format!(
                "the link opens for {}, until {}; whoever gets hold of it has it as long",
                time::length(lifetime),
                time::utc(expires)
            ));
        }
    }
    messages.extend(opens_later(args, scheme, rules, now));
    let paths = args
        .claims
        .0
        .iter()
        .find(|(name, _)| name == "ec_url_allow");
    for entry in paths.iter().flat_map(|(_, value)| value.split(',')) {
        if entry.trim() == "/" {
            messages.push(
                "--url-allow / opens every path that this secret protects; name a directory"
                    .to_owned(),
            );
        }
        messages.extend(escape_warning("--url-allow", entry));
    }
    if signs_decoded_path(scheme) {
        messages.extend(
            args.link
                .named_path()
                .and_then(|path| escape_warning("--path", path)),
        );
    }
    if args.link.client_ip.is_none()
        && !args.link.is_unbound
        && scheme.facts().client_ip == ClientIp::Always
    {
        messages.push(format!(
            "links of {} are bound to the client's address, and this one is not; give it with --client-ip, unless the \
             location has \"secure_token_client_ip off\"",
            scheme.name()
        ));
    }
    if let Some(address) = &args.link.client_ip
        && matches!(
            scheme.facts().client_ip,
            ClientIp::Optional | ClientIp::Always
        )
        && address.parse::<std::net::IpAddr>().is_err()
    {
        messages.push(format!(
            "\"{address}\" is no address; it is signed as it stands"
        ));
    }
    messages
}

/// Where a time of issue may lie no further ahead than the lifetime, a link that is to open for longer is refused at first.
fn opens_later(args: &Args, scheme: &Scheme, rules: &Rules, now: u64) -> Option<String> {
    let has_window = scheme.facts().format().is_some_and(|format| format.window);
    let issued = args.expires(now)?.checked_sub(rules.lifetime)?;
    let opens = issued.saturating_sub(rules.lifetime);
    (has_window && opens > now).then(|| {
        format!(
            "the link opens from {} on: a time of issue that lies further ahead than the lifetime, {}, is refused; write an \
             earlier expiry, or a longer --ttl here and secure_token_ttl in the location",
            time::utc(opens),
            time::length(rules.lifetime)
        )
    })
}

/// What a lifetime without a unit is in seconds, where it looks like milliseconds.
fn meant_as_milliseconds(lifetime: Lifetime) -> Option<u64> {
    let Lifetime { seconds, is_bare } = lifetime;
    (is_bare && seconds > 30 * DAY && seconds.is_multiple_of(1000)).then_some(seconds / 1000)
}

/// Whether a path with escapes would be another one: not where it is signed as it is sent.
fn signs_decoded_path(scheme: &Scheme) -> bool {
    match scheme.facts().format() {
        Some(format) => format.message.iter().any(|part| {
            matches!(
                part,
                Part::Path | Part::Directory | Part::Parent | Part::Stream
            )
        }),
        None => true,
    }
}

fn escape_warning(option: &str, path: &str) -> Option<String> {
    let decoded = percent_decoded(path.as_bytes())?;
    (decoded != path.as_bytes()).then(|| {
        format!(
            "{option} \"{path}\" is compared with decoded paths as it stands; if it is percent-encoded, write \"{}\"",
            show(&decoded)
        )
    })
}
