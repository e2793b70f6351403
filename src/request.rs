//! An NGINX request as a token scheme sees it.

use std::borrow::Cow;
use std::cell::OnceCell;

use ngx::http::Request;
use token::{Failure, OpenedToken, Secret, Source};

use crate::gate::{ClientAddress, Entry, Gate, Revocation};
use crate::nginx::{self, Failed, Value};
use crate::revocation::Question;

/// A request before one of a gate's schemes. Whatever is configured with variables is worked out when it is asked
/// for.
pub(crate) struct RequestView<'a> {
    pub(crate) r: &'a Request,
    pub(crate) gate: &'a Gate,
    pub(crate) entry: &'a Entry,
    pub(crate) look: Look,
}

/// How a request is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// Path and query are taken from what the client sent.
    AsSent,
    /// They are known to stand where NGINX keeps them, see [`nginx::is_untouched`].
    Untouched,
    /// As sent, and only to find out whether there is a token: no secret opens it, and nothing is asked that may be
    /// put together with the answer.
    ForToken,
}

impl Look {
    /// `untouched`: see [`nginx::is_untouched`].
    #[inline(always)]
    pub(crate) fn new(untouched: bool) -> Self {
        if untouched {
            Self::Untouched
        } else {
            Self::AsSent
        }
    }
}

impl<'a> RequestView<'a> {
    fn value(&self, value: &'a Value) -> Result<&'a [u8], Failure> {
        value.get(self.r).map_err(|Failed| Failure)
    }

    #[inline]
    fn sent_path(&self) -> Result<&'a [u8], Failure> {
        if self.look == Look::Untouched {
            Ok(nginx::path(self.r))
        } else {
            nginx::sent_path(self.r).map_err(|Failed| Failure)
        }
    }

    #[inline]
    fn address(&self) -> Result<Option<&'a [u8]>, Failure> {
        match &self.entry.client_address {
            ClientAddress::Value(_) if self.look == Look::ForToken => Ok(None),
            ClientAddress::Off => Ok(None),
            ClientAddress::Connected => Ok(Some(nginx::client_ip(self.r))),
            ClientAddress::Value(value) => self.value(value).map(Some),
        }
    }

    #[inline]
    fn source_at(&self, index: usize) -> Result<Option<Source<'a>>, Failure> {
        match self.entry.sources.get(index) {
            Some(source) => match source.get(self.r, self.look == Look::Untouched) {
                Ok(source) => Ok(Some(source)),
                Err(Failed) => Err(Failure),
            },
            None => Ok(None),
        }
    }

    #[inline]
    fn secret_at(&self, index: usize) -> Result<Option<Secret<'a>>, Failure> {
        let secret = self.entry.secrets.get(index);
        let Some(secret) = secret.filter(|_| self.look != Look::ForToken) else {
            return Ok(None);
        };
        let text = self.value(&secret.text)?;
        Ok(Some(Secret::new(text).with_key(secret.key.as_deref())))
    }
}

impl token::Request for RequestView<'_> {
    fn path(&self) -> Result<&[u8], Failure> {
        self.sent_path()
    }

    fn stated_path(&self) -> Result<Option<&[u8]>, Failure> {
        let stated = self.gate.uri.as_deref();
        let stated = stated.filter(|_| self.look != Look::ForToken);
        stated.map(|value| self.value(value)).transpose()
    }

    fn target(&self) -> Result<&[u8], Failure> {
        Ok(nginx::sent_target(self.r))
    }

    fn client_ip(&self) -> Result<Option<&[u8]>, Failure> {
        self.address()
    }

    fn country(&self) -> Result<Option<&[u8]>, Failure> {
        let country = self.gate.country.as_deref();
        country.map(|value| self.value(value)).transpose()
    }

    fn referrer(&self) -> Result<&[u8], Failure> {
        Ok(nginx::referrer(self.r))
    }

    fn host(&self) -> Result<&[u8], Failure> {
        Ok(nginx::host(self.r))
    }

    fn protocol(&self) -> Result<&[u8], Failure> {
        nginx::protocol(self.r).map_err(|Failed| Failure)
    }

    fn variable(&self, index: usize) -> Result<&[u8], Failure> {
        if self.look == Look::ForToken {
            return Ok(b"");
        }
        let value = self.entry.variables.get(index).ok_or(Failure)?;
        self.value(value)
    }

    #[inline]
    fn may_be_revoked(&self) -> bool {
        let revocation = self.entry.revocation.as_deref();
        revocation.is_some_and(Revocation::is_any)
    }

    fn is_revoked<'t>(
        &self,
        token: &OpenedToken,
        issued: Option<u64>,
        session: impl FnOnce() -> Option<Cow<'t, [u8]>>,
    ) -> bool {
        let entry = self.entry;
        let revocation = entry.revocation.as_deref();
        revocation.is_some_and(|revocation| {
            let question = Question {
                entry,
                token,
                issued,
            };
            revocation.has(&question, session)
        })
    }

    #[inline]
    fn source(&self, index: usize) -> Result<Option<Source<'_>>, Failure> {
        self.source_at(index)
    }

    fn secret(&self, index: usize) -> Result<Option<Secret<'_>>, Failure> {
        self.secret_at(index)
    }
}

/// A request that is looked at for each link of a playlist: what takes memory to be worked out is so once.
pub(crate) struct Remembered<'a> {
    view: RequestView<'a>,
    path: OnceCell<&'a [u8]>,
    address: OnceCell<Option<&'a [u8]>>,
    source: OnceCell<(usize, Option<Source<'a>>)>,
    secret: OnceCell<(usize, Option<Secret<'a>>)>,
}

impl<'a> Remembered<'a> {
    pub(crate) fn new(view: RequestView<'a>) -> Self {
        Self {
            view,
            path: OnceCell::new(),
            address: OnceCell::new(),
            source: OnceCell::new(),
            secret: OnceCell::new(),
        }
    }
}

/// What is there already, or what is worked out now.
fn once<T: Copy>(
    cell: &OnceCell<T>,
    get: impl FnOnce() -> Result<T, Failure>,
) -> Result<T, Failure> {
    match cell.get() {
        Some(there) => Ok(*there),
        None => get().map(|new| *cell.get_or_init(|| new)),
    }
}

/// The same for one of several, of which one alone is asked for as a rule.
fn once_at<T: Copy>(
    cell: &OnceCell<(usize, T)>,
    index: usize,
    get: impl Fn(usize) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let (first, there) = once(cell, || Ok((index, get(index)?)))?;
    if first == index {
        Ok(there)
    } else {
        get(index)
    }
}

impl token::Request for Remembered<'_> {
    fn path(&self) -> Result<&[u8], Failure> {
        once(&self.path, || self.view.sent_path())
    }

    fn stated_path(&self) -> Result<Option<&[u8]>, Failure> {
        self.view.stated_path()
    }

    fn target(&self) -> Result<&[u8], Failure> {
        self.view.target()
    }

    fn client_ip(&self) -> Result<Option<&[u8]>, Failure> {
        once(&self.address, || self.view.address())
    }

    fn country(&self) -> Result<Option<&[u8]>, Failure> {
        self.view.country()
    }

    fn referrer(&self) -> Result<&[u8], Failure> {
        self.view.referrer()
    }

    fn host(&self) -> Result<&[u8], Failure> {
        self.view.host()
    }

    fn protocol(&self) -> Result<&[u8], Failure> {
        self.view.protocol()
    }

    fn variable(&self, index: usize) -> Result<&[u8], Failure> {
        self.view.variable(index)
    }

    fn source(&self, index: usize) -> Result<Option<Source<'_>>, Failure> {
        once_at(&self.source, index, |index| self.view.source_at(index))
    }

    fn secret(&self, index: usize) -> Result<Option<Secret<'_>>, Failure> {
        once_at(&self.secret, index, |index| self.view.secret_at(index))
    }
}
