//! What is put in front of what.

use token::{Anatomy, Part, SCHEMES, Scheme};

use crate::digest::Message;
use crate::mistake::{LinkPart, UsualMistake};
use crate::text::{join, quote};
use crate::way::Way;

/// What people put between the parts.
const BETWEEN: [&[u8]; 9] = [b"", b" ", b"_", b"-", b":", b"|", b"/", b"&", b"\n"];

/// What "echo" puts behind a text that is piped to a program, on Unix and on Windows.
const ENDS: [&[u8]; 2] = [b"\n", b"\r\n"];

const fn usual(id: &'static str, sentence: &'static str) -> UsualMistake {
    UsualMistake {
        id,
        part: LinkPart::Message,
        sentence,
    }
}

static NEWLINE: UsualMistake = usual(
    "message-newline",
    "There was a newline at the end of the hashed text, as \"echo\" writes it: use printf '%s', or echo -n.",
);
static OTHER_SCHEME: UsualMistake = usual(
    "message-of-another-scheme",
    "The link was signed as one of {other}, which hashes {parts}: {scheme} hashes {right}.",
);
static ORDER: UsualMistake = usual(
    "message-order",
    "The parts were hashed in another order or with something else between: {parts}. {scheme} hashes {right}.",
);
static KEYED: UsualMistake = usual(
    "message-hmac",
    "The token is an HMAC, with the secret as its key: {scheme} takes the plain MD5.",
);
static KEYED_NEWLINE: UsualMistake = usual(
    "message-hmac-newline",
    "The token is an HMAC, with the secret as its key: {scheme} takes the plain MD5. There was a newline at the end of the \
     hashed text, as \"echo\" writes it: use printf '%s', or echo -n.",
);

/// The usual mistakes with what is hashed.
pub(crate) fn usual_mistakes() -> impl Iterator<Item = &'static UsualMistake> {
    [&NEWLINE, &OTHER_SCHEME, &ORDER, &KEYED, &KEYED_NEWLINE].into_iter()
}

/// The scheme's own message, those of the other schemes, and every order. `has_address`: the link is bound to one;
/// `may_have_address`: one is known that may have been signed.
pub(crate) fn of(
    scheme: &dyn Scheme,
    has_address: bool,
    may_have_address: bool,
) -> Vec<Way<Message>> {
    let own = scheme.facts().message();
    let right = parts_in_words(own, has_address);
    let name = ("scheme", scheme.name());
    let mut ways = vec![Way::right(Message::Plain(own.to_vec()))];
    for end in ENDS {
        let message = [own, &[Part::Literal(end)]].concat();
        ways.push(Way::wrong(Message::Plain(message), NEWLINE.made(&[])));
    }
    for other in SCHEMES {
        let facts = other.facts();
        if facts.name != scheme.name() && facts.anatomy != Anatomy::Sealed {
            let parts = parts_in_words(facts.message(), has_address);
            let words = [
                name,
                ("other", facts.name),
                ("parts", &parts),
                ("right", &right),
            ];
            let message = Message::Plain(facts.message().to_vec());
            ways.push(Way::wrong(message, OTHER_SCHEME.made(&words)));
        }
    }
    for order in orders(&[Part::Secret, Part::Path, Part::Expires], may_have_address) {
        for between in BETWEEN {
            let message = separated(&order, between);
            if message != own {
                let parts = parts_in_words(&message, true);
                let mistake = ORDER.made(&[name, ("parts", &parts), ("right", &right)]);
                ways.push(Way::wrong(Message::Plain(message), mistake));
            }
        }
    }
    for order in orders(&[Part::Path, Part::Expires], may_have_address) {
        for between in BETWEEN {
            let message = separated(&order, between);
            for end in ENDS {
                let message = [message.as_slice(), &[Part::Literal(end)]].concat();
                ways.push(Way::wrong(
                    Message::Keyed(message),
                    KEYED_NEWLINE.made(&[name]),
                ));
            }
            ways.push(Way::wrong(Message::Keyed(message), KEYED.made(&[name])));
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
fn parts_in_words(parts: &[Part], has_address: bool) -> String {
    let name = |part: &Part| match part {
        Part::Secret => Some("secret".to_owned()),
        Part::Path => Some("path".to_owned()),
        Part::Expires => Some("expiry".to_owned()),
        Part::ClientIp => has_address.then(|| "address".to_owned()),
        Part::Literal(b" ") => Some("a blank".to_owned()),
        Part::Literal(b"\n") => Some("a newline".to_owned()),
        Part::Literal(bytes) => Some(quote(bytes)),
    };
    join(&parts.iter().filter_map(name).collect::<Vec<_>>(), "and")
}
