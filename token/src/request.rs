//! What a scheme may ask about a request, and the rules it is to apply.

use alloc::borrow::Cow;

use crate::{Carrier, OpenedToken, Params, Place, QueryFields, Reason, Scheme, Secret};

/// The caller could not answer a question (its memory ran out, say). Nothing was decided, and the
/// request must not be let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure;

/// A request as a scheme sees it. Every answer is borrowed and asked for only when it is needed.
pub trait Request {
    /// The path that the client asked for: decoded and normalised as the server serves by it, with its
    /// leading slash, without host and query.
    fn path(&self) -> Result<&[u8], Failure>;

    /// The path that the operator says the token is for, where that is not the request's own.
    fn stated_path(&self) -> Result<Option<&[u8]>, Failure>;

    /// The decoded path that a token is for.
    ///
    /// # Errors
    /// As the questions that it asks.
    #[inline]
    fn token_path(&self) -> Result<&[u8], Failure> {
        match self.stated_path()? {
            Some(stated) => Ok(stated),
            None => self.path(),
        }
    }

    /// Path and query as the client sent them, without fragment.
    fn target(&self) -> Result<&[u8], Failure>;

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

    /// The server's variable at a position of [`Format::variables`](crate::Format::variables).
    fn variable(&self, index: usize) -> Result<&[u8], Failure>;

    /// Whether [`is_revoked`](Self::is_revoked) may say so of any token.
    #[inline]
    fn may_be_revoked(&self) -> bool {
        false
    }

    /// Whether the server ended a token that is right before its time. `issued`: when it was issued, in Unix seconds,
    /// where it says so. `session`: the one that it names.
    #[inline]
    fn is_revoked<'t>(
        &self,
        _token: &OpenedToken,
        _issued: Option<u64>,
        _session: impl FnOnce() -> Option<Cow<'t, [u8]>>,
    ) -> bool {
        false
    }

    /// The source number `index`, from 0, where a token may stand; `None` after the last. The first one that
    /// holds a token decides. Schemes whose tokens stand in the path ask for none.
    fn source(&self, index: usize) -> Result<Option<Source<'_>>, Failure>;

    /// The secret number `index`, from 0; `None` after the last. An empty one fits nothing.
    fn secret(&self, index: usize) -> Result<Option<Secret<'_>>, Failure>;
}

/// A text of the form `name=value&name=value` in which a token may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source<'a> {
    /// What it is of the request: [`Carrier::Query`] or [`Carrier::Value`].
    pub carrier: Carrier,
    /// As the client sent it.
    pub text: &'a [u8],
}

impl<'a> Source<'a> {
    /// The client's query, without `?`.
    pub const fn query(text: &'a [u8]) -> Self {
        Self {
            carrier: Carrier::Query,
            text,
        }
    }

    /// A cookie, a header or the like.
    pub const fn value(text: &'a [u8]) -> Self {
        Self {
            carrier: Carrier::Value,
            text,
        }
    }
}

/// A [`Request`] whose answers are all at hand.
#[derive(Clone, Copy, Default)]
pub struct RequestParts<'a> {
    /// See [`Request::path`].
    pub path: &'a [u8],
    /// See [`Request::stated_path`].
    pub stated_path: Option<&'a [u8]>,
    /// See [`Request::target`].
    pub target: &'a [u8],
    /// See [`Request::source`].
    pub sources: &'a [Source<'a>],
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
    /// See [`Request::variable`].
    pub variables: &'a [&'a [u8]],
    /// See [`Request::is_revoked`]; `None` where nothing is.
    pub revoked: Option<&'a RevokedCheck<'a>>,
}

/// Whether a token that is right was revoked: by itself, by when it was issued, or by its session.
pub type RevokedCheck<'a> = dyn Fn(&OpenedToken, Option<u64>, Option<&[u8]>) -> bool + 'a;

impl Request for RequestParts<'_> {
    fn may_be_revoked(&self) -> bool {
        self.revoked.is_some()
    }

    fn is_revoked<'t>(
        &self,
        token: &OpenedToken,
        issued: Option<u64>,
        session: impl FnOnce() -> Option<Cow<'t, [u8]>>,
    ) -> bool {
        let check = self.revoked;
        check.is_some_and(|check| check(token, issued, session().as_deref()))
    }

    fn path(&self) -> Result<&[u8], Failure> {
        Ok(self.path)
    }

    fn stated_path(&self) -> Result<Option<&[u8]>, Failure> {
        Ok(self.stated_path)
    }

    fn target(&self) -> Result<&[u8], Failure> {
        Ok(self.target)
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

    fn variable(&self, index: usize) -> Result<&[u8], Failure> {
        self.variables.get(index).copied().ok_or(Failure)
    }

    fn source(&self, index: usize) -> Result<Option<Source<'_>>, Failure> {
        Ok(self.sources.get(index).copied())
    }

    fn secret(&self, index: usize) -> Result<Option<Secret<'_>>, Failure> {
        Ok(self.secrets.get(index).map(|text| Secret::new(text)))
    }
}

/// The first source that holds a token, its position, and what it holds.
pub(crate) type FoundToken<'r> = (u16, Source<'r>, QueryFields<'r>);

/// Finds the first source that holds a token.
// What is found is large, and to hand it on twice takes as long as to find it.
#[inline(always)]
pub(crate) fn first_token<'r>(
    request: &'r impl Request,
    params: &Params,
) -> Result<Option<FoundToken<'r>>, Failure> {
    for index in 0..u16::MAX {
        let Some(source) = request.source(index.into())? else {
            break;
        };
        if let Some(found) = params.find(source.text) {
            return Ok(Some((index, source, found)));
        }
    }
    Ok(None)
}

/// Finds the text and the place of a token that says all by itself. The inner error is why there is none.
#[inline(always)]
pub(crate) fn lone_token<'r>(
    request: &'r impl Request,
    params: &Params,
) -> Result<Result<(&'r [u8], Place), Reason>, Failure> {
    let Some((index, source, found)) = first_token(request, params)? else {
        return Ok(Err(Reason::Missing));
    };
    if found.duplicate {
        return Ok(Err(Reason::Duplicate));
    }
    let (token, none) = params.spans(source.text, found.token, None);
    let place = Place::new(source.carrier, index, token, none);
    Ok(Ok((found.token, place)))
}

/// Path and query of a request target.
pub(crate) fn split_target(target: &[u8]) -> (&[u8], &[u8]) {
    let mark = memchr::memchr(b'?', target).and_then(|at| target.split_at_checked(at));
    let (path, query) = match mark {
        Some((path, query)) => (path, query.get(1..).unwrap_or_default()),
        None => (target, b"".as_slice()),
    };
    // "http://example.com?query" has none, and is served by the root.
    (if path.is_empty() { b"/" } else { path }, query)
}

/// What the operator asks of a token.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Names of the token's parameters.
    pub params: Params,
    /// Paths are compared without regard to ASCII case: lower-cased before they are hashed.
    pub ignore_case: bool,
    /// How many seconds after its expiry a token still opens.
    pub clock_skew: u64,
    /// How many seconds ahead an expiry may lie; `None` for any.
    pub max_lifetime: Option<u64>,
    /// How many seconds a link opens from its time of issue on, where that is the time it carries.
    pub lifetime: u64,
}

impl Rules {
    /// The rules of a vendor's own server.
    pub fn of(scheme: &Scheme) -> Self {
        let facts = scheme.facts();
        Self {
            params: facts.params.clone(),
            ignore_case: false,
            clock_skew: 0,
            max_lifetime: None,
            lifetime: facts.lifetime().unwrap_or_default(),
        }
    }
}
