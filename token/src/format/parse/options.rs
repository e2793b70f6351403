//! The words behind the strings of a format.

use alloc::format;

use super::error::{FormatError, FormatString, Source};
use super::link::Link;
use crate::{Boundary, FieldKind, SecretSpelling, TimeEvent};

/// What the words say.
pub(super) struct Options {
    pub(super) boundary: Boundary,
    pub(super) lifetime: Option<u64>,
    pub(super) window: bool,
    pub(super) expired_status: Option<u16>,
    pub(super) secret: SecretSpelling,
}

/// Parses the words.
pub(super) fn parse(words: &[&str], link: &Link) -> Result<Options, FormatError> {
    let mut options = Options {
        boundary: Boundary::Inclusive,
        lifetime: None,
        window: false,
        expired_status: None,
        secret: SecretSpelling::Text,
    };
    for (index, word) in words.iter().enumerate() {
        let source = Source {
            place: FormatString::Option,
            text: word,
        };
        let name = name(word);
        let earlier = words.get(..index).unwrap_or_default();
        if earlier.iter().any(|other| self::name(other) == name) {
            // What is no option was refused where it stood first.
            return Err(
                source.error_untold(format!("\"{name}\" stands there twice; write it once"))
            );
        }
        options.take(source, link)?;
    }
    Ok(options)
}

fn name(word: &str) -> &str {
    word.split_once('=').map_or(word, |(name, _)| name)
}

impl Options {
    fn take(&mut self, source: Source<'_>, link: &Link) -> Result<(), FormatError> {
        let event = link.fields.time.map(|time| time.event);
        let value = source.text.split_once('=').map(|(_, value)| value);
        match (name(source.text), value) {
            ("exclusive" | "expired_status", _) if event.is_none() => {
                Err(source.error_in_all("links carry no time; write {expires} or {time} into the link"))
            }
            ("ttl" | "window", _) if event != Some(TimeEvent::Issue) => {
                Err(source.error_in_all("links carry no time of issue; write {time} into the link"))
            }
            ("exclusive", None) => {
                self.boundary = Boundary::Exclusive;
                Ok(())
            }
            ("window", None) => {
                self.window = true;
                Ok(())
            }
            ("ttl", Some(value)) => self.take_lifetime(source, value, link),
            ("expired_status", Some(value)) => {
                self.expired_status = value.parse().ok().filter(|code| (400..=599).contains(code));
                let is_plain = value.bytes().all(|byte| byte.is_ascii_digit());
                match self.expired_status {
                    Some(_) if is_plain => Ok(()),
                    _ => Err(source.error_in_all("it is a status from 400 to 599; write \"expired_status=410\" for one")),
                }
            }
            ("secret", Some(value)) => {
                self.secret = match value {
                    "text" => SecretSpelling::Text,
                    "hex" => SecretSpelling::Hex,
                    "base64" => SecretSpelling::Base64,
                    "base64url" => SecretSpelling::Base64Url,
                    _ => {
                        return Err(source.error(
                            0,
                            "secret",
                            "no secret is written so; write \"secret=text\", \"secret=hex\", \"secret=base64\" or \
                             \"secret=base64url\"",
                        ));
                    }
                };
                Ok(())
            }
            _ => Err(source.error_untold(
                "there is no such option; write \"exclusive\", \"ttl=time\", \"window\", \"expired_status=code\" or \
                 \"secret=text|hex|base64|base64url\"",
            )),
        }
    }

    fn take_lifetime(
        &mut self,
        source: Source<'_>,
        value: &str,
        link: &Link,
    ) -> Result<(), FormatError> {
        let says_itself = |field: &crate::Field| field.kind == FieldKind::Ttl && !field.is_optional;
        if link.fields.others.iter().any(says_itself) {
            return Err(source.error_in_all(
                "every link says so itself; leave it out, or write {ttl?} into the link",
            ));
        }
        self.lifetime = seconds(value).filter(|seconds| *seconds > 0);
        match self.lifetime {
            Some(_) => Ok(()),
            None => {
                Err(source
                    .error_in_all("it is a time of a second at least; write \"ttl=30m\" for one"))
            }
        }
    }
}

/// Units of a time in NGINX's configuration that is counted in seconds, and how many each has.
const UNITS: &[(char, u64)] = &[
    ('y', 31_536_000),
    ('M', 2_592_000),
    ('w', 604_800),
    ('d', 86_400),
    ('h', 3_600),
    ('m', 60),
    ('s', 1),
];

/// A time as NGINX's configuration writes it: units in falling order, and seconds where there is none.
fn seconds(text: &str) -> Option<u64> {
    let (mut total, mut rest, mut units) = (0u64, text, UNITS);
    while !rest.is_empty() {
        let end = rest
            .find(|char: char| !char.is_ascii_digit())
            .unwrap_or(rest.len());
        let (digits, behind) = rest.split_at_checked(end)?;
        let (factor, behind) = match behind.chars().next() {
            None | Some(' ') => {
                units = &[];
                (1, behind)
            }
            Some(unit) => {
                let position = units.iter().position(|known| known.0 == unit)?;
                let factor = units.get(position)?.1;
                units = units.get(position.checked_add(1)?..)?;
                (factor, behind.get(1..)?)
            }
        };
        total = total.checked_add(digits.parse::<u64>().ok()?.checked_mul(factor)?)?;
        rest = behind.trim_start_matches(' ');
        if !rest.is_empty() && units.is_empty() {
            return None;
        }
    }
    (!text.is_empty()).then_some(total)
}
