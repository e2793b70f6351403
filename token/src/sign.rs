//! What a signer is told, and why it may decline.

use core::fmt;

/// A link to be signed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Link<'a> {
    /// The decoded path, with its leading slash, without host and query.
    pub path: &'a [u8],
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

/// Why a link was not signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignError {
    /// The path is empty, has control characters, or cannot be written in such a token.
    Path,
    /// The expiry is missing, 0 or has more than ten digits.
    Expires,
    /// The scheme binds no client address, or the address is not one that can be signed.
    ClientIp,
    /// The scheme has no such claim, it is there twice, or its value is not of its form.
    Claim,
    /// The secret is empty.
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
            Self::Secret => "the secret is empty",
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
