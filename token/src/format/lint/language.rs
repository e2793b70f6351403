//! What each part of a message may be.

use alloc::vec;
use alloc::vec::Vec;

use super::bytes::Bytes;
use crate::{FieldId, FieldKind, Format, Part, TimeSpelling, TokenPart};

/// The texts that a part may be.
#[derive(Clone, Debug)]
pub(super) enum Language {
    /// One of these bytes.
    One(Bytes),
    /// Any number of them.
    Any(Bytes),
    /// Any number of them, where a percent sign is an escape.
    Escaped(Bytes),
    /// Any number of them, but for these two side by side.
    Without(Bytes, [u8; 2]),
    /// These, one behind the other.
    All(Vec<Language>),
    /// One of these.
    Either(Vec<Language>),
}

use Language::{All, Any, Either, Escaped, One, Without};

impl Language {
    /// One of the texts.
    fn settled(self) -> Self {
        match self {
            One(bytes) => bytes.example().map_or(All(vec![]), |byte| text(&[byte])),
            Any(_) | Escaped(_) | Without(..) => All(vec![]),
            All(languages) => All(languages.into_iter().map(Self::settled).collect()),
            Either(languages) => All(languages.into_iter().take(1).map(Self::settled).collect()),
        }
    }
}

/// The client's address in an example.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Address {
    V4,
    V6,
    /// Links are not bound to it.
    Unbound,
}

/// What is not the format's to say.
#[derive(Clone, Copy)]
pub(super) struct Setting {
    pub(super) address: Address,
    /// Whether the token stands in the path, in which no percent sign is but an escape.
    pub(super) is_in_path: bool,
    /// Whether there is one text for what stands in the message twice, and one directory for all paths.
    pub(super) is_settled: bool,
}

/// What a part may be.
pub(super) struct Values {
    /// Where it is not empty.
    pub(super) some: Option<Language>,
    /// Whether it may be empty.
    pub(super) none: bool,
}

impl Values {
    const fn always(language: Language) -> Self {
        Self {
            some: Some(language),
            none: false,
        }
    }

    const fn maybe(language: Language) -> Self {
        Self {
            some: Some(language),
            none: true,
        }
    }

    /// What a part of a format may be. Paths begin alike, so that examples read well.
    pub(super) fn of(format: &Format, part: &Part, setting: Setting) -> Self {
        let all = Self::any_of(format, part, setting);
        let same = format.message.iter().filter(|other| *other == part);
        match all.some {
            Some(some) if setting.is_settled && same.count() > 1 => Self::always(some.settled()),
            _ => all,
        }
    }

    fn any_of(format: &Format, part: &Part, setting: Setting) -> Self {
        let address = setting.address;
        let is_settled = setting.is_settled;
        let path = |bytes: Bytes, behind: fn(Bytes) -> Language| {
            if is_settled {
                All(vec![text(b"/video/"), behind(bytes.without(b"/"))])
            } else {
                self::path(behind(bytes))
            }
        };
        let sent_path = || path(Bytes::SENT.without(b"?"), Escaped);
        match part {
            Part::Secret => Self::always(One(Bytes::SECRET)),
            Part::Path => Self::always(path(Bytes::PLAIN, Any)),
            Part::RawPath => Self::always(sent_path()),
            Part::RawUri => {
                let query = All(vec![text(b"?"), some(Bytes::SENT)]);
                Self::always(All(vec![sent_path(), Either(vec![All(vec![]), query])]))
            }
            Part::Directory if is_settled => Self::always(text(b"/video/")),
            Part::Parent if is_settled => Self::always(text(b"/video")),
            Part::Stream if is_settled => Self::always(text(b"video")),
            Part::Directory => Self::always(All(vec![path(Bytes::PLAIN, Any), text(b"/")])),
            // That of a file in the root is not asked for.
            Part::Parent => Self::always(All(vec![
                path(Bytes::PLAIN, Any),
                One(Bytes::PLAIN.without(b"/")),
            ])),
            Part::Stream => Self::maybe(All(vec![
                text(b"video"),
                Any(Bytes::PLAIN),
                One(Bytes::PLAIN.without(b"/")),
            ])),
            Part::Args => Self::maybe(some(Bytes::SENT)),
            Part::Time => Self {
                some: format.time.map(|time| self::time(time.spelling)),
                none: format.time.is_none_or(|time| time.is_optional),
            },
            Part::ClientIp => match address {
                Address::Unbound => Self {
                    some: None,
                    none: true,
                },
                Address::V4 | Address::V6 => Self::always(client_ip(address)),
            },
            Part::Field(id) => field(format, *id, setting.is_in_path),
            Part::Variable(id) => {
                let name = format.variables.get(usize::from(*id));
                variable(name.map_or("", |name| name), address)
            }
            Part::Literal(text) => Self::always(self::text(text.as_bytes())),
            Part::Choice { .. } => Self {
                some: None,
                none: true,
            },
        }
    }
}

fn text(text: &[u8]) -> Language {
    All(text
        .iter()
        .map(|byte| One(Bytes::NONE.and(&[*byte])))
        .collect())
}

fn path(behind: Language) -> Language {
    All(vec![text(b"/video"), behind])
}

/// At least one.
fn some(bytes: Bytes) -> Language {
    All(vec![One(bytes), Any(bytes)])
}

/// At least one, where a percent sign is an escape.
fn escaped(bytes: Bytes) -> Language {
    All(vec![One(bytes.without(b"%")), Escaped(bytes)])
}

/// From so many to so many.
fn times(bytes: Bytes, least: usize, most: usize) -> Language {
    let either = (least..=most).map(|count| All(vec![One(bytes); count]));
    Either(either.collect())
}

fn field(format: &Format, id: FieldId, is_in_path: bool) -> Values {
    let Some(field) = format.field(id) else {
        return Values {
            some: None,
            none: true,
        };
    };
    let is_rest = format.rest == Some(id);
    let language = match field.kind {
        FieldKind::Ttl => number(),
        FieldKind::Start(spelling) => Either(vec![text(b"0"), time(spelling)]),
        FieldKind::Free if is_rest => escaped(Bytes::SENT),
        FieldKind::Free => {
            let in_token = behind(&format.token, id);
            match in_token.or_else(|| behind(&format.prefix, id)) {
                Some(end) if is_in_path => {
                    let end = end.get(..1).unwrap_or_default();
                    let bytes = Bytes::SENT.without(b"/?").without(end);
                    // What is taken out of the path has no escapes.
                    if in_token.is_some() {
                        some(bytes.without(b"%"))
                    } else {
                        escaped(bytes)
                    }
                }
                // Escapes are undone there.
                Some(&[first, second, ..]) => All(vec![
                    One(Bytes::PLAIN.without(&[first])),
                    Without(Bytes::PLAIN, [first, second]),
                ]),
                Some(end) => some(Bytes::PLAIN.without(end)),
                None => some(Bytes::SENT.without(b"&")),
            }
        }
    };
    Values {
        some: Some(language),
        none: field.is_optional,
    }
}

/// The text that ends a field, where it stands among these.
fn behind(parts: &[TokenPart], id: FieldId) -> Option<&[u8]> {
    let position = parts
        .iter()
        .position(|part| *part == TokenPart::Field(id))?;
    match parts.get(position.saturating_add(1)) {
        Some(TokenPart::Text(text)) => Some(text.as_bytes()),
        _ => Some(b""),
    }
}

fn number() -> Language {
    let digits = |least, most| times(Bytes::DIGITS, least, most);
    Either(vec![
        text(b"0"),
        All(vec![One(Bytes::DIGITS.without(b"0")), digits(0, 9)]),
    ])
}

fn time(spelling: TimeSpelling) -> Language {
    let of = |bytes: &[u8]| One(Bytes::NONE.and(bytes));
    let digit = || One(Bytes::DIGITS);
    let pairs = |pairs: &[[&[u8]; 2]]| {
        Either(
            pairs
                .iter()
                .map(|pair| All(pair.iter().map(|bytes| of(bytes)).collect()))
                .collect(),
        )
    };
    let year = || All(vec![text(b"20"), of(b"23456789"), digit()]);
    let month = || pairs(&[[b"0", b"123456789"], [b"1", b"012"]]);
    let day = || {
        pairs(&[
            [b"0", b"123456789"],
            [b"1", b"0123456789"],
            [b"2", b"012345678"],
        ])
    };
    let hour = || pairs(&[[b"01", b"0123456789"], [b"2", b"0123"]]);
    let sixty = || All(vec![of(b"012345"), digit()]);
    match spelling {
        TimeSpelling::Seconds => All(vec![of(b"1234"), times(Bytes::DIGITS, 9, 9)]),
        TimeSpelling::Hex => All(vec![
            One(Bytes::HEX_DIGITS.without(b"0")),
            times(Bytes::HEX_DIGITS, 7, 7),
        ]),
        TimeSpelling::Minutes { .. } => All(vec![year(), month(), day(), hour(), sixty()]),
        // No HTTP date begins or ends as another time does, or with another.
        TimeSpelling::Iso => {
            let dash = || text(b"-");
            let colon = || text(b":");
            let date = All(vec![year(), dash(), month(), dash(), day(), text(b"T")]);
            let clock = All(vec![hour(), colon(), sixty(), colon(), sixty()]);
            let zone = Either(vec![
                text(b"Z"),
                All(vec![of(b"+-"), text(b"0"), digit(), text(b":00")]),
            ]);
            Either(vec![
                time(TimeSpelling::Seconds),
                All(vec![date, clock, zone]),
            ])
        }
    }
}

fn client_ip(address: Address) -> Language {
    let joined = |part: &dyn Fn() -> Language, between: &[u8], count: usize| {
        let mut all = vec![part()];
        for _ in 1..count {
            all.push(text(between));
            all.push(part());
        }
        All(all)
    };
    let first = Bytes::DIGITS.without(b"0");
    let octet = || {
        let hundreds = All(vec![text(b"1"), times(Bytes::DIGITS, 2, 2)]);
        Either(vec![
            All(vec![One(first), times(Bytes::DIGITS, 0, 1)]),
            hundreds,
        ])
    };
    let group = || {
        let first = Bytes::HEX_DIGITS.without(b"0");
        All(vec![One(first), times(Bytes::HEX_DIGITS, 0, 3)])
    };
    let groups = || Either((1..=3).map(|count| joined(&group, b":", count)).collect());
    match address {
        Address::V4 | Address::Unbound => joined(&octet, b".", 4),
        Address::V6 => All(vec![groups(), text(b"::"), groups()]),
    }
}

fn variable(name: &str, address: Address) -> Values {
    match name {
        "remote_addr" => Values::always(client_ip(address)),
        "scheme" => Values::always(Either(vec![text(b"http"), text(b"https")])),
        "uri" | "document_uri" => Values::always(path(Any(Bytes::PLAIN))),
        "server_port" | "remote_port" => Values::always(times(Bytes::DIGITS, 1, 5)),
        "host" | "http_host" | "server_name" => {
            Values::maybe(some(Bytes::SENT.without(b"/ABCDEFGHIJKLMNOPQRSTUVWXYZ")))
        }
        _ if name.starts_with("arg_") => Values::maybe(some(Bytes::SENT.without(b"&"))),
        _ => Values::maybe(some(Bytes::PLAIN)),
    }
}
