//! The formats of schemes that are a digest over a few fields: what a link looks like and what is hashed,
//! as data.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use data_encoding::BASE64;

use crate::{KeyError, Secret};

/// What tells one digest scheme from another.
pub struct Format {
    /// What stands in the token's argument or, one part a segment, at the beginning of the path.
    pub token: &'static [TokenPart],
    /// The time that a link carries.
    pub time: Time,
    /// How the message becomes a token.
    pub digest: Digest,
    /// How the secret is written.
    pub secret: SecretSpelling,
    /// What is hashed.
    pub message: &'static [Part],
}

/// One part of the text that holds the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenPart {
    /// The digest.
    Token,
    /// The time. Where no text has it, it stands in an argument of its own.
    Time,
    /// These very bytes.
    Text(&'static str),
}

/// What stands in the text that holds a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenParts<'a> {
    /// The digest, or all of a token that is sealed.
    pub token: &'a [u8],
    /// The time, where it stands there.
    pub time: Option<&'a [u8]>,
}

/// The time that a link carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// What happens then.
    pub event: TimeEvent,
    /// How it is written. Every time has one spelling: between a path and a time that touch, a digit more or
    /// less would move the border.
    pub spelling: TimeSpelling,
}

/// What happens at the time that a link carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeEvent {
    /// It expires.
    Expiry,
    /// It was issued, and opens for so many seconds unless the operator says otherwise.
    Issue {
        /// The vendor's own.
        lifetime: u64,
    },
}

/// How a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeSpelling {
    /// Unix seconds: at most ten digits, no leading zero.
    Seconds,
    /// `YYYYMMDDHHMM`, twelve digits, so many hours east of UTC.
    Minutes {
        /// Hours.
        east: i8,
    },
}

/// How a message becomes a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    /// The function.
    pub function: Function,
    /// How the digest is written.
    pub encoding: Encoding,
}

/// What makes a digest of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// MD5 (RFC 1321). The message has the secret.
    Md5,
    /// HMAC (RFC 2104) with SHA-1, its key the secret.
    HmacSha1,
}

impl Digest {
    /// Bytes of a digest.
    pub const fn length(self) -> usize {
        match self.function {
            Function::Md5 => 16,
            Function::HmacSha1 => 20,
        }
    }

    /// Characters of a token, without padding.
    pub const fn text_length(self) -> usize {
        match self.encoding {
            Encoding::Base64Url => self.length().saturating_mul(4).div_ceil(3),
            Encoding::Hex => self.length().saturating_mul(2),
        }
    }
}

/// How a digest is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Base64url, with padding or without.
    Base64Url,
    /// Hexadecimal digits, in lower case.
    Hex,
}

/// How a secret is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretSpelling {
    /// As it is.
    Text,
    /// In standard base64, with padding.
    Base64,
}

/// Bytes of the longest key that is written in base64: of 1368 characters.
pub(crate) const LONGEST_KEY: usize = 1026;

impl SecretSpelling {
    /// The key that a secret is, decoded into `room` where that is needed.
    pub(crate) fn key<'k>(
        self,
        text: &'k [u8],
        room: &'k mut [u8; LONGEST_KEY],
    ) -> Result<&'k [u8], KeyError> {
        let key = match self {
            Self::Text => text,
            Self::Base64 => {
                let length = BASE64.decode_len(text.len());
                let length = length.map_err(|_| KeyError::NotBase64)?;
                let room = room.get_mut(..length).ok_or(KeyError::TooLong)?;
                let decoded = BASE64.decode_mut(text, room);
                let length = decoded.map_err(|_| KeyError::NotBase64)?;
                room.get(..length).unwrap_or_default()
            }
        };
        if key.is_empty() {
            return Err(KeyError::Empty);
        }
        Ok(key)
    }

    /// Bytes of the key that is written so.
    pub fn key_length(self, secret: Secret<'_>) -> usize {
        let text = secret.expose();
        match self {
            Self::Text => text.len(),
            Self::Base64 => {
                let digits = text.iter().filter(|byte| **byte != b'=').count();
                digits.saturating_mul(3) / 4
            }
        }
    }
}

/// One part of the message that a scheme hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The secret, raw.
    Secret,
    /// The path, decoded.
    Path,
    /// The path as it was sent, without the segments that are the token's.
    RawPath,
    /// Path and query as they were sent, without what is the token's.
    RawUri,
    /// The time as it was sent.
    Time,
    /// The client's address where the token is bound to it, else nothing.
    ClientIp,
    /// These very bytes.
    Literal(&'static str),
}

impl Format {
    /// Whether the time stands in the token's own text, and not in an argument of its own.
    pub const fn has_time_inside(&self) -> bool {
        let mut rest = self.token;
        while let [part, behind @ ..] = rest {
            if matches!(part, TokenPart::Time) {
                return true;
            }
            rest = behind;
        }
        false
    }

    /// Takes token and time apart that stand in one text: an argument's value, or the path's first segments. Either is
    /// `None` where the format has it elsewhere. `None` for a text that has not the format's parts.
    #[inline]
    pub(crate) fn split<'t>(&self, text: &'t [u8]) -> Option<TokenParts<'t>> {
        let (mut token, mut time) = (None, None);
        let mut rest = text;
        let mut parts = self.token.iter().peekable();
        while let Some(part) = parts.next() {
            if let TokenPart::Text(text) = part {
                rest = rest.strip_prefix(text.as_bytes())?;
                continue;
            }
            let (field, behind) = match parts.peek() {
                None => (rest, b"".as_slice()),
                Some(TokenPart::Text(text)) => {
                    let end = memchr::memchr(*text.as_bytes().first()?, rest)?;
                    rest.split_at_checked(end)?
                }
                // Fields beside each other are segments of a path.
                Some(TokenPart::Token | TokenPart::Time) => {
                    let (field, behind) = rest.split_at_checked(memchr::memchr(b'/', rest)?)?;
                    (field, behind.get(1..)?)
                }
            };
            rest = behind;
            match part {
                TokenPart::Token => token = Some(field),
                TokenPart::Time | TokenPart::Text(_) => time = Some(field),
            }
        }
        Some(TokenParts {
            token: token?,
            time,
        })
    }

    /// What is hashed, for a reader: `{secret}{path}{expires}`.
    pub fn message_text(&self) -> String {
        let part = |part: &Part| match part {
            Part::Secret => "{secret}".to_owned(),
            Part::Path => "{path}".to_owned(),
            Part::RawPath => "{path:raw}".to_owned(),
            Part::RawUri => "{uri:raw}".to_owned(),
            Part::Time => format!("{{{}}}", self.time.event.name()),
            Part::ClientIp => "{client_ip}".to_owned(),
            Part::Literal(text) => (*text).to_owned(),
        };
        self.message.iter().map(part).collect()
    }

    /// The text that holds the token, for a reader: `{expires}_{token}`. Parts are joined by `between`.
    pub(crate) fn token_text(&self, between: &str) -> String {
        let part = |part: &TokenPart| match part {
            TokenPart::Token => "{token}".to_owned(),
            TokenPart::Time => format!("{{{}}}", self.time),
            TokenPart::Text(text) => (*text).to_owned(),
        };
        let parts: Vec<String> = self.token.iter().map(part).collect();
        parts.join(between)
    }
}

impl TimeEvent {
    /// The field's name in a link.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Expiry => "expires",
            Self::Issue { .. } => "time",
        }
    }
}

/// The field for a reader: `expires`, `time:yyyymmddhhmm+8`.
impl fmt::Display for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.event.name())?;
        match self.spelling {
            TimeSpelling::Seconds => Ok(()),
            TimeSpelling::Minutes { east } => write!(out, ":yyyymmddhhmm{east:+}"),
        }
    }
}

/// For a reader: `md5:base64url`, `hmac-sha1:hex`.
impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let function = match self.function {
            Function::Md5 => "md5",
            Function::HmacSha1 => "hmac-sha1",
        };
        let encoding = match self.encoding {
            Encoding::Base64Url => "base64url",
            Encoding::Hex => "hex",
        };
        write!(out, "{function}:{encoding}")
    }
}
