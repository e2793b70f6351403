//! Where tokens are looked for, and whether that is the client's query.

use std::rc::Rc;

use ngx::http::Request;
use token::Claims;

use crate::nginx::{self, Failed, Value};

/// Where a token may stand.
pub(crate) enum Source {
    /// The client's query string.
    Args,
    /// Anything else of the same form.
    Value(Value),
}

impl Source {
    /// What stands there. `untouched`: the client's query is known to be where NGINX keeps it, see
    /// [`nginx::is_untouched`].
    #[inline]
    pub(crate) fn text<'a>(&'a self, r: &'a Request, untouched: bool) -> Result<&'a [u8], Failed> {
        match self {
            Self::Args if untouched => Ok(nginx::args(r)),
            Self::Args => Ok(nginx::sent_args(r)),
            Self::Value(value) => value.get(r),
        }
    }
}

/// The places where a token may stand, in the order in which they are looked at.
pub(crate) struct Sources(Rc<[Source]>);

impl Sources {
    pub(crate) fn new(listed: Option<Rc<[Source]>>) -> Self {
        Self(listed.unwrap_or_else(|| Rc::new([Source::Args])))
    }

    #[inline]
    pub(crate) fn get(&self, index: usize) -> Option<&Source> {
        self.0.get(index)
    }

    /// Where the token of these claims stood.
    pub(crate) fn of(&self, claims: &Claims) -> Option<&Source> {
        self.get(claims.source())
    }

    /// Whether the query may hold a token, whatever became of this one: where none does, what has a
    /// token's names there is the application's own.
    pub(crate) fn have_args(&self) -> bool {
        self.0.iter().any(|source| matches!(source, Source::Args))
    }

    /// Whether the token of these claims stood in the query: where it did not, what has its names there
    /// is the application's own.
    pub(crate) fn had_in_args(&self, claims: &Claims) -> bool {
        matches!(self.of(claims), Some(Source::Args))
    }
}
