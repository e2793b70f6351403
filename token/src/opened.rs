//! A request once more, after one of its tokens was opened.

use crate::{Failure, OpenedToken, Request, Secret, Source};

/// A request in which no token is found but the one that was opened, and no secret but the one that opened it: what a
/// request says elsewhere may have changed since, and was held against no secret.
pub(crate) struct OpenedRequest<'r, R> {
    pub(crate) request: &'r R,
    pub(crate) token: &'r OpenedToken,
}

impl<R: Request> Request for OpenedRequest<'_, R> {
    fn path(&self) -> Result<&[u8], Failure> {
        self.request.path()
    }

    fn stated_path(&self) -> Result<Option<&[u8]>, Failure> {
        self.request.stated_path()
    }

    fn target(&self) -> Result<&[u8], Failure> {
        self.request.target()
    }

    fn client_ip(&self) -> Result<Option<&[u8]>, Failure> {
        self.request.client_ip()
    }

    fn country(&self) -> Result<Option<&[u8]>, Failure> {
        self.request.country()
    }

    fn referrer(&self) -> Result<&[u8], Failure> {
        self.request.referrer()
    }

    fn host(&self) -> Result<&[u8], Failure> {
        self.request.host()
    }

    fn protocol(&self) -> Result<&[u8], Failure> {
        self.request.protocol()
    }

    fn variable(&self, index: usize) -> Result<&[u8], Failure> {
        self.request.variable(index)
    }

    fn source(&self, index: usize) -> Result<Option<Source<'_>>, Failure> {
        match index {
            0 => self.request.source(self.token.place.source.into()),
            _ => Ok(None),
        }
    }

    fn secret(&self, index: usize) -> Result<Option<Secret<'_>>, Failure> {
        match index {
            0 => self.request.secret(self.token.secret as usize),
            _ => Ok(None),
        }
    }
}

/// The secret that opened it.
pub(crate) fn secret_of(parent: &impl Request) -> Result<Secret<'_>, crate::SignError> {
    parent.secret(0)?.ok_or(crate::SignError::Token)
}
