//! What is put in front of what.

use token::{Anatomy, Part, SCHEMES, Scheme};

use super::super::digest::Message;
use super::super::search::Way;
use crate::text::join;

/// What people put between the parts.
const BETWEEN: [&[u8]; 9] = [b"", b" ", b"_", b"-", b":", b"|", b"/", b"&", b"\n"];

/// What "echo" puts behind a text that is piped to a program, on Unix and on Windows.
const ENDS: [&[u8]; 2] = [b"\n", b"\r\n"];
const NEWLINE: &str = "There was a newline at the end of the hashed text, as \"echo\" writes it: use printf '%s', or echo -n.";

/// The scheme's own message, those of the other schemes, and every order. `has_address`: the link is bound to one;
/// `may_have_address`: one is known that may have been signed.
pub(super) fn of(
    scheme: &dyn Scheme,
    has_address: bool,
    may_have_address: bool,
) -> Vec<Way<Message>> {
    let own = scheme.facts().message();
    let mut ways = vec![Way::right(Message::Plain(own.to_vec()))];
    for end in ENDS {
        let message = [own, &[Part::Literal(end)]].concat();
        ways.push(Way::wrong(Message::Plain(message), NEWLINE));
    }
    for other in SCHEMES {
        if other.name() != scheme.name() && other.facts().anatomy != Anatomy::Sealed {
            let mistake = format!(
                "The link was signed as one of {}, which hashes {}: {} hashes {}.",
                other.name(),
                named(other.facts().message(), has_address),
                scheme.name(),
                named(own, has_address)
            );
            ways.push(Way::wrong(
                Message::Plain(other.facts().message().to_vec()),
                mistake,
            ));
        }
    }
    for order in orders(&[Part::Secret, Part::Path, Part::Expires], may_have_address) {
        for between in BETWEEN {
            let message = separated(&order, between);
            if message == own {
                continue;
            }
            let mistake = format!(
                "The parts were hashed in another order or with something else between: {}. {} hashes {}.",
                named(&message, true),
                scheme.name(),
                named(own, has_address)
            );
            ways.push(Way::wrong(Message::Plain(message), mistake));
        }
    }
    for order in orders(&[Part::Path, Part::Expires], may_have_address) {
        for between in BETWEEN {
            let mistake = format!(
                "The token is an HMAC, with the secret as its key: {} takes the plain MD5.",
                scheme.name()
            );
            let message = separated(&order, between);
            for end in ENDS {
                let message = [message.as_slice(), &[Part::Literal(end)]].concat();
                ways.push(Way::wrong(
                    Message::Keyed(message),
                    format!("{mistake} {NEWLINE}"),
                ));
            }
            ways.push(Way::wrong(Message::Keyed(message), mistake));
        }
    }
    ways
}

/// Every order of the parts, and then every order of them and the address.
fn orders(parts: &[Part], may_have_address: bool) -> Vec<Vec<Part>> {
    let mut all = permutations(parts);
    if may_have_address {
        all.extend(permutations(&[parts, &[Part::ClientIp]].concat()));
    }
    all
}

fn permutations(parts: &[Part]) -> Vec<Vec<Part>> {
    if parts.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for first in parts {
        let rest: Vec<Part> = parts.iter().copied().filter(|part| part != first).collect();
        for behind in permutations(&rest) {
            all.push([&[*first], behind.as_slice()].concat());
        }
    }
    all
}

fn separated(order: &[Part], between: &'static [u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    for part in order {
        if !parts.is_empty() && !between.is_empty() {
            parts.push(Part::Literal(between));
        }
        parts.push(*part);
    }
    parts
}

/// `secret, path and expiry`
pub(in super::super) fn named(parts: &[Part], has_address: bool) -> String {
    let name = |part: &Part| match part {
        Part::Secret => Some("secret".to_owned()),
        Part::Path => Some("path".to_owned()),
        Part::Expires => Some("expiry".to_owned()),
        Part::ClientIp => has_address.then(|| "address".to_owned()),
        Part::Literal(b" ") => Some("a blank".to_owned()),
        Part::Literal(b"\n") => Some("a newline".to_owned()),
        Part::Literal(bytes) => Some(crate::text::quote(bytes)),
    };
    join(&parts.iter().filter_map(name).collect::<Vec<_>>(), "and")
}
