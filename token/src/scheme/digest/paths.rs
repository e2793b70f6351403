//! What is hashed of a request's URI.

use super::carry::Carried;
use super::is_signable;
use super::message::Paths;
use super::origin::Origin;
use crate::encoding;
use crate::request::split_target;
use crate::{Carrier, Failure, Request};

/// Path and query that are hashed.
pub(super) struct SignedUri<'r> {
    pub(super) paths: Paths<'r>,
    /// Empty where it is not hashed.
    pub(super) query: &'r [u8],
}

/// Path and query that are hashed. `None` for what cannot be hashed.
#[inline(always)]
pub(super) fn signed_uri<'r>(
    origin: impl Origin,
    request: &'r impl Request,
    carried: &Carried<'r>,
) -> Result<Option<SignedUri<'r>>, Failure> {
    let plan = origin.plan();
    let stated = request.stated_path()?;
    let mut paths = Paths::default();
    if carried.carrier == Carrier::Path {
        let Some(behind) = carried.behind_in(request.path()?) else {
            return Ok(None);
        };
        paths.decoded = stated.unwrap_or(behind);
    } else if plan.decoded {
        paths.decoded = match stated {
            Some(stated) => stated,
            None => request.path()?,
        };
    }
    let has_directory = || plan.has_directory(paths.decoded);
    if plan.decoded && !(is_signable(paths.decoded) && has_directory()) {
        return Ok(None);
    }
    let mut query: &[u8] = b"";
    if plan.raw || plan.query {
        let sent;
        (sent, query) = split_target(request.target()?);
        paths.raw = match stated {
            // A query is hashed behind the path, and begins with the first question mark.
            Some(stated) if plan.query && stated.contains(&b'?') => return Ok(None),
            Some(stated) => stated,
            None if carried.carrier == Carrier::Path => carried.behind,
            None => sent,
        };
        if plan.raw && !is_signable(paths.raw) {
            return Ok(None);
        }
        if !plan.query {
            query = b"";
        }
        if !encoding::is_plain(query) {
            return Ok(None);
        }
    }
    Ok(Some(SignedUri { paths, query }))
}
