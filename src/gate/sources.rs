//! Where tokens are looked for.

use std::rc::Rc;

use ngx::http::Request;

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
    pub(crate) fn get<'a>(
        &'a self,
        r: &'a Request,
        untouched: bool,
    ) -> Result<token::Source<'a>, Failed> {
        Ok(match self {
            Self::Args if untouched => token::Source::query(nginx::args(r)),
            Self::Args => token::Source::query(nginx::sent_args(r)),
            Self::Value(value) => token::Source::value(value.get(r)?),
        })
    }
}

/// The places where a token may stand, in the order in which they are looked at. None where it stands in the path.
pub(crate) struct Sources(Rc<[Source]>);

impl Sources {
    pub(crate) fn of_path() -> Self {
        Self(Rc::new([]))
    }

    pub(crate) fn new(listed: Option<Rc<[Source]>>) -> Self {
        Self(listed.unwrap_or_else(|| Rc::new([Source::Args])))
    }

    #[inline]
    pub(crate) fn get(&self, index: usize) -> Option<&Source> {
        self.0.get(index)
    }

    /// Whether the query may hold a token, whatever became of this one: where none does, what has a
    /// token's names there is the application's own.
    pub(crate) fn have_args(&self) -> bool {
        self.0.iter().any(|source| matches!(source, Source::Args))
    }
}
