//! What a signer is told, what it makes of it, and why it may decline.

use core::fmt;

use crate::Params;
use crate::{Carrier, Scheme, TokenPart};

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
    /// What else the token shall demand, where the scheme has such claims.
    pub claims: &'a [Claim<'a>],
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
    /// The time that goes with it, as it is sent; `None` where the token has it inside.
    pub time: Option<&'a str>,
}

impl SignedFields<'_> {
    /// Writes the fields as a link of the scheme carries them: the arguments of a query, `st=…&e=…`, or the first
    /// segments of a path, `/…/…`.
    ///
    /// # Errors
    /// Where `out` takes no more, or a name is no UTF-8.
    pub fn write(&self, scheme: Scheme, params: &Params, out: &mut dyn fmt::Write) -> fmt::Result {
        let facts = scheme.facts();
        let time = self.time.unwrap_or_default();
        let parts = facts
            .format()
            .map_or(&[TokenPart::Token][..], |format| format.token);
        if let Some(name) = &params.token {
            write!(out, "{}=", utf8(name)?)?;
        }
        for part in parts {
            if facts.carrier == Carrier::Path {
                out.write_char('/')?;
            }
            match part {
                TokenPart::Token => write!(out, "{}", self.token)?,
                TokenPart::Time => out.write_str(time)?,
                TokenPart::Text(text) => out.write_str(text)?,
            }
        }
        match &params.expires {
            Some(name) => write!(out, "&{}={time}", utf8(name)?),
            None => Ok(()),
        }
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
    /// The secret is empty, or not as the scheme writes it.
    Secret,
    /// The token would be longer than any server accepts.
    Length,
    /// There were no random bytes.
    Random,
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
            Self::Secret => "the secret is empty, or not as the scheme writes it",
            Self::Length => "the token would be longer than servers accept",
            Self::Random => "the operating system gave no random bytes",
            Self::Output => "the signed link could not be written",
        })
    }
}

impl core::error::Error for SignError {}

impl From<fmt::Error> for SignError {
    fn from(_: fmt::Error) -> Self {
        Self::Output
    }
}
