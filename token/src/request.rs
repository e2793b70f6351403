//! What a scheme may ask about a request, and the rules it is to apply.

use crate::query::Fields;
use crate::{Params, Scheme, Secret};

/// The caller could not answer a question (its memory ran out, say). Nothing was decided, and the
/// request must not be let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure;

/// A request as a scheme sees it. Every answer is borrowed and asked for only when it is needed.
pub trait Request {
    /// The path the token is for: decoded and normalised as the server serves by it, with its
    /// leading slash, without host and query.
    fn path(&self) -> Result<&[u8], Failure>;

    /// The client's address as text where tokens are bound to it, else `None`.
    fn client_ip(&self) -> Result<Option<&[u8]>, Failure>;

    /// The client's country as a two-letter code, empty where it is not known; `None` where nobody is
    /// asked for it.
    fn country(&self) -> Result<Option<&[u8]>, Failure>;

    /// The URL of the page that led here (`Referer`); empty where there is none.
    fn referrer(&self) -> Result<&[u8], Failure>;

    /// The host that the client asked for, without port; empty where it named none.
    fn host(&self) -> Result<&[u8], Failure>;

    /// `http` or `https`.
    fn protocol(&self) -> Result<&[u8], Failure>;

    /// The place number `index`, from 0, where a token may stand, of the form
    /// `name=value&name=value`; `None` after the last. The first one that holds a token decides.
    fn source(&self, index: usize) -> Result<Option<&[u8]>, Failure>;

    /// The secret number `index`, from 0; `None` after the last. An empty one fits nothing.
    fn secret(&self, index: usize) -> Result<Option<Secret<'_>>, Failure>;
}

/// A [`Request`] whose answers are all at hand.
#[derive(Clone, Copy, Default)]
pub struct RequestParts<'a> {
    /// See [`Request::path`].
    pub path: &'a [u8],
    /// See [`Request::source`].
    pub sources: &'a [&'a [u8]],
    /// See [`Request::secret`].
    pub secrets: &'a [&'a [u8]],
    /// See [`Request::client_ip`].
    pub client_ip: Option<&'a [u8]>,
    /// See [`Request::country`].
    pub country: Option<&'a [u8]>,
    /// See [`Request::referrer`].
    pub referrer: &'a [u8],
    /// See [`Request::host`].
    pub host: &'a [u8],
    /// See [`Request::protocol`].
    pub protocol: &'a [u8],
}

impl Request for RequestParts<'_> {
    fn path(&self) -> Result<&[u8], Failure> {
        Ok(self.path)
    }

    fn client_ip(&self) -> Result<Option<&[u8]>, Failure> {
        Ok(self.client_ip)
    }

    fn country(&self) -> Result<Option<&[u8]>, Failure> {
        Ok(self.country)
    }

    fn referrer(&self) -> Result<&[u8], Failure> {
        Ok(self.referrer)
    }

    fn host(&self) -> Result<&[u8], Failure> {
        Ok(self.host)
    }

    fn protocol(&self) -> Result<&[u8], Failure> {
        Ok(self.protocol)
    }

    fn source(&self, index: usize) -> Result<Option<&[u8]>, Failure> {
        Ok(self.sources.get(index).copied())
    }

    fn secret(&self, index: usize) -> Result<Option<Secret<'_>>, Failure> {
        Ok(self.secrets.get(index).map(|text| Secret::new(text)))
    }
}

/// The first place that holds a token decides. Also returns which one that is.
#[inline]
pub(crate) fn first_token<'a>(
    request: &'a dyn Request,
    params: &Params<'_>,
) -> Result<Option<(Fields<'a>, usize)>, Failure> {
    let mut index = 0usize;
    while let Some(source) = request.source(index)? {
        if let Some(fields) = params.find(source) {
            return Ok(Some((fields, index)));
        }
        index = index.saturating_add(1);
    }
    Ok(None)
}

/// What the operator asks of a token.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// Names of the token's parameters.
    pub params: Params<'a>,
    /// Paths are compared without regard to ASCII case: lower-cased before they are hashed.
    pub ignore_case: bool,
    /// How many seconds after its expiry a token still opens.
    pub clock_skew: u64,
    /// How many seconds ahead an expiry may lie; `None` for any.
    pub max_lifetime: Option<u64>,
}

impl Rules<'static> {
    /// The rules of a vendor's own server.
    pub fn of(scheme: &dyn Scheme) -> Self {
        Self {
            params: scheme.facts().params,
            ignore_case: false,
            clock_skew: 0,
            max_lifetime: None,
        }
    }
}
