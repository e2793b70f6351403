//! An NGINX request as a token scheme sees it.

use ngx::http::Request;
use token::{Failure, Secret, Source};

use crate::gate::{ClientAddress, Entry, Gate};
use crate::nginx::{self, Failed, Value};

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

impl RequestView<'_> {
    fn value<'a>(&'a self, value: &'a Value) -> Result<&'a [u8], Failure> {
        value.get(self.r).map_err(|Failed| Failure)
    }
}

impl token::Request for RequestView<'_> {
    fn path(&self) -> Result<&[u8], Failure> {
        if self.look == Look::Untouched {
            Ok(nginx::path(self.r))
        } else {
            nginx::sent_path(self.r).map_err(|Failed| Failure)
        }
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
        match &self.entry.client_address {
            ClientAddress::Value(_) if self.look == Look::ForToken => Ok(None),
            ClientAddress::Off => Ok(None),
            ClientAddress::Connected => Ok(Some(nginx::client_ip(self.r))),
            ClientAddress::Value(value) => self.value(value).map(Some),
        }
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
    fn source(&self, index: usize) -> Result<Option<Source<'_>>, Failure> {
        match self.entry.sources.get(index) {
            Some(source) => match source.get(self.r, self.look == Look::Untouched) {
                Ok(source) => Ok(Some(source)),
                Err(Failed) => Err(Failure),
            },
            None => Ok(None),
        }
    }

    fn secret(&self, index: usize) -> Result<Option<Secret<'_>>, Failure> {
        let secret = self.entry.secrets.get(index);
        let Some(secret) = secret.filter(|_| self.look != Look::ForToken) else {
            return Ok(None);
        };
        let text = self.value(&secret.text)?;
        Ok(Some(Secret::new(text).with_key(secret.key.as_deref())))
    }
}
