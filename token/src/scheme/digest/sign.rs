//! Signing a link.

use core::fmt;

use base64::display::Base64Display;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use data_encoding::HEXLOWER;

use super::super::FieldSink;
use super::fields::{self, Room};
use super::message::{self, Given, Message, NoDigest, OfRequest, Paths, Query, Variables};
use super::origin::Read;
use super::plan::Plan;
use super::{address, carry, is_signable};
use crate::directories::parents;
use crate::encoding;
use crate::opened::secret_of;
use crate::request::split_target;
use crate::text::Text;
use crate::{
    Carrier, Child, ClientIp, Encoding, Facts, FieldKind, Format, Link, MOST_FIELDS, Params,
    Request, Rules, Secret, SignError, SignedFields, Time, TimeEvent, TokenPart, TokenParts,
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
    if link.variables.len() < format.variables.len() {
        return Err(SignError::Variable);
    }
    let mut parts = TokenParts::default();
    let uri = Uri::new(format, facts, link.path, link.target, &mut parts)?;
    for field in link.fields {
        let known = format.fields.iter().zip(parts.fields.iter_mut());
        let mut known = known.filter(|(known, _)| known.name.as_bytes() == field.name);
        let (_, value) = known.next().ok_or(SignError::Field)?;
        *value = field.value;
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
    check_fields(format, &parts.fields, &Params::NONE)?;
    if !are_told_apart(format, &parts.fields) {
        return Err(SignError::Field);
    }
    let fields = Fields {
        texts: &parts.fields,
        time: time.as_ref().map(Text::as_str).unwrap_or_default(),
        client_ip: link.client_ip,
        variables: &Given(link.variables),
    };
    let parent = directory_to_open(link.directory, uri.decoded);
    fields.sign(format, uri, parent, rules, secret, sink)
}

/// Signs a link with the fields of an opened token, and for the client that it was for.
pub(super) fn sign_child(
    format: &Format,
    facts: &Facts,
    parent: &impl Request,
    child: &Child<'_>,
    rules: &Rules,
    sink: FieldSink<'_>,
) -> Result<(), SignError> {
    let mut room = Room::new();
    let opened = fields::any(facts, format, parent, rules, &mut room)?;
    let (_, opened) = opened.map_err(|_| SignError::Token)?;
    let mut parts = TokenParts::default();
    for (field, text) in parts.fields.iter_mut().zip(opened.fields) {
        *field = text;
    }
    // What stands in the path beside the token is the link's own.
    let uri = Uri::new(format, facts, child.path, child.target, &mut parts)?;
    check_fields(format, &parts.fields, &rules.params)?;
    let fields = Fields {
        texts: &parts.fields,
        time: core::str::from_utf8(opened.time).map_err(|_| SignError::Token)?,
        client_ip: match Plan::of(format).client_ip {
            true => parent.client_ip()?,
            false => None,
        },
        variables: &OfRequest(parent),
    };
    let directory = directory_to_open(None, uri.decoded);
    fields.sign(format, uri, directory, rules, secret_of(parent)?, sink)
}

/// Path and query of a link, without the token.
struct Uri<'a> {
    decoded: &'a [u8],
    /// As it will be sent.
    raw: &'a [u8],
    query: &'a [u8],
    /// Bytes of the path that stand in front of the token, where it stands there.
    at: usize,
    has_target: bool,
}

impl<'a> Uri<'a> {
    /// Reads the fields that stand in the path beside the token, too.
    fn new(
        format: &Format,
        facts: &Facts,
        path: &'a [u8],
        target: &'a [u8],
        parts: &mut TokenParts<'a>,
    ) -> Result<Self, SignError> {
        let (sent, query) = split_target(target);
        let mut uri = Self {
            decoded: path,
            raw: sent,
            query,
            at: 0,
            has_target: !target.is_empty(),
        };
        if facts.carrier == Carrier::Path {
            // What stays in front of the token is in both.
            let sent = if uri.has_target { sent } else { path };
            let (prefix, behind) = carry::prefix(format, sent, parts).ok_or(SignError::Path)?;
            uri.at = prefix.len();
            uri.raw = behind;
            uri.decoded = carry::prefix(format, path, &mut TokenParts::default())
                .ok_or(SignError::Path)?
                .1;
        }
        if let Some(rest) = format.rest
            && let Some(field) = parts.fields.get_mut(usize::from(rest))
        {
            let behind = uri.at.checked_add(1).and_then(|start| target.get(start..));
            *field = behind.ok_or(SignError::Path)?;
        }
        Ok(uri)
    }
}

/// What is hashed of a link beside path and query.
struct Fields<'a, V> {
    texts: &'a [&'a [u8]; MOST_FIELDS],
    time: &'a str,
    client_ip: Option<&'a [u8]>,
    variables: &'a V,
}

impl<V: Variables> Fields<'_, V> {
    /// `parent`: the directory above the file that the link opens.
    fn sign(
        &self,
        format: &Format,
        uri: Uri<'_>,
        parent: &[u8],
        rules: &Rules,
        secret: Secret<'_>,
        sink: FieldSink<'_>,
    ) -> Result<(), SignError> {
        let plan = Plan::of(format);
        let needs_target = plan.raw || plan.query;
        if (needs_target && !uri.has_target)
            || !is_signable(uri.decoded)
            || !plan.has_directory(uri.decoded)
            || !encoding::is_plain(uri.raw)
            || !encoding::is_plain(uri.query)
            || (plan.parents && parent.is_empty())
        {
            return Err(SignError::Path);
        }
        let address = address(self.client_ip).ok_or(SignError::ClientIp)?;
        let message = Message {
            paths: Paths {
                decoded: uri.decoded,
                raw: uri.raw,
                parent,
            },
            query: Query::Whole(uri.query),
            time: self.time.as_bytes(),
            client_ip: address.text(),
            fields: self.texts,
            variables: self.variables,
            ignore_case: rules.ignore_case,
        };
        if !message::may_be_hashed(format, &message)? {
            return Err(SignError::Variable);
        }
        let digest =
            message
                .digest(Read { format, plan }, secret)
                .map_err(|error| match error {
                    NoDigest::NoSecret => SignError::Secret,
                    NoDigest::Unknown(failure) => failure.into(),
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
            time: format.time.map(|_| self.time),
            fields: self.texts,
            more: None,
            at: uri.at,
            in_path: None,
        })?;
        Ok(())
    }
}

/// The directory above the file that the link opens: the deepest, or the one that is asked for.
fn directory_to_open<'a>(directory: Option<&'a [u8]>, path: &'a [u8]) -> &'a [u8] {
    match directory {
        Some(directory) => {
            let directory = directory.strip_suffix(b"/").unwrap_or(directory);
            let is_above = parents(path).any(|parent| parent == directory);
            if is_above { directory } else { b"" }
        }
        None => parents(path).next().unwrap_or_default(),
    }
}

/// Whether the fields can stand in a link and be found there again. `sent`: names of those that are written as they were
/// sent in an argument of their own.
fn check_fields(
    format: &Format,
    values: &[&[u8]; MOST_FIELDS],
    sent: &Params,
) -> Result<(), SignError> {
    for ((field, value), id) in format.fields.iter().zip(values).zip(0..) {
        if format.rest == Some(id) {
            if value.is_empty() || !encoding::is_plain(value) {
                return Err(SignError::Path);
            }
            continue;
        }
        let unfit = if sent.fields.iter().any(|param| param.field == id) {
            b"&#\"\\<>".as_slice()
        } else {
            b"&?#%/=\"\\"
        };
        let is_fit = |byte: &u8| byte.is_ascii_graphic() && !unfit.contains(byte);
        if !value.iter().all(is_fit) || (value.is_empty() && !field.is_optional) {
            return Err(SignError::Field);
        }
    }
    Ok(())
}

/// Whether what stands in one text is taken apart again where it was put together: no value has the text that is to end
/// it, nor begins that text. A time cannot, and the length of a token is known.
fn are_told_apart(format: &Format, values: &[&[u8]; MOST_FIELDS]) -> bool {
    format.token.windows(2).all(|pair| {
        let [TokenPart::Field(id), TokenPart::Text(end)] = pair else {
            return true;
        };
        let value = values.get(usize::from(*id)).copied().unwrap_or_default();
        let end = end.as_bytes();
        (0..value.len()).all(|at| {
            let behind = value.iter().skip(at).chain(end);
            !behind.take(end.len()).eq(end)
        })
    })
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
