//! The formats of schemes that are a digest over a few fields: what a link looks like and what is hashed,
//! as data.

use alloc::borrow::Cow;

use crate::Hash;

pub use lint::{ExampleLink, Pair, Warning};
pub use message::Part;
pub(crate) use secret::LONGEST_KEY;
pub use secret::SecretSpelling;
pub use split::TokenParts;
pub(crate) use split::slashes;

pub(crate) use parse::parse;
pub use parse::{FormatError, FormatString};

mod lint;
mod message;
mod names;
mod parse;
mod secret;
mod split;
pub(crate) mod table;
mod text;

/// What tells one digest scheme from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// In a path, what stands in front of the token and stays there: texts that begin with a slash, and fields. Empty
    /// where the token stands in a query.
    pub prefix: Parts<TokenPart>,
    /// The text that holds the token: the value of an argument, or segments of the path without the slash in front.
    pub token: Parts<TokenPart>,
    /// In a path, the field that is all that stands behind the token's slash, as it was sent and with the query. `None`
    /// where that is the path that the token opens.
    pub rest: Option<FieldId>,
    /// The fields of a link but for token and time.
    pub fields: Parts<Field>,
    /// The time that a link carries; `None` where it has none and opens for ever.
    pub time: Option<Time>,
    /// How many seconds a link opens from its time of issue on, unless the operator or a field says otherwise.
    pub lifetime: Option<u64>,
    /// Whether a time of issue may lie no further ahead than a link opens.
    pub window: bool,
    /// How the message becomes a token.
    pub digest: Digest,
    /// How the secret is written.
    pub secret: SecretSpelling,
    /// What is hashed.
    pub message: Parts<Part>,
    /// The server's variables that are hashed, by their names without `$`.
    pub variables: Parts<Cow<'static, str>>,
}

/// A list that is a constant, or was made of what an operator wrote.
pub type Parts<T> = Cow<'static, [T]>;

/// The position of a field in [`Format::fields`].
pub type FieldId = u8;

/// Fields that a format may have besides token and time.
pub const MOST_FIELDS: usize = 8;

/// A field of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// As formats write it, without braces.
    pub name: Cow<'static, str>,
    /// What it is.
    pub kind: FieldKind,
    /// Whether it may be absent, and is empty then.
    pub is_optional: bool,
}

/// What a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// The operator's or the vendor's own: it is hashed, and means nothing here.
    Free,
    /// How many seconds a link opens from its time of issue on; 0 for ever.
    Ttl,
    /// The second before which a link does not open; 0 for any.
    Start(TimeSpelling),
}

/// One part of the text that holds the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenPart {
    /// The digest.
    Token,
    /// The time. Where no text has it, it stands in an argument of its own.
    Time,
    /// Another field.
    Field(FieldId),
    /// These very bytes.
    Text(Cow<'static, str>),
}

/// The time that a link carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// What happens then.
    pub event: TimeEvent,
    /// How it is written. Every time has one spelling: between a path and a time that touch, a digit more or
    /// less would move the border.
    pub spelling: TimeSpelling,
    /// Whether it may be absent, so that the link opens for ever.
    pub is_optional: bool,
}

/// What happens at the time that a link carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeEvent {
    /// It expires.
    Expiry,
    /// It was issued, and opens for as long as operator, format or a field of the link say.
    Issue,
}

/// How a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeSpelling {
    /// Unix seconds in ten digits, the first of them no zero.
    Seconds,
    /// Unix seconds in eight hexadecimal digits, in either case.
    Hex,
    /// `YYYYMMDDHHMM`, twelve digits, so many hours east of UTC.
    Minutes {
        /// Hours.
        east: i8,
    },
    /// ISO 8601 with an offset or `Z`, an HTTP date (RFC 9110, 5.6.7), or Unix seconds of ten digits.
    Iso,
}

/// How a message becomes a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    /// The function.
    pub hash: Hash,
    /// As HMAC (RFC 2104), with the secret as its key. Otherwise the message has the secret.
    pub is_keyed: bool,
    /// How the digest is written.
    pub encoding: Encoding,
}

impl Digest {
    /// Bytes of a digest.
    pub const fn length(self) -> usize {
        self.hash.length()
    }

    /// Characters of a token, without padding.
    pub const fn text_length(self) -> usize {
        match self.encoding {
            Encoding::Base64Url | Encoding::Base64 => self.length().saturating_mul(4).div_ceil(3),
            Encoding::Hex => self.length().saturating_mul(2),
        }
    }
}

/// How a digest is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Base64url, with padding or without.
    Base64Url,
    /// Base64, with padding or without; base64url is taken too.
    Base64,
    /// Hexadecimal digits, in lower case.
    Hex,
}
