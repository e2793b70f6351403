//! Every way that signers were seen to take the parts of what is signed, the right one first.

mod alike;
mod messages;
mod paths;
mod secrets;

use super::digest;
use super::found::Found;
use super::search::{Bytes, Way, Ways};
use crate::request::Asked;
use crate::time::{HOUR, MINUTE};

/// `given_ip`: the address of the command line, whether or not the scheme is told of it.
pub(super) fn of(asked: &Asked<'_>, found: &Found, given_ip: Option<&str>) -> Ways {
    let addresses = addresses(asked, given_ip);
    let may_have_address = addresses.iter().any(|way| !way.value.is_empty());
    Ways {
        messages: messages::of(asked.scheme, asked.client_ip.is_some(), may_have_address),
        secrets: secrets::of(&asked.secrets),
        paths: paths::of(asked),
        expiries: expiries(found),
        addresses,
    }
}

/// Every way that a secret may have been taken.
pub(super) fn secrets_of(secrets: &[&[u8]]) -> Vec<Way<Bytes>> {
    secrets::of(secrets)
}

fn expiries(found: &Found) -> Vec<Way<Bytes>> {
    let text = found.expires.clone().unwrap_or_default();
    let mut ways = vec![Way::right(text.clone().into())];
    if !text.is_empty() {
        ways.push(Way::wrong(
            Vec::new(),
            "The expiry was not signed: it belongs into what is hashed.",
        ));
    }
    let Some(seconds) = found.seconds() else {
        return ways;
    };
    let mut add = |other: Option<u64>, mistake: String| {
        let other = other.map(|other| other.to_string().into_bytes());
        ways.extend(other.map(|other| Way::wrong(other, mistake)));
    };
    let units = "The expiry was signed in another unit than it stands in the link";
    add(
        seconds.checked_mul(1000),
        format!("{units}: signed in milliseconds. Sign and send seconds."),
    );
    add(
        seconds.checked_div(1000),
        format!("{units}: sent in milliseconds. Sign and send seconds."),
    );
    // Some zones are off by half an hour or three quarters; none by more than 14 hours.
    for off in (HOUR / 4..=14 * HOUR).step_by(15 * 60) {
        for (other, direction) in [
            (seconds.checked_add(off), "later"),
            (seconds.checked_sub(off), "earlier"),
        ] {
            add(
                other,
                format!(
                    "The expiry that was signed is {} {direction} than the one in the link: local time was taken for UTC, \
                     or the other way round. Work with Unix times.",
                    hours(off)
                ),
            );
        }
    }
    ways
}

/// `2 hours`, `5 h 30 min`
fn hours(seconds: u64) -> String {
    let (hours, minutes) = (seconds / HOUR, seconds % HOUR / MINUTE);
    match (hours, minutes) {
        (0, minutes) => format!("{minutes} minutes"),
        (hours, 0) => crate::text::count(hours, "hour"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

fn addresses(asked: &Asked<'_>, given: Option<&str>) -> Vec<Way<Bytes>> {
    let right = asked.client_ip.map(digest::client_ip).unwrap_or_default();
    let mut ways: Vec<Way<Bytes>> = vec![Way::right(right.clone().into())];
    let mut add = |address: &[u8], mistake: &str| {
        if ways.iter().all(|way| way.value.as_slice() != address) {
            ways.push(Way::wrong(address.to_vec(), mistake));
        }
    };
    if !right.is_empty() {
        add(
            b"",
            "The client's address was left out when the link was signed: sign it, or leave secure_token_client_ip out.",
        );
        for spelling in spellings(given.unwrap_or_default()) {
            add(
                spelling.as_bytes(),
                "The client's address was signed in another spelling: IPv6 is signed in its short form in lower case, \
                 such as 2001:db8::1, and an IPv4 address as such.",
            );
        }
        return ways;
    }
    for address in [given, Some("127.0.0.1"), Some("::1")]
        .into_iter()
        .flatten()
    {
        for spelling in spellings(address) {
            let mistake = format!(
                "The client's address {address} was signed, and is not looked at here: leave it out, or (gcore) set \
                 secure_token_client_ip and give --client-ip {address}."
            );
            add(spelling.as_bytes(), &mistake);
        }
    }
    ways
}

/// Every spelling of an address.
fn spellings(given: &str) -> Vec<String> {
    let mut all = vec![given.to_owned()];
    if let Ok(address) = given.parse::<std::net::IpAddr>() {
        let long = match address {
            std::net::IpAddr::V4(address) => address.to_ipv6_mapped(),
            std::net::IpAddr::V6(address) => address,
        };
        let full: Vec<String> = long
            .segments()
            .iter()
            .map(|part| format!("{part:04x}"))
            .collect();
        let plain: Vec<String> = long
            .segments()
            .iter()
            .map(|part| format!("{part:x}"))
            .collect();
        all.extend([
            address.to_string(),
            long.to_string(),
            full.join(":"),
            plain.join(":"),
        ]);
    }
    for text in all.clone() {
        all.extend([text.to_ascii_uppercase(), format!("[{text}]")]);
    }
    all
}
