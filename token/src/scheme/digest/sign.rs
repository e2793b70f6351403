//! Signing a link.

use core::fmt;

use base64::display::Base64Display;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use data_encoding::HEXLOWER;

use super::super::FieldSink;
use super::message::{Given, Message, NoDigest, Paths, Query};
use super::origin::Read;
use super::plan::Plan;
use super::{address, carry, is_signable};
use crate::directories::parents;
use crate::encoding;
use crate::request::split_target;
use crate::text::Text;
use crate::{
    Carrier, ClientIp, Encoding, Facts, FieldKind, Format, Link, MOST_FIELDS, Rules, Secret,
    SignError, SignedFields, Time, TimeEvent, TokenParts,
};

/// Signs a link, and hands its fields to `sink`.
pub(super) fn sign(
    format: &Format,
    facts: &Facts,
    link: &Link<'_>,
    rules: &Rules,
    secret: Secret<'_>,
    sink: FieldSink<'_>,
) -> Result<(), SignError> {
    if !link.claims.is_empty() {
        return Err(SignError::Claim);
    }
    if link.client_ip.is_some() && facts.client_ip == ClientIp::Never {
        return Err(SignError::ClientIp);
    }
    let address = address(link.client_ip).ok_or(SignError::ClientIp)?;
    let (path, query) = split_target(link.target);
    let has_target = !link.target.is_empty();
    let mut parts = TokenParts::default();
    let mut at = 0;
    let (mut decoded, mut raw) = (link.path, path);
    if facts.carrier == Carrier::Path {
        // What stays in front of the token is in both.
        let sent = if has_target { path } else { link.path };
        let (prefix, behind) = carry::prefix(format, sent, &mut parts).ok_or(SignError::Path)?;
        at = prefix.len();
        raw = behind;
        decoded = carry::prefix(format, link.path, &mut TokenParts::default())
            .ok_or(SignError::Path)?
            .1;
    }
    for field in link.fields {
        let known = format.fields.iter().zip(parts.fields.iter_mut());
        let mut known = known.filter(|(known, _)| known.name.as_bytes() == field.name);
        let (_, value) = known.next().ok_or(SignError::Field)?;
        *value = field.value;
    }
    if let Some(rest) = format.rest
        && let Some(field) = parts.fields.get_mut(usize::from(rest))
    {
        let behind = at.checked_add(1).and_then(|start| link.target.get(start..));
        *field = behind.ok_or(SignError::Path)?;
    }
    let Times { time, lifetime } = times(format, link, rules, &parts).ok_or(SignError::Expires)?;
    if let Some(text) = &lifetime {
        let ttl = format.fields.iter().zip(parts.fields.iter_mut());
        for (field, value) in ttl {
            if field.kind == FieldKind::Ttl {
                *value = text.as_bytes();
            }
        }
    }
    check_fields(format, &parts.fields)?;
    let plan = Plan::of(format);
    let needs_target = plan.raw || plan.query;
    if (needs_target && !has_target)
        || !is_signable(decoded)
        || !plan.has_directory(decoded)
        || !encoding::is_plain(raw)
        || !encoding::is_plain(query)
    {
        return Err(SignError::Path);
    }
    let time_text = time.as_ref().map(Text::as_str).unwrap_or_default();
    let message = Message {
        paths: Paths {
            decoded,
            raw,
            parent: directory_to_open(link, decoded),
        },
        query: Query::Whole(query),
        time: time_text.as_bytes(),
        client_ip: address.text(),
        fields: &parts.fields,
        variables: &Given(link.variables),
        ignore_case: rules.ignore_case,
    };
    if plan.parents && message.paths.parent.is_empty() {
        return Err(SignError::Path);
    }
    let digest = message
        .digest(Read { format, plan }, secret)
        .map_err(|error| match error {
            NoDigest::NoSecret => SignError::Secret,
            NoDigest::Unknown(_) => SignError::Variable,
        })?;
    let digest = digest.get(..format.digest.length()).unwrap_or_default();
    // What is displayed borrows its encoding, which as a constant would be gone at the end of the line.
    let hex = HEXLOWER;
    let token: &dyn fmt::Display = match format.digest.encoding {
        Encoding::Base64Url => &Base64Display::new(digest, &URL_SAFE_NO_PAD),
        Encoding::Base64 => &Base64Display::new(digest, &STANDARD),
        Encoding::Hex => &hex.encode_display(digest),
    };
    sink(&SignedFields {
        token,
        time: format.time.map(|_| time_text),
        fields: &parts.fields,
        more: None,
        at,
    })?;
    Ok(())
}

/// The directory above the file that the link opens: the deepest, or the one that is asked for.
fn directory_to_open<'a>(link: &Link<'a>, path: &'a [u8]) -> &'a [u8] {
    match link.directory {
        Some(directory) => {
            let directory = directory.strip_suffix(b"/").unwrap_or(directory);
            let is_above = parents(path).any(|parent| parent == directory);
            if is_above { directory } else { b"" }
        }
        None => parents(path).next().unwrap_or_default(),
    }
}

/// Whether the fields can stand in a link and be found there again.
fn check_fields(format: &Format, values: &[&[u8]; MOST_FIELDS]) -> Result<(), SignError> {
    for ((field, value), id) in format.fields.iter().zip(values).zip(0..) {
        if format.rest == Some(id) {
            if value.is_empty() || !encoding::is_plain(value) {
                return Err(SignError::Path);
            }
            continue;
        }
        let is_plain = value
            .iter()
            .all(|byte| byte.is_ascii_graphic() && !b"&?#%/=\"\\".contains(byte));
        if !is_plain || (value.is_empty() && !field.is_optional) {
            return Err(SignError::Field);
        }
    }
    Ok(())
}

/// Times of a link, as they are written.
struct Times {
    time: Option<Text>,
    /// The lifetime that the link itself carries.
    lifetime: Option<Text>,
}

/// `None` where such a link cannot say when it ends.
fn times(format: &Format, link: &Link<'_>, rules: &Rules, parts: &TokenParts<'_>) -> Option<Times> {
    let none = Times {
        time: None,
        lifetime: None,
    };
    let Some(time) = format.time else {
        return link.expires.is_none().then_some(none);
    };
    let has_ttl = format
        .fields
        .iter()
        .any(|field| field.kind == FieldKind::Ttl);
    if has_ttl {
        let given = format
            .fields
            .iter()
            .zip(parts.fields)
            .find_map(|(field, value)| (field.kind == FieldKind::Ttl).then_some(value))?;
        let lifetime = match (link.expires, given) {
            (None, _) => 0,
            (Some(expires), b"") => expires.checked_sub(link.issued?)?,
            (Some(_), given) => core::str::from_utf8(given).ok()?.parse().ok()?,
        };
        let issued = match link.expires {
            Some(expires) if lifetime > 0 => expires.checked_sub(lifetime)?,
            Some(_) => return None,
            None => link.issued?,
        };
        return Some(Times {
            time: Some(written(time, issued)?),
            lifetime: Some(number(lifetime)?),
        });
    }
    let seconds = match (time.event, link.expires) {
        (_, None) if time.is_optional => return Some(none),
        (TimeEvent::Expiry, expires) => expires?,
        (TimeEvent::Issue, expires) => expires?.checked_sub(rules.lifetime)?,
    };
    Some(Times {
        time: Some(written(time, seconds)?),
        lifetime: None,
    })
}

fn number(number: u64) -> Option<Text> {
    use fmt::Write as _;
    let mut text = Text::new();
    write!(text, "{number}").ok()?;
    Some(text)
}

/// A time as it is written, where it can be read again.
fn written(time: Time, seconds: u64) -> Option<Text> {
    let mut text = Text::new();
    time.spelling.write(seconds, &mut text).ok()?;
    time.spelling.read(text.as_bytes())?;
    Some(text)
}
