//! `secure_token_playback_grace`: an expired token still opens what a running player asks for.
//!
//! Who has it is told by what was remembered of accepted requests. A player sends the token of its link again, or gets one
//! for each file of a playlist (`secure_token_playlist sign`), many of which it has not used before their common expiry. So a
//! token that is for more than one path is known by itself, and any other by the directory of its path: where a viewer
//! was, tokens of the same secret and the same second of expiry open for the same address, there and below.

use ngx::http::Request;
use playlist::directory;
use token::{Carrier, OpenedToken, Scope};

use crate::decision::Decision;
use crate::gate::{ClientAddress, Entry, Gate, Grace, Playlist, Way};
use crate::nginx::{self, Failed, Level};
use crate::request::{Look, RequestView};
use crate::{path, query};

mod trace;
mod viewers;

pub(crate) use viewers::Viewers;

use trace::Viewing;
use viewers::NoRoom;

/// How many directories at most are looked for, from the deepest up.
const MOST_DIRECTORIES: usize = 16;

/// Remembers that a token opened in time. `untouched`: see [`nginx::is_untouched`].
pub(crate) fn remember(
    r: &Request,
    gate: &Gate,
    grace: &Grace,
    entry: &Entry,
    token: &OpenedToken,
    untouched: bool,
) -> Result<(), Failed> {
    let Some(expires) = token.claims.expires() else {
        return Ok(());
    };
    let Some(viewing) = viewing(r, grace, entry, token, expires)? else {
        return Ok(());
    };
    let begin = begin(entry, expires);
    let now = nginx::now();
    let signs = |playlist: &Playlist| matches!(playlist.way, Way::Sign { .. });
    let mut remembered = Ok(());
    if is_sent_again(gate, entry) {
        let trace = viewing.with_token(query::token_pieces(r, entry, token)?);
        remembered = grace.viewers.remember(trace, begin, now);
    }
    if may_differ(gate, entry) || gate.playlist.as_ref().is_some_and(signs) {
        let (front, path) = if untouched && token.place.carrier != Carrier::Path {
            (b"".as_slice(), nginx::path(r))
        } else {
            path::around_token(r, token)?
        };
        let trace = viewing.in_directory(front, directory(path));
        remembered = remembered.and(grace.viewers.remember(trace, begin, now));
    }
    if let Err(NoRoom { is_news: true }) = remembered {
        nginx::log(
            r,
            Level::Warn,
            format_args!(
                "secure_token: no room to remember viewers, who may be refused though \"secure_token_playback_grace\" is \
                 on; make the zone of \"secure_token_playback_zone\" larger"
            ),
        );
    }
    Ok(())
}

/// Whether an expired token still opens: everything else about it has to be as it should be, and the same viewer has
/// used it before.
#[cold]
pub(crate) fn opens(
    r: &Request,
    gate: &Gate,
    entry: &Entry,
    look: Look,
    token: &OpenedToken,
) -> Result<bool, Failed> {
    let (Some(grace), Some(expires)) = (&gate.grace, token.claims.expires()) else {
        return Ok(false);
    };
    let boundary = entry.scheme.facts().boundary;
    let now = nginx::now();
    if boundary.is_over(end(grace, entry, expires), now) {
        return Ok(false);
    }
    // As in its last second: nothing else has been looked at once it was found to be expired.
    let request = RequestView {
        r,
        gate,
        entry,
        look,
    };
    let before = expires.saturating_sub(1);
    let verdict = entry.scheme.verify(&request, &entry.rules, before);
    if verdict.map_err(|token::Failure| Failed)?.reason().is_some() {
        return Ok(false);
    }
    let Some(viewing) = viewing(r, grace, entry, token, expires)? else {
        return Ok(false);
    };
    if is_sent_again(gate, entry) {
        let trace = viewing.with_token(query::token_pieces(r, entry, token)?);
        if grace.viewers.know(trace) {
            return Ok(true);
        }
    }
    // Tokens for a path that the operator states are for whatever that says.
    if gate.uri.is_some() {
        return Ok(false);
    }
    let (front, path) = path::around_token(r, token)?;
    let mut place = directory(path);
    for _ in 0..MOST_DIRECTORIES {
        if place.is_empty() {
            break;
        }
        if grace.viewers.know(viewing.in_directory(front, place)) {
            return Ok(true);
        }
        place = directory(place.strip_suffix(b"/").unwrap_or_default());
    }
    Ok(false)
}

/// How many seconds ago the token expired by which a request passes all the same. To be asked when that was decided.
pub(crate) fn seconds_over(gate: &Gate, entry: &Entry, decision: &Decision) -> Option<u64> {
    gate.grace.as_ref()?;
    let token = decision.token().filter(|_| decision.reason().is_none())?;
    let expires = token.claims.expires()?;
    let now = nginx::now();
    let boundary = entry.scheme.facts().boundary;
    let is_over = boundary.is_over(begin(entry, expires), now);
    is_over.then(|| now.saturating_sub(expires))
}

/// The last second, up to the scheme's boundary, in which the token opens.
fn end(grace: &Grace, entry: &Entry, expires: u64) -> u64 {
    begin(entry, expires).saturating_add(grace.seconds)
}

/// The last second, up to the scheme's boundary, in which it opens without any grace.
fn begin(entry: &Entry, expires: u64) -> u64 {
    expires.saturating_add(entry.rules.clock_skew)
}

/// Whether tokens may be for one file each, so that a player sends another one for the next.
fn may_differ(gate: &Gate, entry: &Entry) -> bool {
    gate.uri.is_none() && entry.scheme.facts().scope == Scope::Exact
}

/// Whether the very token may open several files, so that a player sends it for each.
fn is_sent_again(gate: &Gate, entry: &Entry) -> bool {
    gate.uri.is_some() || !entry.scheme.facts().is_for_one_path()
}

/// `None` where nobody can be told from others: there is no memory, or the client has no address.
fn viewing(
    r: &Request,
    grace: &Grace,
    entry: &Entry,
    token: &OpenedToken,
    expires: u64,
) -> Result<Option<Viewing>, Failed> {
    let Some(key) = grace.viewers.key() else {
        return Ok(None);
    };
    let address = match &entry.client_address {
        ClientAddress::Value(value) => value.get(r)?,
        ClientAddress::Off | ClientAddress::Connected => nginx::client_ip(r),
    };
    // Behind a socket of the file system all clients look alike.
    if address.is_empty() || address.starts_with(b"unix:") {
        return Ok(None);
    }
    let secret = entry.secret_of(token).ok_or(Failed)?.text.get(r)?;
    let scheme = entry.scheme.name();
    Ok(Some(Viewing::new(key, address, scheme, secret, expires)))
}
