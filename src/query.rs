//! A token's parameters, and the others of the query that they stand in.

use ngx::http::Request;
use token::{Carrier, OpenedToken};

use crate::decision;
use crate::gate::{Entry, Gate};
use crate::nginx::{self, Failed};

/// The client's query string as it was sent, without the parameters of the token that decides. Where there is none,
/// without whatever has the names of one.
pub(crate) fn sent_without_token<'a>(r: &'a Request, gate: &Gate) -> Result<&'a [u8], Failed> {
    let args = nginx::sent_args(r);
    if gate.others.is_empty() {
        return without_params_in_args(r, &gate.first, args);
    }
    match decision::carried(r, gate)? {
        Some(entry) => without_params_in_args(r, entry, args),
        None => gate
            .entries()
            .try_fold(args, |args, entry| without_params_in_args(r, entry, args)),
    }
}

fn without_params_in_args<'a>(
    r: &'a Request,
    entry: &Entry,
    args: &'a [u8],
) -> Result<&'a [u8], Failed> {
    if entry.sources.have_args() {
        without_params(r, entry, args)
    } else {
        Ok(args)
    }
}

/// Takes an accepted token out of the query that upstreams and caches see. A token that came from elsewhere is not
/// in it: what has its names there is the application's own.
pub(crate) fn strip(
    r: &mut Request,
    entry: &Entry,
    token: &OpenedToken,
    untouched: bool,
) -> Result<(), Failed> {
    if token.place.carrier != Carrier::Query {
        return Ok(());
    }
    nginx::shorten_args(r, |r| {
        let args = nginx::args(r);
        // What has no name goes with its copies, which players make; what is more than token and time is known by
        // its names alone.
        let params = &entry.rules.params;
        if untouched && params.token.is_some() && params.fields.is_empty() {
            keep_stretches(r, token.place.others(args))
        } else {
            without_params(r, entry, args)
        }
    })
}

/// The parameters of an accepted token as they stand in the source that it came from.
pub(crate) fn token_alone<'a>(
    r: &'a Request,
    entry: &'a Entry,
    token: &OpenedToken,
) -> Result<&'a [u8], Failed> {
    match token.place.carrier {
        Carrier::Path => Ok(b""),
        Carrier::Query | Carrier::Value => keep_stretches(r, token_pieces(r, entry, token)?),
    }
}

/// The pieces of an accepted token, wherever it stands: its parameters, or its segments of the path.
pub(crate) fn token_pieces<'a>(
    r: &'a Request,
    entry: &'a Entry,
    token: &OpenedToken,
) -> Result<impl Iterator<Item = &'a [u8]> + Clone + use<'a>, Failed> {
    let (params, place) = (&entry.rules.params, token.place);
    let is_in_path = place.carrier == Carrier::Path;
    let text = match entry.sources.get(place.source.into()) {
        _ if is_in_path => nginx::sent_target(r),
        Some(source) => source.get(r, false)?.text,
        None => b"",
    };
    let has_names = !is_in_path && !params.fields.is_empty();
    let named = has_names.then(|| params.own(text));
    let placed = (!has_names).then(|| place.own(text));
    Ok(named
        .into_iter()
        .flatten()
        .chain(placed.into_iter().flatten()))
}

/// A query string that was changed since it was sent, without the token's parameters.
fn without_params<'a>(r: &'a Request, entry: &Entry, query: &[u8]) -> Result<&'a [u8], Failed> {
    let params = &entry.rules.params;
    // To find it takes a look at every byte, and only a token without a name is known by it.
    let sent = match params.token {
        None => nginx::sent_args(r),
        Some(_) => b"",
    };
    keep_query(r, params.others(query, sent))
}

/// Puts stretches of a query together: in the request's pool, unless it is one.
fn keep_stretches<'a>(
    r: &'a Request,
    mut stretches: impl Iterator<Item = &'a [u8]> + Clone,
) -> Result<&'a [u8], Failed> {
    let all = stretches.clone();
    match (stretches.next(), stretches.next()) {
        (None, _) => Ok(b""),
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => keep_query(r, all),
    }
}

/// Puts a query string together from its pieces, in the request's pool.
fn keep_query<'a, 'p>(
    r: &'a Request,
    pieces: impl Iterator<Item = &'p [u8]> + Clone,
) -> Result<&'a [u8], Failed> {
    let joined = pieces.flat_map(|piece| [b"&".as_slice(), piece]).skip(1);
    nginx::keep_bytes(r, joined).map(|bytes| &*bytes)
}
