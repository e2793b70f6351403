//! The cookie that keeps a token for what a player asks for next.

use std::rc::Rc;

use crate::nginx::Value;

/// The cookie that keeps a token.
pub(crate) struct Cookie {
    pub(crate) name: Box<[u8]>,
    /// `None` is the directory of the request.
    pub(crate) path: Option<Rc<Value>>,
    /// `None` is the very host that sets it.
    pub(crate) domain: Option<Rc<Value>>,
    pub(crate) same_site: Option<SameSite>,
}

/// With which requests from other sites a browser sends it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum SameSite {
    Strict,
    Lax,
    None,
}

impl SameSite {
    /// As it stands in the header.
    pub(crate) const fn as_bytes(self) -> &'static [u8] {
        match self {
            Self::Strict => b"Strict",
            Self::Lax => b"Lax",
            Self::None => b"None",
        }
    }
}

impl Cookie {
    /// Whether a browser takes it over TLS only, however the request came: something in front may have ended TLS.
    pub(crate) fn is_always_secure(&self) -> bool {
        self.same_site == Some(SameSite::None)
            || self.has_prefix(b"__Secure-")
            || self.is_for_host()
    }

    /// Whether its name asks browsers to see that it is for this host and all of its paths.
    pub(crate) fn is_for_host(&self) -> bool {
        self.has_prefix(b"__Host-")
    }

    /// Whether NGINX has a variable for it: `$cookie_` and its name.
    pub(crate) fn has_variable(&self) -> bool {
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        self.name.iter().all(is_plain)
    }

    /// Browsers too go by it in whatever case.
    fn has_prefix(&self, prefix: &[u8]) -> bool {
        let beginning = self.name.get(..prefix.len());
        beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(prefix))
    }
}
