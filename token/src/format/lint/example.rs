//! A link that has a message which is known.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::Write as _;

use super::ExampleLink;
use crate::directories::{directory, parents, stream};
use crate::{Carrier, Facts, Format, Part, TokenPart};

/// What a link and its request have.
#[derive(Default, PartialEq, Eq)]
pub(super) struct Example {
    time: Vec<u8>,
    fields: Vec<Vec<u8>>,
    /// As it is sent.
    path: Vec<u8>,
    args: Vec<u8>,
    client_ip: Vec<u8>,
    variables: Vec<Vec<u8>>,
}

impl Example {
    /// The link whose message has these texts for its parts. `None` where no link can have them.
    pub(super) fn new(facts: &Facts, format: &Format, texts: &[Vec<u8>]) -> Option<Self> {
        let unhashed = |is_optional| if is_optional { vec![] } else { b"x".to_vec() };
        let fields = format
            .fields
            .iter()
            .map(|field| unhashed(field.is_optional));
        let mut example = Self {
            fields: fields.collect(),
            variables: vec![vec![]; format.variables.len()],
            ..Self::default()
        };
        for (part, text) in format.message.iter().zip(texts) {
            example.set(part, text)?;
        }
        if example.path.is_empty() {
            example.path = b"/video".to_vec();
        }
        let params = &facts.params;
        let fields = params.fields.iter().map(|param| &param.name);
        let names = params.token.iter().chain(&params.expires).chain(fields);
        let mut pieces = example.args.split(|byte| *byte == b'&');
        let is_taken = pieces.any(|piece| names.clone().any(|name| name.strip(piece).is_some()));
        (!is_taken).then_some(example)
    }

    fn set(&mut self, part: &Part, text: &[u8]) -> Option<()> {
        let encoded = || encoded(text, b"/");
        // A file of the directory, where nothing says which.
        let file = |directory: Vec<u8>| [&*directory, b"/x"].concat();
        match part {
            Part::Secret | Part::Literal(_) | Part::Choice { .. } => {}
            Part::Path => self.path = encoded(),
            Part::RawPath => self.path = text.to_vec(),
            Part::RawUri => {
                let mut parts = text.splitn(2, |byte| *byte == b'?');
                self.path = parts.next()?.to_vec();
                self.args = parts.next().unwrap_or_default().to_vec();
            }
            Part::Directory | Part::Parent | Part::Stream if !self.path.is_empty() => {}
            Part::Directory => self.path = file(encoded().strip_suffix(b"/")?.to_vec()),
            Part::Parent => self.path = file(encoded()),
            Part::Stream if text.is_empty() => self.path = file(vec![]),
            Part::Stream => self.path = file([b"/", &*encoded()].concat()),
            Part::Args => self.args = text.to_vec(),
            Part::Time => self.time = text.to_vec(),
            Part::ClientIp => self.client_ip = text.to_vec(),
            Part::Field(id) => *self.fields.get_mut(usize::from(*id))? = text.to_vec(),
            Part::Variable(id) => *self.variables.get_mut(usize::from(*id))? = text.to_vec(),
        }
        Some(())
    }

    /// What is hashed of it, with [`SECRET`](super::bytes::Bytes::SECRET) for the secret.
    pub(super) fn message(&self, format: &Format) -> Vec<u8> {
        let mut message = Vec::new();
        let mut parts = format.message.iter();
        // What stands in place of the chosen parts, once they have all been taken.
        let mut skip: Option<(usize, usize)> = None;
        while let Some(part) = parts.next() {
            if let Part::Choice {
                parts: count,
                otherwise,
            } = part
            {
                let rest = parts.as_slice();
                let (count, otherwise) = (usize::from(*count), usize::from(*otherwise));
                let chosen = rest.get(..count).unwrap_or_default();
                let is_literal = |part: &&Part| matches!(part, Part::Literal(_));
                let field = chosen.iter().find(|part| !is_literal(part));
                if field.is_some_and(|field| self.text(field).is_empty()) {
                    parts = rest.get(count..).unwrap_or_default().iter();
                } else {
                    skip = rest.len().checked_sub(count).map(|left| (left, otherwise));
                }
            } else {
                message.extend(self.text(part));
            }
            if let Some((left, otherwise)) = skip
                && left == parts.len()
            {
                parts = parts.as_slice().get(otherwise..).unwrap_or_default().iter();
                skip = None;
            }
        }
        message
    }

    fn text(&self, part: &Part) -> Vec<u8> {
        let path = || decoded(&self.path);
        match part {
            Part::Secret => vec![0],
            Part::Literal(text) => text.as_bytes().to_vec(),
            Part::Choice { .. } => vec![],
            Part::Path => path(),
            Part::RawPath => self.path.clone(),
            Part::RawUri if self.args.is_empty() => self.path.clone(),
            Part::RawUri => [&*self.path, b"?", &*self.args].concat(),
            Part::Directory => directory(&path()).to_vec(),
            Part::Parent => parents(&path()).next().unwrap_or_default().to_vec(),
            Part::Stream => stream(&path()).to_vec(),
            Part::Args => self.args.clone(),
            Part::Time => self.time.clone(),
            Part::ClientIp => self.client_ip.clone(),
            Part::Field(id) => self
                .fields
                .get(usize::from(*id))
                .cloned()
                .unwrap_or_default(),
            Part::Variable(id) => self
                .variables
                .get(usize::from(*id))
                .cloned()
                .unwrap_or_default(),
        }
    }

    /// The link, with a word for its token.
    pub(super) fn link(&self, facts: &Facts, format: &Format) -> ExampleLink {
        let field = |id: u8| {
            self.fields
                .get(usize::from(id))
                .map_or(&[][..], Vec::as_slice)
        };
        // Escapes are undone in an argument's text, and not in a path.
        let text = |parts: &[TokenPart], is_argument: bool| {
            let mut text = Vec::new();
            for part in parts {
                match part {
                    TokenPart::Token => text.extend(b"TOKEN"),
                    TokenPart::Time if is_argument => text.extend(encoded(&self.time, b"/=:")),
                    TokenPart::Time => text.extend(&self.time),
                    TokenPart::Field(id) if is_argument => text.extend(encoded(field(*id), b"/=:")),
                    TokenPart::Field(id) => text.extend(field(*id)),
                    TokenPart::Text(literal) => text.extend(literal.as_bytes()),
                }
            }
            text
        };
        let mut link = Vec::new();
        let mut separator = b"?";
        if facts.carrier == Carrier::Path {
            link.extend(text(&format.prefix, false));
            link.push(b'/');
            link.extend(text(&format.token, false));
            match format.rest {
                Some(id) => link.extend([b"/", field(id)].concat()),
                None => link.extend(&self.path),
            }
        } else {
            link.extend(&self.path);
            let params = &facts.params;
            let token = text(&format.token, true);
            let token = params.token.iter().map(|name| (name, &*token));
            let time = params.expires.iter().map(|name| (name, &*self.time));
            let fields = params
                .fields
                .iter()
                .map(|param| (&param.name, field(param.field)));
            for (name, value) in token.chain(time).chain(fields) {
                if !value.is_empty() {
                    link.extend([separator, &**name, b"=", value].concat());
                    separator = b"&";
                }
            }
        }
        if !self.args.is_empty() {
            link.extend([separator, &*self.args].concat());
        }
        let shown = |text: &Vec<u8>| String::from_utf8_lossy(text).into_owned();
        let variables = format.variables.iter().zip(&self.variables);
        ExampleLink {
            link: shown(&link),
            client_ip: Some(&self.client_ip).filter(|ip| !ip.is_empty()).map(shown),
            variables: variables
                .map(|(name, value)| (name.clone().into_owned(), shown(value)))
                .collect(),
        }
    }
}

/// Percent-encodes what is neither unreserved nor one of these.
fn encoded(text: &[u8], plain: &[u8]) -> Vec<u8> {
    let mut encoded = String::new();
    for byte in text {
        if byte.is_ascii_alphanumeric() || b"-._~!'()*,;@".contains(byte) || plain.contains(byte) {
            encoded.push(char::from(*byte));
        } else {
            // A string has room for all there is.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded.into_bytes()
}

/// Undoes percent-encoding where it is one.
fn decoded(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut rest = text;
    while let [byte, behind @ ..] = rest {
        let digits = behind.get(..2).filter(|_| *byte == b'%');
        let digits = digits.and_then(|digits| core::str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(escaped.unwrap_or(*byte));
        rest = behind
            .get(if escaped.is_some() { 2 } else { 0 }..)
            .unwrap_or_default();
    }
    decoded
}
