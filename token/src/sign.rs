//! What a signer is told, and why it may decline.

use core::fmt;

/// A link to be signed.
#[derive(Clone, Copy, Debug)]
pub struct Link<'a> {
    /// The decoded path, with its leading slash, without host and query.
    pub path: &'a [u8],
    /// When the link expires, in Unix seconds.
    pub expires: u64,
    /// The client's address as text, to bind the link to it.
    pub client_ip: Option<&'a [u8]>,
}

/// Why a link was not signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignError {
    /// The path is empty or has control characters.
    Path,
    /// The expiry is 0 or has more than ten digits.
    Expires,
    /// The scheme binds no client address, or the address is empty or has control characters.
    ClientIp,
    /// The secret is empty.
    Secret,
    /// The output took no more.
    Output,
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => "the path is empty or has control characters",
            Self::Expires => "the expiry must be a Unix time from 1 to 9999999999",
            Self::ClientIp => {
                "the scheme binds no client address, or the address is not one that can be signed"
            }
            Self::Secret => "the secret is empty",
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
