//! What is in force in a location: all that its requests are decided by, with every default filled in.

use std::rc::Rc;

use token::{OpenedToken, Reason};

use crate::nginx::{Level, Value};

mod cookie;
mod entry;
mod grace;
mod limits;
mod playlist;
mod revocable;
mod revocation;
mod sources;

pub(crate) use cookie::{Cookie, SameSite};
pub(crate) use entry::{ClientAddress, Entry, Secret};
pub(crate) use grace::Grace;
pub(crate) use limits::{Limits, MaxClients, MaxUses};
pub(crate) use playlist::{Kind, MimeTypes, Playlist, Way, is_directory};
pub(crate) use revocable::{Revocable, Undated};
pub(crate) use revocation::{Listed, ListedOthers, Revocation};
pub(crate) use sources::{Source, Sources};

/// The only refusal, but for 401, that lets NGINX try the other checks of `satisfy any`.
const DENIED_FOR_SATISFY_ANY: u16 = 403;

/// What a location asks of its requests. A location without one is open.
pub(crate) struct Gate {
    /// The scheme that is tried first; as a rule there is no other.
    pub(crate) first: Entry,
    /// Those that are tried after it, in order.
    pub(crate) others: Box<[Entry]>,
    /// Whether the first scheme's word is not the last: there are others, or a grace.
    pub(crate) goes_on: bool,
    /// Whether anything is done for what a player asks for next: its playlists are rewritten, tokens are kept in a cookie,
    /// or there is a grace.
    pub(crate) helps_players: bool,
    /// What path a token is for, where that is not the one that the client asked for.
    pub(crate) uri: Option<Rc<Value>>,
    /// The client's country, where anything knows it.
    pub(crate) country: Option<Rc<Value>>,
    pub(crate) denied_status: u16,
    pub(crate) strip: bool,
    pub(crate) preflight: bool,
    pub(crate) dry_run: bool,
    pub(crate) log_level: Level,
    /// How playlists are rewritten; `None` where they are not.
    pub(crate) playlist: Option<Playlist>,
    /// The cookie that keeps a token; `None` where there is none.
    pub(crate) cookie: Option<Rc<Cookie>>,
    /// For whom an expired token still opens; `None` where for nobody.
    pub(crate) grace: Option<Grace>,
    /// `None` where links may be used by anybody, and as often as they like.
    pub(crate) limits: Option<Limits>,
    /// Empty where there is none.
    pub(crate) label: Rc<str>,
}

impl Gate {
    /// Its schemes, in the order in which they are tried.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        std::iter::once(&self.first).chain(&*self.others)
    }

    /// How many seconds a token that was accepted now still opens this location, and one at least; `None` where it never
    /// expires.
    pub(crate) fn seconds_left(&self, entry: &Entry, token: &OpenedToken, now: u64) -> Option<u64> {
        let expires = token.claims.expires()?;
        let grace = self.grace.as_ref().map_or(0, |grace| grace.seconds);
        let end = expires
            .saturating_add(entry.rules.clock_skew)
            .saturating_add(grace);
        Some(end.saturating_sub(now).max(1))
    }

    /// The HTTP status of a refusal. `entry`: whose scheme decided.
    pub(crate) fn status(&self, entry: &Entry, reason: Reason, satisfy_any: bool) -> u16 {
        match reason {
            _ if satisfy_any => DENIED_FOR_SATISFY_ANY,
            Reason::Expired => entry.expired_status,
            _ => self.denied_status,
        }
    }
}
