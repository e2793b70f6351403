//! A token's parameters, and the others of the query that they stand in.

use ngx::http::Request;
use token::Claims;

use crate::gate::Gate;
use crate::nginx::{self, Failed};

/// The client's query string as it was sent, without the parameters of any token that may be in it.
pub(crate) fn sent_without_token<'a>(r: &'a Request, gate: &Gate) -> Result<&'a [u8], Failed> {
    let args = nginx::sent_args(r);
    if gate.sources.have_args() {
        without_token(r, gate, args)
    } else {
        Ok(args)
    }
}

/// Takes an accepted token out of the query that upstreams and caches see.
pub(crate) fn strip(r: &mut Request, gate: &Gate, claims: &Claims) -> Result<(), Failed> {
    if gate.sources.had_in_args(claims) {
        nginx::shorten_args(r, |r| without_token(r, gate, nginx::args(r)))
    } else {
        Ok(())
    }
}

/// The parameters of an accepted token as they stand in the source that it came from, in the request's
/// pool.
pub(crate) fn token_alone<'a>(
    r: &'a Request,
    gate: &Gate,
    claims: &Claims,
) -> Result<&'a [u8], Failed> {
    let Some(source) = gate.sources.of(claims) else {
        return Ok(b"");
    };
    keep_query(r, gate.params().own(source.text(r, false)?))
}

/// A query string without the token's parameters, in the request's pool. It is the client's, or what
/// became of that.
fn without_token<'a>(r: &'a Request, gate: &Gate, query: &[u8]) -> Result<&'a [u8], Failed> {
    let params = gate.params();
    // To find it takes a look at every byte, and only a token without a name is known by it.
    let sent = match params.token {
        None => nginx::sent_args(r),
        Some(_) => b"",
    };
    keep_query(r, params.others(query, sent))
}

/// Puts a query string together from its pieces, in the request's pool.
fn keep_query<'a, 'p>(
    r: &'a Request,
    pieces: impl Iterator<Item = &'p [u8]> + Clone,
) -> Result<&'a [u8], Failed> {
    let joined = pieces.flat_map(|piece| [b"&".as_slice(), piece]).skip(1);
    nginx::keep_bytes(r, joined).map(|bytes| &*bytes)
}
