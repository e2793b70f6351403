//! An NGINX request as a token scheme sees it.

use ngx::http::Request;
use token::{Claims, ClientIp, Failure, Params, Scheme, Secret};

use crate::config::{LocationConf, Source};
use crate::nginx::{self, Failed, Value};

/// A query string without the token's parameters, in the request's pool. It is the client's, or what
/// became of that.
pub(crate) fn without_token<'a>(
    r: &'a Request,
    params: &Params<'_>,
    query: &[u8],
) -> Result<&'a [u8], Failed> {
    // To find it takes a look at every byte, and only a token without a name is known by it.
    let sent = match params.token {
        None => nginx::sent_args(r),
        Some(_) => b"",
    };
    keep_query(r, params.others(query, sent))
}

/// The parameters of an accepted token as they stand in the source that it came from, in the request's
/// pool.
pub(crate) fn token_alone<'a>(
    r: &'a Request,
    conf: &LocationConf,
    claims: &Claims,
) -> Result<&'a [u8], Failed> {
    let Some(scheme) = conf.scheme() else {
        return Ok(b"");
    };
    let source = match conf.sources().get(claims.source()) {
        None => b"",
        Some(Source::Args) => nginx::sent_args(r),
        Some(Source::Value(value)) => value.get(r)?,
    };
    keep_query(r, conf.param_names(scheme).own(source))
}

/// Puts a query string together from its pieces, in the request's pool.
fn keep_query<'a, 'p>(
    r: &'a Request,
    pieces: impl Iterator<Item = &'p [u8]> + Clone,
) -> Result<&'a [u8], Failed> {
    let joined = pieces.flat_map(|piece| [b"&".as_slice(), piece]).skip(1);
    nginx::keep_bytes(r, joined).map(|bytes| &*bytes)
}

/// A request under the rules of a location. Whatever is configured with variables is worked out
/// when it is asked for.
pub(crate) struct RequestView<'a> {
    pub(crate) r: &'a Request,
    pub(crate) conf: &'a LocationConf,
    /// Path and query are known to stand where NGINX keeps them.
    pub(crate) untouched: bool,
}

impl RequestView<'_> {
    fn value<'a>(&'a self, value: &'a Value) -> Result<&'a [u8], Failure> {
        value.get(self.r).map_err(|Failed| Failure)
    }
}

impl token::Request for RequestView<'_> {
    fn path(&self) -> Result<&[u8], Failure> {
        match &self.conf.uri {
            Some(value) => self.value(value),
            None if self.untouched => Ok(nginx::path(self.r)),
            None => nginx::sent_path(self.r).map_err(|Failed| Failure),
        }
    }

    fn client_ip(&self) -> Result<Option<&[u8]>, Failure> {
        match &self.conf.client_ip {
            Some(Some(value)) => self.value(value).map(Some),
            Some(None) => Ok(None),
            None => {
                let is_claimed =
                    |scheme: &dyn Scheme| scheme.facts().client_ip == ClientIp::Claimed;
                let has_default = self.conf.scheme().is_some_and(is_claimed);
                Ok(has_default.then(|| nginx::client_ip(self.r)))
            }
        }
    }

    fn country(&self) -> Result<Option<&[u8]>, Failure> {
        let country = self.conf.country.as_deref();
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

    fn source(&self, index: usize) -> Result<Option<&[u8]>, Failure> {
        match self.conf.sources().get(index) {
            None => Ok(None),
            Some(Source::Args) if self.untouched => Ok(Some(nginx::args(self.r))),
            Some(Source::Args) => Ok(Some(nginx::sent_args(self.r))),
            Some(Source::Value(value)) => self.value(value).map(Some),
        }
    }

    fn secret(&self, index: usize) -> Result<Option<Secret<'_>>, Failure> {
        let Some(secret) = self.conf.secrets().get(index) else {
            return Ok(None);
        };
        let text = self.value(&secret.value)?;
        Ok(Some(Secret::new(text).with_key(self.conf.key(index))))
    }
}
