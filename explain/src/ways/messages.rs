//! What is put in front of what.

use std::borrow::Cow;

use token::inspect::HashUse;
use token::{Format, Part, Scheme, TimeEvent, scheme};

use super::orders::{self, Ordered};
use crate::digest::{self, Message, PartValues};
use crate::link_request::LinkRequest;
use crate::mistake::{LinkPart, Mistake, UsualMistake};
use crate::right_values::RightValues;
use crate::search::MOST;
use crate::text::{join, quote};
use crate::token_fields::TokenFields;
use crate::way::Way;

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

static LEFT_OUT: UsualMistake = usual(
    "message-left-out",
    "The {part} was not signed: {scheme} hashes {right}.",
);

/// The usual mistakes with what is hashed.
pub(crate) fn usual_mistakes() -> impl Iterator<Item = &'static UsualMistake> {
    [
        &NEWLINE,
        &OTHER_SCHEME,
        &LEFT_OUT,
        &ORDER,
        &KEYED,
        &KEYED_NEWLINE,
        &NOT_KEYED,
    ]
    .into_iter()
}

/// The scheme's own message, those of the other schemes, its own without a part, and every order. `may_have_address`: one
/// is known that may have been signed.
pub(crate) fn of(
    request: &LinkRequest<'_>,
    fields: &TokenFields,
    right: &RightValues,
    may_have_address: bool,
) -> Vec<Way<Message>> {
    let Some(format) = request.scheme.facts().format() else {
        return Vec::new();
    };
    let has_address = request.bound_ip().is_some();
    let own = Message::of(format);
    let chosen = chosen(request, fields, right, &own);
    let in_words = |parts: &[Part], has_address| parts_in_words(format, parts, has_address);
    let said = in_words(&chosen, has_address);
    let name = ("scheme", request.scheme.name());
    let mut ways = Tried(vec![Way::right(own.clone())]);
    for end in ENDS {
        ways.add(ended(&own, end), || NEWLINE.made(&[]));
    }
    for (other, message) in other_schemes(&request.scheme) {
        let parts = in_words(&message.parts, has_address);
        let words = [
            name,
            ("other", &*other),
            ("parts", &parts),
            ("right", &said),
        ];
        ways.add(message, || OTHER_SCHEME.made(&words));
    }
    for (part, parts) in with_one_left_out(&chosen, is_forgotten) {
        let part = in_words(&[part], true);
        let message = Message { parts, ..own };
        ways.add(message, || {
            LEFT_OUT.made(&[name, ("part", &part), ("right", &said)])
        });
    }
    let hash = own.hash;
    let own_between = orders::with_own_between(&chosen, hash).into_iter();
    for Ordered { message, cost } in
        own_between.chain(orders::of(&chosen, right, hash, may_have_address))
    {
        let parts = in_words(&message.parts, true);
        ways.add_costing(cost, message, || {
            ORDER.made(&[name, ("parts", &parts), ("right", &said)])
        });
    }
    let other_use = HashUse {
        is_keyed: !hash.is_keyed,
        ..hash
    };
    let hash_name = ("hash", digest::name(hash.hash));
    let own = with_other_use(&chosen, other_use).into_iter();
    let own = own.map(|message| Ordered { message, cost: 1 });
    for Ordered { message, cost } in
        own.chain(orders::of(&chosen, right, other_use, may_have_address))
    {
        if !other_use.is_keyed {
            let parts = in_words(&message.parts, true);
            ways.add_costing(cost, message, || {
                NOT_KEYED.made(&[name, hash_name, ("parts", &parts)])
            });
            continue;
        }
        for end in ENDS {
            ways.add_costing(MOST, ended(&message, end), || {
                KEYED_NEWLINE.made(&[name, hash_name])
            });
        }
        ways.add_costing(cost, message, || KEYED.made(&[name, hash_name]));
    }
    ways.0
}

/// Messages to try, each once.
struct Tried(Vec<Way<Message>>);

impl Tried {
    fn add(&mut self, message: Message, mistake: impl FnOnce() -> Mistake) {
        self.add_costing(1, message, mistake);
    }

    fn add_costing(&mut self, cost: usize, message: Message, mistake: impl FnOnce() -> Mistake) {
        if self.0.iter().all(|way| way.value != message) {
            self.0.push(Way::wrong(message, mistake()).costing(cost));
        }
    }
}

/// The parts of the scheme's own message that are hashed of this link.
fn chosen(
    request: &LinkRequest<'_>,
    fields: &TokenFields,
    right: &RightValues,
    own: &Message,
) -> Vec<Part> {
    let values = PartValues {
        secret: b"",
        path: b"",
        time: fields.time.as_deref().unwrap_or_default(),
        client_ip: &digest::address(request),
        right,
    };
    let chosen = values.chosen(&own.parts).into_iter();
    // What is empty leaves nothing to err about. Of an address it is said elsewhere.
    let is_hashed = |part: &&Part| match part {
        Part::Args | Part::Field(_) | Part::Variable(_) => !right.of(part).is_empty(),
        _ => true,
    };
    chosen.filter(is_hashed).cloned().collect()
}

fn ended(message: &Message, end: &'static str) -> Message {
    let mut message = message.clone();
    message.parts.push(Part::Literal(Cow::Borrowed(end)));
    message
}

/// Names and messages of the other schemes whose tokens stand in the same place, are as long, and are for the same path
/// and the same fields.
fn other_schemes(scheme: &Scheme) -> Vec<(String, Message)> {
    let kind = |scheme: &Scheme| {
        let length = scheme.facts().format()?.digest.length();
        Some((scheme.facts().carrier, length, digest::path_part(scheme)))
    };
    let own = scheme.facts().format();
    let others = scheme::all().into_iter();
    let others =
        others.filter(|other| other.name() != scheme.name() && kind(other) == kind(scheme));
    let message = |other: Scheme| {
        let format = other.facts().format()?;
        let parts = format.message.iter().map(|part| as_own(part, format, own?));
        let message = Message {
            hash: HashUse::of(format.digest),
            parts: parts.collect::<Option<_>>()?,
        };
        Some((other.name().to_owned(), message))
    };
    others.filter_map(message).collect()
}

/// A part of another format as one of the own; `None` where that has no such part.
fn as_own(part: &Part, other: &Format, own: &Format) -> Option<Part> {
    match part {
        Part::Field(id) => {
            let field = other.fields.get(usize::from(*id))?;
            let at = own
                .fields
                .iter()
                .position(|known| known.name == field.name)?;
            Some(Part::Field(at.try_into().ok()?))
        }
        Part::Variable(_) => None,
        Part::Time if own.time.is_none() => None,
        part => Some(part.clone()),
    }
}

const fn is_forgotten(part: &Part) -> bool {
    matches!(part, Part::Field(_) | Part::Args | Part::Variable(_))
}

/// Each such part, and the message without it, also without what stands in front of it or behind it.
fn with_one_left_out(
    parts: &[Part],
    is_left_out: impl Fn(&Part) -> bool,
) -> Vec<(Part, Vec<Part>)> {
    let mut all = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        if !is_left_out(part) {
            continue;
        }
        let (front, behind) = parts.split_at_checked(at).unwrap_or_default();
        let behind = behind.get(1..).unwrap_or_default();
        all.push((part.clone(), [front, behind].concat()));
        if let [front @ .., Part::Literal(_)] = front {
            all.push((part.clone(), [front, behind].concat()));
        }
        if let [Part::Literal(_), behind @ ..] = behind {
            all.push((part.clone(), [front, behind].concat()));
        }
    }
    all
}

/// The own message with the other use of the secret: as the key, and not among the parts, or in front of them or behind.
fn with_other_use(chosen: &[Part], other_use: HashUse) -> Vec<Message> {
    let all = if other_use.is_keyed {
        let without = with_one_left_out(chosen, |part| *part == Part::Secret);
        without.into_iter().map(|(_, parts)| parts).collect()
    } else {
        let secret = std::slice::from_ref(&Part::Secret);
        vec![[secret, chosen].concat(), [chosen, secret].concat()]
    };
    let message = |parts| Message {
        hash: other_use,
        parts,
    };
    all.into_iter().map(message).collect()
}

/// `secret, path and expiry`
fn parts_in_words(format: &Format, parts: &[Part], has_address: bool) -> String {
    let name = |part: &Part| match part {
        Part::Secret => Some("secret".to_owned()),
        Part::Path => Some("path".to_owned()),
        Part::RawPath => Some("path as it is sent".to_owned()),
        Part::RawUri => Some("path and query as they are sent".to_owned()),
        Part::Directory => Some("directory".to_owned()),
        Part::Parent => Some("directory without a slash at its end".to_owned()),
        Part::Stream => Some("directory without its outer slashes".to_owned()),
        Part::Args => Some("query without the token".to_owned()),
        Part::Time => {
            let event = format.time.map(|time| time.event);
            let is_issue = event == Some(TimeEvent::Issue);
            Some(if is_issue { "time" } else { "expiry" }.to_owned())
        }
        Part::ClientIp => has_address.then(|| "address".to_owned()),
        Part::Field(id) => format
            .fields
            .get(usize::from(*id))
            .map(|field| format!("field {{{}}}", field.name)),
        Part::Variable(id) => format
            .variables
            .get(usize::from(*id))
            .map(|name| format!("variable ${name}")),
        Part::Literal(text) if text == " " => Some("a blank".to_owned()),
        Part::Literal(text) if text == "\n" => Some("a newline".to_owned()),
        // So that a backslash and an "n" do not look like a newline.
        Part::Literal(text) => Some(quote(text.replace('\\', "\\\\").as_bytes())),
        Part::Choice { .. } => None,
    };
    join(&parts.iter().filter_map(name).collect::<Vec<_>>(), "and")
}
