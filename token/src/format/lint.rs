//! What speaks against a format that can be taken as it is written.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::{Anatomy, Facts, FieldKind, Format, Hash, Part, Scope, TokenPart};

mod automaton;
mod border;
mod bytes;
mod example;
mod language;
#[cfg(test)]
mod tests;

/// Something that whoever writes a format should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// A word that stays the same whatever the text says.
    pub id: &'static str,
    /// What it is, and what to write instead.
    pub text: String,
    /// Two links that one token opens.
    pub pair: Option<Pair>,
}

/// Two links of which the same is hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// What is hashed, with `{secret}` for the secret.
    pub message: String,
    /// The links.
    pub links: [ExampleLink; 2],
}

/// A link, and of its request what is hashed with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleLink {
    /// Path and query, with `TOKEN` for the token.
    pub link: String,
    /// The client's address, where the link is bound to it.
    pub client_ip: Option<String>,
    /// Names and values of the server's variables.
    pub variables: Vec<(String, String)>,
}

/// `/video?st=TOKEN of the client 192.0.2.7, where $host is "example.com"`.
impl fmt::Display for ExampleLink {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.link)?;
        if let Some(client_ip) = &self.client_ip {
            write!(out, " of the client {client_ip}")?;
        }
        for (index, (name, value)) in self.variables.iter().enumerate() {
            let joint = if index == 0 { ", where" } else { " and" };
            write!(out, "{joint} ${name} is \"{value}\"")?;
        }
        Ok(())
    }
}

/// With the pair of links behind it, where there is one.
impl fmt::Display for Warning {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)?;
        match &self.pair {
            Some(Pair {
                links: [one, other],
                ..
            }) => write!(out, ", such as {one} and {other}"),
            None => Ok(()),
        }
    }
}

impl Warning {
    /// The digest can be extended by whoever has a link.
    pub const EXTENSION: &'static str = "extension";
    /// One token opens two links, for nothing tells where a field ends and the next begins.
    pub const BORDER: &'static str = "border";
    /// One token opens every path.
    pub const ANY_PATH: &'static str = "any-path";
    /// A part of the path can be changed.
    pub const FREE_SEGMENT: &'static str = "free-segment";
    /// Links open for ever.
    pub const NO_EXPIRY: &'static str = "no-expiry";

    const fn new(id: &'static str, text: String) -> Self {
        Self {
            id,
            text,
            pair: None,
        }
    }
}

impl Facts {
    /// What speaks against its format.
    pub fn warnings(&self) -> Vec<Warning> {
        let Anatomy::Digest(format) = &self.anatomy else {
            return Vec::new();
        };
        let warnings = [
            extension(format),
            border::warning(self, format),
            any_path(self, format),
            free_segment(self, format),
            no_expiry(format),
        ];
        warnings.into_iter().flatten().collect()
    }
}

/// A plain digest of a message that ends with what may be longer. Of SHA-384 a part is left out that it would take.
fn extension(format: &Format) -> Option<Warning> {
    if format.digest.is_keyed || format.digest.hash == Hash::Sha384 {
        return None;
    }
    let secret = format
        .message
        .iter()
        .rposition(|part| *part == Part::Secret)?;
    let behind = format.message.get(secret..)?;
    let open = behind.iter().find(|part| is_open(format, part))?;
    let (open, digest) = (format.part_text(open), format.digest);
    let mut text = format!(
        "a plain {} can be carried on from where it ends, and the secret stands in front of {open}: whoever has a \
         link can make the token of a longer one; write \"hmac-{digest}\", and leave out {{secret}}",
        digest.hash
    );
    if format.variables.is_empty() {
        text.push_str(
            "; here such a link opens nothing, for it has control characters, but elsewhere it may",
        );
    }
    Some(Warning::new(Warning::EXTENSION, text))
}

/// Whether a part may be of any length and have anything in it.
fn is_open(format: &Format, part: &Part) -> bool {
    match part {
        Part::Args | Part::Variable(_) => true,
        Part::Field(id) => format
            .field(*id)
            .is_some_and(|field| field.kind == FieldKind::Free),
        part => part.is_path(),
    }
}

/// A token that is for no path.
fn any_path(facts: &Facts, format: &Format) -> Option<Warning> {
    (facts.scope == Scope::Everything && !may_have_path(format)).then(|| {
        let text = "one token opens every path, for none is hashed; write {path}, {dir} or {parent} into the message";
        Warning::new(Warning::ANY_PATH, text.into())
    })
}

/// A field in front of the token, which is part of the path that is served, and is not hashed.
fn free_segment(facts: &Facts, format: &Format) -> Option<Warning> {
    if may_have_path(format) || facts.scope == Scope::Everything {
        return None;
    }
    let ids = format.prefix.iter().filter_map(|part| match part {
        TokenPart::Field(id) => Some(*id),
        TokenPart::Token | TokenPart::Time | TokenPart::Text(_) => None,
    });
    let mut free = ids.filter(|id| !format.message.contains(&Part::Field(*id)));
    let name = &format.field(free.next()?)?.name;
    let text = format!(
        "whoever has a link can change its {{{name}}}, which is part of the path that is served; write {{{name}}} into \
         the message as well"
    );
    Some(Warning::new(Warning::FREE_SEGMENT, text))
}

/// Whether one of the variables may have something of the path, as a capture may well.
fn may_have_path(format: &Format) -> bool {
    format.variables.iter().any(|name| !is_of_no_path(name))
}

/// Whether a variable of the server has nothing of the path.
fn is_of_no_path(name: &str) -> bool {
    let name = &*name.to_ascii_lowercase();
    let names = [
        "args",
        "host",
        "hostname",
        "https",
        "is_args",
        "msec",
        "nginx_version",
        "pid",
        "query_string",
        "scheme",
        "remote_addr",
        "remote_port",
        "remote_user",
        "request_id",
        "request_length",
        "request_method",
    ];
    let beginnings = [
        "http_",
        "arg_",
        "cookie_",
        "connection",
        "content_",
        "server_",
        "ssl_",
        "geoip",
        "binary_remote",
        "proxy_protocol_",
        "realip_",
        "time_",
    ];
    names.contains(&name)
        || beginnings
            .iter()
            .any(|beginning| name.starts_with(beginning))
}

/// Links that carry no time.
fn no_expiry(format: &Format) -> Option<Warning> {
    format.time.is_none().then(|| {
        let text = "links open for ever, for they carry no time; write {expires} or {time} into link and message";
        Warning::new(Warning::NO_EXPIRY, text.into())
    })
}
