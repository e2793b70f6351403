//! What signers take for the client's address.

use std::net::IpAddr;

use crate::digest;
use crate::link_request::LinkRequest;
use crate::mistake::{LinkPart, UsualMistake};
use crate::text::show;
use crate::way::{Bytes, Way};

const fn usual(id: &'static str, sentence: &'static str) -> UsualMistake {
    UsualMistake {
        id,
        part: LinkPart::Address,
        sentence,
    }
}

static NOT_SIGNED: UsualMistake = usual(
    "address-not-signed",
    "The client's address was left out when the link was signed: sign it, or leave secure_token_client_ip out.",
);
static SPELLING: UsualMistake = usual(
    "address-spelling",
    "The client's address was signed in another spelling: IPv6 is signed in its short form in lower case, such as \
     2001:db8::1, and an IPv4 address as such.",
);
static NOT_LOOKED_AT: UsualMistake = usual(
    "address-not-looked-at",
    "The client's address {address} was signed, and is not looked at here: leave it out, or, if the scheme binds links to \
     addresses, set secure_token_client_ip and give --client-ip {address}.",
);

/// The usual mistakes with an address.
pub(crate) fn usual_mistakes() -> impl Iterator<Item = &'static UsualMistake> {
    [&NOT_SIGNED, &SPELLING, &NOT_LOOKED_AT].into_iter()
}

/// The address that the link is bound to, if it is, and what else may have been signed.
pub(crate) fn of(request: &LinkRequest<'_>) -> Vec<Way<Bytes>> {
    let right = digest::address(request);
    let given = request.client_ip.map(show);
    let mut ways: Vec<Way<Bytes>> = vec![Way::right(right.clone().into())];
    let mut add = |address: &[u8], mistake: &'static UsualMistake, words: &[(&str, &str)]| {
        if ways.iter().all(|way| way.value.as_slice() != address) {
            ways.push(Way::wrong(address.to_vec(), mistake.made(words)));
        }
    };
    if !right.is_empty() {
        add(b"", &NOT_SIGNED, &[]);
        for spelling in spellings(&given.unwrap_or_default()) {
            add(spelling.as_bytes(), &SPELLING, &[]);
        }
        return ways;
    }
    // Those of a machine on which links are tried.
    let local = [Some("127.0.0.1"), Some("::1")];
    for address in [given.as_deref()].into_iter().chain(local).flatten() {
        for spelling in spellings(address) {
            add(spelling.as_bytes(), &NOT_LOOKED_AT, &[("address", address)]);
        }
    }
    ways
}

/// Every spelling of an address.
fn spellings(given: &str) -> Vec<String> {
    let mut all = vec![given.to_owned()];
    if let Ok(address) = given.parse::<IpAddr>() {
        let long = match address {
            IpAddr::V4(address) => address.to_ipv6_mapped(),
            IpAddr::V6(address) => address,
        };
        let parts = long.segments();
        let full = parts.map(|part| format!("{part:04x}"));
        let plain = parts.map(|part| format!("{part:x}"));
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
