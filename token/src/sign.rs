//! What a signer is told, what it makes of it, and why it may decline.

use core::fmt;

use crate::{Carrier, Failure, FieldId, Params, Scheme, TokenPart};

/// A link to be signed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Link<'a> {
    /// The decoded path, with its leading slash, without host and query.
    pub path: &'a [u8],
    /// Path and query as they will be sent, without the token. Schemes that hash the decoded path need it not.
    pub target: &'a [u8],
    /// When the link expires, in Unix seconds; `None` for never, where the scheme has that.
    pub expires: Option<u64>,
    /// The client's address as text, to bind the link to it.
    pub client_ip: Option<&'a [u8]>,
    /// When the link was issued, in Unix seconds: asked for where it carries that and its lifetime.
    pub issued: Option<u64>,
    /// The directory above the file that the link shall open, where the scheme signs one; `None` for the deepest.
    pub directory: Option<&'a [u8]>,
    /// What else the token shall demand, where the scheme has such claims.
    pub claims: &'a [Claim<'a>],
    /// The fields of the scheme's format that are nobody's but the operator's, and those that say from when on and for
    /// how long the link opens.
    pub fields: &'a [Claim<'a>],
    /// The server's variables that are hashed, in the order of [`Format::variables`](crate::Format::variables).
    pub variables: &'a [&'a [u8]],
}

/// What a link leads to that is signed after a token which was opened: see [`Scheme::sign_child`].
#[derive(Clone, Copy, Debug)]
pub struct Child<'a> {
    /// See [`Link::path`].
    pub path: &'a [u8],
    /// See [`Link::target`]; asked for where [`Scheme::signs_target`] says so.
    pub target: &'a [u8],
}

/// A claim by the scheme's own name for it.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Its name, `ec_country_allow` for example.
    pub name: &'a [u8],
    /// Its value, as the vendor writes it.
    pub value: &'a [u8],
}

/// The fields that make a link open.
pub struct SignedFields<'a> {
    /// The token itself.
    pub token: &'a dyn fmt::Display,
    /// The time that goes with it, as it is sent; `None` where the scheme's links have none.
    pub time: Option<&'a str>,
    /// The other fields, by their positions in [`Format::fields`](crate::Format::fields).
    pub fields: &'a [&'a [u8]],
    /// The arguments that say what the token demands, each with an ampersand in front of it; `None` where there are
    /// none.
    pub more: Option<&'a dyn fmt::Display>,
    /// Bytes of the path that stand in front of the token, where it stands there.
    pub at: usize,
    /// The names in the path, where the token is to stand there though its scheme has it in the query.
    pub in_path: Option<&'a Params>,
}

impl SignedFields<'_> {
    /// Writes the fields as a link of the scheme carries them: the arguments of a query, `st=…&e=…`, or the first
    /// segments of a path, `/…/…`.
    ///
    /// # Errors
    /// Where `out` takes no more, or a name is no UTF-8.
    pub fn write(&self, scheme: &Scheme, params: &Params, out: &mut dyn fmt::Write) -> fmt::Result {
        let facts = scheme.facts();
        let parts = facts
            .format()
            .map_or(&[TokenPart::Token][..], |format| &format.token);
        let time = self.time.unwrap_or_default();
        let params = self.in_path.unwrap_or(params);
        if facts.carrier == Carrier::Path || self.in_path.is_some() {
            out.write_char('/')?;
        }
        if let Some(name) = &params.token {
            write!(out, "{}=", utf8(name)?)?;
        }
        for part in parts {
            match part {
                TokenPart::Token => write!(out, "{}", self.token)?,
                TokenPart::Time => out.write_str(time)?,
                TokenPart::Field(id) => out.write_str(self.field(*id)?)?,
                TokenPart::Text(text) => out.write_str(text)?,
            }
        }
        if let Some(more) = self.more {
            write!(out, "{more}")?;
        }
        if let Some(name) = &params.expires {
            write!(out, "&{}={time}", utf8(name)?)?;
        }
        for param in params.fields.iter() {
            let value = self.field(param.field)?;
            if !value.is_empty() {
                write!(out, "&{}={value}", utf8(&param.name)?)?;
            }
        }
        Ok(())
    }

    fn field(&self, id: FieldId) -> Result<&str, fmt::Error> {
        utf8(
            self.fields
                .get(usize::from(id))
                .copied()
                .unwrap_or_default(),
        )
    }
}

fn utf8(name: &[u8]) -> Result<&str, fmt::Error> {
    core::str::from_utf8(name).map_err(|_| fmt::Error)
}

/// Why a link was not signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignError {
    /// The path is empty, has control characters, or cannot be written in such a token.
    Path,
    /// The expiry is missing, or not one that such a token can have.
    Expires,
    /// The scheme binds no client address, or the address is not one that can be signed.
    ClientIp,
    /// The scheme has no such claim, it is there twice, or its value is not of its form.
    Claim,
    /// The format has no such field, one is missing, or its value cannot stand there.
    Field,
    /// A variable of the server that is hashed was not given.
    Variable,
    /// The secret is empty, or not as the scheme writes it.
    Secret,
    /// The token would be longer than any server accepts.
    Length,
    /// There were no random bytes.
    Random,
    /// The token that was opened is none after which another can be made.
    Token,
    /// The request could not answer.
    Unanswered,
    /// The output took no more.
    Output,
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => {
                "the path is empty, has control characters, or cannot be written in such a token"
            }
            Self::Expires => "the expiry must be a Unix time from 1 to 9999999999",
            Self::ClientIp => {
                "the scheme binds no client address, or the address is not one that can be signed"
            }
            Self::Claim => {
                "the scheme has no such claim, it is given twice, or its value is not of its form"
            }
            Self::Field => {
                "the scheme has no such field, one of its fields is missing, or its value cannot stand in a link"
            }
            Self::Variable => "a variable of the server that is hashed was not given",
            Self::Secret => "the secret is empty, or not as the scheme writes it",
            Self::Length => "the token would be longer than servers accept",
            Self::Random => "the operating system gave no random bytes",
            Self::Token => "no other can be made after the token that opened it",
            Self::Unanswered => "the request could not answer",
            Self::Output => "the signed link could not be written",
        })
    }
}

impl core::error::Error for SignError {}

impl From<Failure> for SignError {
    fn from(_: Failure) -> Self {
        Self::Unanswered
    }
}

impl From<fmt::Error> for SignError {
    fn from(_: fmt::Error) -> Self {
        Self::Output
    }
}
