//! What is put in front of what.

use token::inspect::HashUse;
use token::{Part, SCHEMES, Scheme};

use crate::digest::{self, Message};
use crate::mistake::{LinkPart, UsualMistake};
use crate::text::{join, quote};
use crate::way::Way;

/// What people put between the parts.
const BETWEEN: [&str; 9] = ["", " ", "_", "-", ":", "|", "/", "&", "\n"];

/// What "echo" puts behind a text that is piped to a program, on Unix and on Windows.
const ENDS: [&str; 2] = ["\n", "\r\n"];

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
    "The token is an HMAC, with the secret as its key: {scheme} takes the plain {hash}.",
);
static KEYED_NEWLINE: UsualMistake = usual(
    "message-hmac-newline",
    "The token is an HMAC, with the secret as its key: {scheme} takes the plain {hash}. There was a newline at the end of the \
     hashed text, as \"echo\" writes it: use printf '%s', or echo -n.",
);
static NOT_KEYED: UsualMistake = usual(
    "message-not-hmac",
    "The token is the plain {hash} of {parts}: {scheme} takes an HMAC, with the secret as its key.",
);

/// The usual mistakes with what is hashed.
pub(crate) fn usual_mistakes() -> impl Iterator<Item = &'static UsualMistake> {
    [
        &NEWLINE,
        &OTHER_SCHEME,
        &ORDER,
        &KEYED,
        &KEYED_NEWLINE,
        &NOT_KEYED,
    ]
    .into_iter()
}

/// The scheme's own message, those of the other schemes, and every order. `has_address`: the link is bound to one;
/// `may_have_address`: one is known that may have been signed.
pub(crate) fn of(scheme: Scheme, has_address: bool, may_have_address: bool) -> Vec<Way<Message>> {
    let Some(format) = scheme.facts().format() else {
        return Vec::new();
    };
    let hash = HashUse::of(format.digest.function);
    let own = Message {
        hash,
        parts: format.message.to_vec(),
    };
    let right = parts_in_words(&own.parts, has_address);
    let name = ("scheme", scheme.name());
    let mut ways = vec![Way::right(own.clone())];
    for end in ENDS {
        ways.push(Way::wrong(ended(&own, end), NEWLINE.made(&[])));
    }
    for (other, message) in other_schemes(scheme) {
        let parts = parts_in_words(&message.parts, has_address);
        let words = [name, ("other", other), ("parts", &parts), ("right", &right)];
        ways.push(Way::wrong(message, OTHER_SCHEME.made(&words)));
    }
    for message in messages(scheme, hash, may_have_address) {
        if message.parts != own.parts {
            let parts = parts_in_words(&message.parts, true);
            let mistake = ORDER.made(&[name, ("parts", &parts), ("right", &right)]);
            ways.push(Way::wrong(message, mistake));
        }
    }
    let other_use = HashUse {
        is_keyed: !hash.is_keyed,
        ..hash
    };
    let hash_name = ("hash", hash.hash.name());
    for message in messages(scheme, other_use, may_have_address) {
        if !other_use.is_keyed {
            let parts = parts_in_words(&message.parts, true);
            let mistake = NOT_KEYED.made(&[name, hash_name, ("parts", &parts)]);
            ways.push(Way::wrong(message, mistake));
            continue;
        }
        for end in ENDS {
            let mistake = KEYED_NEWLINE.made(&[name, hash_name]);
            ways.push(Way::wrong(ended(&message, end), mistake));
        }
        ways.push(Way::wrong(message, KEYED.made(&[name, hash_name])));
    }
    ways
}

fn ended(message: &Message, end: &'static str) -> Message {
    let mut message = message.clone();
    message.parts.push(Part::Literal(end));
    message
}

/// Names and messages of the other schemes whose tokens stand in the same place, are as long, and are for the same path.
fn other_schemes(scheme: Scheme) -> impl Iterator<Item = (&'static str, Message)> {
    let kind = |scheme: Scheme| {
        let length = scheme.facts().format()?.digest.length();
        Some((scheme.facts().carrier, length, digest::path_part(scheme)))
    };
    let others = SCHEMES
        .iter()
        .filter(move |other| other.name() != scheme.name() && kind(**other) == kind(scheme));
    others.filter_map(|other| {
        let format = other.facts().format()?;
        let message = Message {
            hash: HashUse::of(format.digest.function),
            parts: format.message.to_vec(),
        };
        Some((other.name(), message))
    })
}

/// Every order of the parts, with everything that people put between.
fn messages(scheme: Scheme, hash: HashUse, may_have_address: bool) -> Vec<Message> {
    let (path, time) = (digest::path_part(scheme), Part::Time);
    let orders = if hash.is_keyed {
        orders(&[path, time], may_have_address)
    } else {
        orders(&[Part::Secret, path, time], may_have_address)
    };
    let every = orders.iter().flat_map(|order| {
        BETWEEN.map(|between| Message {
            hash,
            parts: separated(order, between),
        })
    });
    every.collect()
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

fn separated(order: &[Part], between: &'static str) -> Vec<Part> {
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
        Part::RawPath => Some("path as it is sent".to_owned()),
        Part::RawUri => Some("path and query as they are sent".to_owned()),
        Part::Time => Some("expiry".to_owned()),
        Part::ClientIp => has_address.then(|| "address".to_owned()),
        Part::Literal(" ") => Some("a blank".to_owned()),
        Part::Literal("\n") => Some("a newline".to_owned()),
        Part::Literal(text) => Some(quote(text.as_bytes())),
    };
    join(&parts.iter().filter_map(name).collect::<Vec<_>>(), "and")
}
