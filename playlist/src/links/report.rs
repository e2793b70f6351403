//! What becomes of a link, and why.

use crate::Left;
use core::fmt;

/// What becomes of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report<'a, R> {
    /// The tag, or the attribute or element, that it stands in.
    pub kind: &'static str,
    /// As it stands; empty where it is too long to be looked at.
    pub written: &'a [u8],
    /// The path that it leads to, as far as one was found.
    pub path: Option<&'a [u8]>,
    /// What is done.
    pub outcome: Outcome<R>,
}

/// What is done with a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<R> {
    /// It gets a token of its own.
    Signed,
    /// It gets the manifest's token.
    HandedOn,
    /// It leads behind the manifest's token, which stands in the path.
    Kept,
    /// It stays as it stands.
    Left(Why<R>),
}

/// Why a link has no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why<R> {
    /// No token must, or could, be put there.
    Left(Left),
    /// It leads out of the directory that may be signed.
    Elsewhere,
    /// The token that stands in the manifest's path has no place in its path.
    NoPlace,
    /// It leads to more than one path.
    Several,
    /// The signer makes no token for it.
    Refused(R),
}

impl<R> Why<R> {
    /// Whether no token is for such a link anyhow: `data:`, and the manifest itself.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        matches!(self, Why::Left(Left::Scheme | Left::SameDocument))
    }
}

impl<R: fmt::Display> fmt::Display for Why<R> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Left(left) => left.fmt(to),
            Why::Elsewhere => to.write_str("it is not under what may be signed"),
            Why::NoPlace => to.write_str("the token in the path has no place in its path"),
            Why::Several => to.write_str("it is for more than one path"),
            Why::Refused(refusal) => refusal.fmt(to),
        }
    }
}
