//! Signing: a token for patterns of paths where they are stated or the path can be one, and else for the URL.

use core::fmt::{self, Write as _};

use super::claims::ClaimList;
use super::escape::{self, Escaping};
use super::message::Message;
use super::{Akamai, LONGEST, patterns};
use crate::client_ip::Address;
use crate::opened::secret_of;
use crate::request::split_target;
use crate::scheme::FieldSink;
use crate::text::Text;
use crate::{Child, Link, Request, Rules, Secret, SignError, SignedFields, encoding};

pub(super) fn sign(
    scheme: &Akamai,
    link: &Link<'_>,
    rules: &Rules,
    secret: Secret<'_>,
    sink: FieldSink<'_>,
) -> Result<(), SignError> {
    let stated = Stated::new(link)?;
    let mut body = Body::new(scheme);
    let url = state(&mut body, link, &stated)?;
    let acl = stated.acl.unwrap_or_default();
    finish(scheme, (body.text(), url), acl, rules, secret, sink)
}

/// Signs with the claims of an opened token, but for the paths that it is for.
pub(super) fn sign_child(
    scheme: &Akamai,
    parent: &[u8],
    request: &impl Request,
    child: &Child<'_>,
    rules: &Rules,
    sink: FieldSink<'_>,
) -> Result<(), SignError> {
    let claims = ClaimList::parse(parent, scheme.escapes_early).map_err(|_| SignError::Token)?;
    let mut body = Body::new(scheme);
    // As they stand, escaped or not.
    let copied = [
        (b"ip".as_slice(), claims.ip),
        (b"st", claims.st),
        (b"exp", claims.exp),
        (b"id", claims.id),
        (b"data", claims.data),
    ];
    for (name, value) in copied {
        if let Some(value) = value {
            body.add(name, value, SignError::Token)?;
        }
    }
    let url = match is_pattern_of_itself(child.path) {
        true => {
            body.add(b"acl", child.path, SignError::Path)?;
            None
        }
        false => Some(sent_url(child.path, child.target)?),
    };
    let secret = secret_of(request)?;
    finish(scheme, (body.text(), url), b"", rules, secret, sink)
}

/// Puts the code behind what is hashed. `acl`: patterns that were stated as they are to be sent.
fn finish(
    scheme: &Akamai,
    (body, url): (&[u8], Option<&[u8]>),
    acl: &[u8],
    rules: &Rules,
    secret: Secret<'_>,
    sink: FieldSink<'_>,
) -> Result<(), SignError> {
    let message = Message {
        body,
        url,
        ignore_case: rules.ignore_case,
        salt: scheme.salt.as_deref(),
    };
    let hmac = scheme.hmac(secret).map_err(|_| SignError::Secret)?;
    let escaping = scheme.escapes_early.then_some(ESCAPING);
    let code = message.code(hmac, escaping);
    let token = SentToken {
        body,
        code: code.bytes(scheme.hash),
        // What is a signer's escape is sent as it is; the vendor's own do so.
        has_escapes: scheme.escapes_early && !acl.contains(&b'%'),
    };
    let mut length = Length(0);
    write!(length, "{token}")?;
    if length.0 > LONGEST {
        return Err(SignError::Length);
    }
    sink(&SignedFields {
        fields: &[],
        more: None,
        at: 0,
        in_path: None,
        token: &token,
        time: None,
    })?;
    Ok(())
}

/// It leaves no tilde, which would end a value in its middle.
const ESCAPING: Escaping = Escaping::Component;

/// The claims that are stated, by the vendor's names.
#[derive(Default)]
struct Stated<'a> {
    ip: Option<&'a [u8]>,
    st: Option<&'a [u8]>,
    acl: Option<&'a [u8]>,
    url: Option<&'a [u8]>,
    id: Option<&'a [u8]>,
    data: Option<&'a [u8]>,
}

impl<'a> Stated<'a> {
    fn new(link: &Link<'a>) -> Result<Self, SignError> {
        let mut stated = Self::default();
        for claim in link.claims {
            let slot = match claim.name {
                b"ip" => &mut stated.ip,
                b"st" => &mut stated.st,
                b"acl" => &mut stated.acl,
                b"url" => &mut stated.url,
                b"id" => &mut stated.id,
                b"data" => &mut stated.data,
                _ => return Err(SignError::Claim),
            };
            let is_sayable = !claim.value.is_empty() && encoding::is_plain(claim.value);
            if !is_sayable || slot.replace(claim.value).is_some() {
                return Err(SignError::Claim);
            }
        }
        if stated.acl.is_some() && stated.url.is_some() {
            return Err(SignError::Claim);
        }
        if let Some(address) = link.client_ip
            && stated.ip.replace(address).is_some()
        {
            return Err(SignError::ClientIp);
        }
        Ok(stated)
    }
}

/// Writes the claims that are hashed, and returns the path of a token that is for one URL.
fn state<'l>(
    body: &mut Body,
    link: &Link<'l>,
    stated: &Stated<'l>,
) -> Result<Option<&'l [u8]>, SignError> {
    if let Some(ip) = stated.ip {
        let address = Address::new(ip).ok_or(SignError::ClientIp)?;
        body.add_escaped(b"ip", address.text(), SignError::ClientIp)?;
    }
    if let Some(st) = stated.st {
        body.add(b"st", st, SignError::Claim)?;
    }
    let mut expires = Text::new();
    write!(expires, "{}", link.expires.ok_or(SignError::Expires)?)?;
    encoding::unix_seconds(expires.as_bytes()).ok_or(SignError::Expires)?;
    body.add(b"exp", expires.as_bytes(), SignError::Expires)?;
    let url = match stated.acl {
        Some(acl) => {
            body.add(b"acl", acl, SignError::Claim)?;
            None
        }
        None if stated.url.is_none() && is_pattern_of_itself(link.path) => {
            body.add(b"acl", link.path, SignError::Path)?;
            None
        }
        None => Some(url(link, stated)?),
    };
    for (name, value) in [(&b"id"[..], stated.id), (b"data", stated.data)] {
        if let Some(value) = value {
            body.add_escaped(name, value, SignError::Claim)?;
        }
    }
    check(body.text(), link)?;
    Ok(url)
}

/// Whether a path as a pattern is for that path and for no other.
fn is_pattern_of_itself(path: &[u8]) -> bool {
    is_path(path) && !path.iter().any(|byte| b"*?!~".contains(byte))
}

fn is_path(path: &[u8]) -> bool {
    path.starts_with(b"/") && encoding::is_plain(path)
}

/// The path that is hashed: as it will be sent.
fn url<'l>(link: &Link<'l>, stated: &Stated<'l>) -> Result<&'l [u8], SignError> {
    match stated.url {
        Some(url) => as_url(url),
        None => sent_url(link.path, link.target),
    }
}

fn sent_url<'l>(path: &[u8], target: &'l [u8]) -> Result<&'l [u8], SignError> {
    if is_path(path) && !target.is_empty() {
        as_url(split_target(target).0)
    } else {
        Err(SignError::Path)
    }
}

fn as_url(path: &[u8]) -> Result<&[u8], SignError> {
    let is_sent = is_path(path) && !path.contains(&b'?');
    is_sent.then_some(path).ok_or(SignError::Path)
}

/// Reads the claims as a server does. Whether they hold is another matter.
fn check(body: &[u8], link: &Link<'_>) -> Result<(), SignError> {
    let list = ClaimList::parse(body, false).map_err(|_| SignError::Claim)?;
    let is_early = |start| link.expires.is_some_and(|expires| start < expires);
    let has_form = |acl| patterns::fit(acl, link.path, false).is_some();
    if list.starts().is_none_or(is_early) && list.acl.is_none_or(has_form) {
        Ok(())
    } else {
        Err(SignError::Claim)
    }
}

struct Body {
    bytes: [u8; LONGEST],
    end: usize,
    escaping: Option<Escaping>,
}

impl Body {
    fn new(scheme: &Akamai) -> Self {
        Self {
            bytes: [0; LONGEST],
            end: 0,
            escaping: scheme.escapes_early.then_some(ESCAPING),
        }
    }

    fn text(&self) -> &[u8] {
        self.bytes.get(..self.end).unwrap_or_default()
    }

    fn push(&mut self, piece: &[u8]) -> Result<(), SignError> {
        let end = self.end.saturating_add(piece.len());
        let room = self.bytes.get_mut(self.end..end);
        room.ok_or(SignError::Length)?.copy_from_slice(piece);
        self.end = end;
        Ok(())
    }

    fn push_name(&mut self, name: &[u8]) -> Result<(), SignError> {
        if self.end > 0 {
            self.push(b"~")?;
        }
        self.push(name)?;
        self.push(b"=")
    }

    /// `error`: what to say of a value that would end in its middle.
    fn add(&mut self, name: &[u8], value: &[u8], error: SignError) -> Result<(), SignError> {
        if value.contains(&b'~') {
            return Err(error);
        }
        self.push_name(name)?;
        self.push(value)
    }

    fn add_escaped(
        &mut self,
        name: &[u8],
        value: &[u8],
        error: SignError,
    ) -> Result<(), SignError> {
        if self.escaping.is_none() {
            return self.add(name, value, error);
        }
        self.push_name(name)?;
        let mut pushed = Ok(());
        escape::write(value, self.escaping, false, &mut |piece| {
            pushed = pushed.and_then(|()| self.push(piece));
        });
        pushed
    }
}

/// A token as it stands in a URL.
struct SentToken<'a> {
    body: &'a [u8],
    code: &'a [u8],
    /// They are the signer's own, and stay.
    has_escapes: bool,
}

impl SentToken<'_> {
    fn is_sent_as_it_is(&self, byte: u8) -> bool {
        byte.is_ascii_alphanumeric() || b"-._~!*'(),;:@/?=$".contains(&byte)
    }
}

impl fmt::Display for SentToken<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_whole = |byte: &u8| self.is_sent_as_it_is(*byte) || *byte == b'%';
        let keeps_escapes = self.has_escapes && self.body.iter().all(is_whole);
        for &byte in self.body {
            if self.is_sent_as_it_is(byte) || (byte == b'%' && keeps_escapes) {
                out.write_char(byte.into())?;
            } else {
                write!(out, "%{byte:02X}")?;
            }
        }
        out.write_str("~hmac=")?;
        self.code
            .iter()
            .try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

/// How long a text is.
struct Length(usize);

impl fmt::Write for Length {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.saturating_add(text.len());
        Ok(())
    }
}
