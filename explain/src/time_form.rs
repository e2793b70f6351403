//! What is wrong with the form of the time that a link carries.

use token::{TimeSpelling, inspect};

use crate::link_request::LinkRequest;
use crate::query::{looks_like_time, pairs};
use crate::text::{quote, show};
use crate::token_fields::{TokenFields, spelling};

/// What is wrong with the form of the time that a link carries.
pub(crate) fn what_is_wrong(request: &LinkRequest<'_>, fields: &TokenFields) -> Option<String> {
    let format = request.scheme.facts().format()?;
    let time = format.time?;
    if time.is_optional && fields.time.as_deref().is_none_or(<[u8]>::is_empty) {
        return None;
    }
    let name = request.rules.params.expires.as_deref().map(quote);
    let (Some(expires), Some(name)) = (&fields.time, &name) else {
        return absent(request, fields, name.as_deref());
    };
    if spelling(&request.scheme) != TimeSpelling::Seconds {
        return as_digits(request, fields);
    }
    let text = show(expires);
    let digits = expires.iter().all(u8::is_ascii_digit);
    let seconds = fields.seconds(&request.scheme);
    Some(match seconds {
        _ if expires.is_empty() => {
            format!("The expiry {name} is empty: it is a Unix time in seconds.")
        }
        Some(_) if expires.starts_with(b"0") => {
            format!("The expiry \"{text}\" begins with a zero: write it without.")
        }
        Some(milliseconds) if expires.len() == 13 => {
            format!(
                "The expiry \"{text}\" is in milliseconds: sign and send seconds, {}.",
                milliseconds / 1000
            )
        }
        _ if digits && expires.len() > 10 => format!(
            "The expiry \"{text}\" has {} digits: ten are the most.",
            expires.len()
        ),
        _ if ends_with_more(expires) => format!(
            "The expiry \"{text}\" has something behind it that does not belong to the link: take it out."
        ),
        _ if !digits => format!(
            "The expiry \"{text}\" is no whole number of seconds: write a Unix time such as 1795514400."
        ),
        _ => return None,
    })
}

/// Whether a time is followed by what stood behind the link in a text: a full stop, a bracket, a quote.
fn ends_with_more(expires: &[u8]) -> bool {
    let is_end = |byte: &u8| b".,;:!?)]}>\"'".contains(byte);
    let digits = expires.iter().rposition(|byte| !is_end(byte));
    let time = digits.and_then(|last| expires.get(..=last));
    time.is_some_and(|time| time.len() < expires.len() && looks_like_time(time))
}

/// `name`: of the parameter that is to have the time; `None` where the token's own text has it.
fn absent(request: &LinkRequest<'_>, fields: &TokenFields, name: Option<&str>) -> Option<String> {
    let Some(name) = name else {
        return as_digits(request, fields);
    };
    let mut pairs = pairs(request.source());
    let other = pairs.find(|(_, value)| looks_like_time(value));
    Some(match other {
        Some((other, _)) => format!(
            "There is no expiry: {} looks like one, and its name must be {name}.",
            quote(other)
        ),
        None => format!("There is no expiry: it belongs into the parameter {name}."),
    })
}

/// Of a time in the token's own text, or one that is no Unix time.
fn as_digits(request: &LinkRequest<'_>, fields: &TokenFields) -> Option<String> {
    let form = request.scheme.facts().link(&request.rules.params);
    let Some(time) = &fields.time else {
        return Some(format!(
            "The link is not of the form {form}: token and time stand there together."
        ));
    };
    let is_read = match spelling(&request.scheme) {
        TimeSpelling::Iso => fields.seconds(&request.scheme).is_some(),
        spelling => inspect::read_time(spelling, time).is_some(),
    };
    (!is_read).then(|| {
        let text = quote(time);
        match spelling(&request.scheme) {
            TimeSpelling::Seconds => format!(
                "The time {text} is no whole number of seconds: write a Unix time such as 1795514400, as in {form}."
            ),
            TimeSpelling::Hex => format!(
                "The time {text} is no Unix time in eight hexadecimal digits, such as 6b05da60, as in {form}."
            ),
            TimeSpelling::Iso => format!(
                "The time {text} is none of 2026-11-24T10:00:00Z, an HTTP date and a Unix time of ten digits; \"+\" is \
                 written %2B there, as in {form}."
            ),
            TimeSpelling::Minutes { east } => format!(
                "The time {text} is no date of twelve digits, YYYYMMDDHHMM in the zone UTC{east:+}, as in {form}."
            ),
        }
    })
}
