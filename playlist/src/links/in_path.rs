//! Links of a manifest whose token stands in the path.

use super::{Child, Link, Outcome, Output, Rewriter, Signer, TokenText, Way, Why};
use crate::query::{escaped, find};
use crate::room::Room;
use crate::text::{put, split};
use crate::{Left, Spelling};

/// Where the token of a manifest stood.
#[derive(Clone, Copy, Debug)]
pub struct InPath<'a> {
    /// What stood in front of it, as it was sent.
    pub front: &'a [u8],
    /// Its segments, with the slash in front of them.
    pub segments: &'a [u8],
}

impl InPath<'_> {
    /// Whether a path as it is sent lies behind the manifest's own token.
    #[cfg(feature = "dash")]
    pub(crate) fn is_before(&self, sent: &[u8]) -> bool {
        self.behind(sent).is_some()
    }

    /// What would stand behind the token in a path without one; `None` where it has no place there.
    pub(crate) fn behind_front<'p>(&self, bare: &'p [u8]) -> Option<&'p [u8]> {
        let behind = bare.strip_prefix(self.front)?;
        behind.starts_with(b"/").then_some(behind)
    }

    /// What stands behind the manifest's own token in a path as it is sent; `None` where that is not there.
    fn behind<'p>(&self, sent: &'p [u8]) -> Option<&'p [u8]> {
        let own = self.behind_front(sent)?;
        let behind = own.strip_prefix(self.segments)?;
        behind.starts_with(b"/").then_some(behind)
    }
}

impl<S: Signer, O: Output<S>> Rewriter<'_, S, O> {
    /// Writes a link: with a token in its path, or as it stood. `meaning`: what a player resolves.
    pub(crate) fn write_in_path(
        &mut self,
        in_path: &InPath<'_>,
        link: Link<'_>,
        meaning: Result<&[u8], Left>,
    ) -> Result<(), S::Error> {
        let mut space = self.room_for(meaning);
        let url = &self.links.url;
        let found = meaning.and_then(|meaning| Ok((meaning, url.sent(meaning, &mut space)?)));
        let (meaning, sent) = match found {
            Ok(found) => found,
            Err(left) => return self.leave(link, None, Why::Left(left)),
        };
        self.write_sent(in_path, link, sent, meaning)
    }

    /// The same where the path is known that players send. `meaning` has the query.
    pub(super) fn write_sent(
        &mut self,
        in_path: &InPath<'_>,
        link: Link<'_>,
        sent: &[u8],
        meaning: &[u8],
    ) -> Result<(), S::Error> {
        let behind = in_path.behind(sent);
        let (front, rest) = match behind {
            Some(behind) => (in_path.front, behind),
            None => (b"".as_slice(), sent),
        };
        let mut room = Room::of(sent.len().saturating_add(in_path.front.len()));
        let length = put(&mut room, 0, front).and_then(|at| put(&mut room, at, rest));
        let Some(bare) = length.and_then(|length| room.get(..length)) else {
            return self.leave(link, None, Why::Left(Left::TooLong));
        };
        // It would be read as a host.
        if bare.starts_with(b"//") {
            return self.leave(link, None, Why::Left(Left::NoHost));
        }
        let mut token = TokenText::default();
        let (outcome, text) = match self.links.way {
            Way::Pass { .. } if behind.is_some() => {
                return self.keep(link, Some(bare));
            }
            Way::Pass { .. } if in_path.behind_front(bare).is_none() => {
                return self.leave(link, Some(bare), Why::NoPlace);
            }
            Way::Pass { .. } => {
                token.at = in_path.front.len();
                (Outcome::HandedOn, in_path.segments)
            }
            Way::Sign { under } => match self.sign_in_path(under, meaning, bare, &mut token)? {
                Ok(()) => (Outcome::Signed, token.as_bytes()),
                Err(why) => return self.leave(link, Some(bare), why),
            },
        };
        let Some((front, behind)) = bare.split_at_checked(token.at) else {
            return self.leave(link, Some(bare), Why::Left(Left::TooLong));
        };
        let Link {
            written, spelling, ..
        } = link;
        // What is handed on comes into a path as it stands, with its identifiers.
        let of_path = match outcome {
            Outcome::HandedOn if spelling == Spelling::Template => Spelling::Xml,
            _ => spelling,
        };
        self.report(link, Some(bare), outcome)?;
        let out = &mut *self.out;
        let write = &mut |piece: &[u8]| out.write(piece);
        write(origin(written, spelling))?;
        escaped(front, of_path, write)?;
        escaped(text, spelling, write)?;
        escaped(behind, of_path, write)?;
        write(behind_path(written, spelling))
    }

    /// Makes the token of a path as it is sent.
    fn sign_in_path(
        &self,
        under: &[u8],
        meaning: &[u8],
        bare: &[u8],
        token: &mut TokenText,
    ) -> Result<Result<(), Why<S::Refusal>>, S::Error> {
        let mut decoded = Room::of(bare.len());
        let path = match self.links.url.path(bare, &mut decoded) {
            Ok(path) => path,
            Err(left) => return Ok(Err(Why::Left(left))),
        };
        if !path.starts_with(under) {
            return Ok(Err(Why::Elsewhere));
        }
        let mut whole = Room::of(bare.len().saturating_add(meaning.len()).saturating_add(1));
        let target = put(&mut whole, 0, bare)
            .ok_or(Left::TooLong)
            .and_then(|length| self.add_query(meaning, &mut whole, length));
        let target = match target {
            Ok(target) => target,
            Err(left) => return Ok(Err(Why::Left(left))),
        };
        let signed = self.signer.sign(Child { path, target }, token)?;
        Ok(signed.map_err(Why::Refused))
    }
}

/// Scheme and host of a link, where it has them.
fn origin(link: &[u8], spelling: Spelling) -> &[u8] {
    let (scheme, rest) = split(link, place_end(link, spelling));
    let is_behind_scheme = match find(scheme, spelling, b':') {
        Some(colon) => {
            let (_, colon) = split(scheme, colon);
            spelling
                .first(colon)
                .is_some_and(|(_, length)| length == colon.len())
        }
        None => scheme.is_empty(),
    };
    let host = slash(rest, spelling).and_then(|rest| slash(rest, spelling));
    let Some(host) = host.filter(|_| is_behind_scheme) else {
        return b"";
    };
    let path = split(host, place_end(host, spelling)).1;
    split(link, link.len().saturating_sub(path.len())).0
}

/// Where the first slash or mark stands.
fn place_end(text: &[u8], spelling: Spelling) -> usize {
    let marks = [b'/', b'?', b'#'].map(|mark| find(text, spelling, mark).unwrap_or(text.len()));
    marks.into_iter().min().unwrap_or_default()
}

/// What stands behind a slash, however it is spelled.
fn slash(text: &[u8], spelling: Spelling) -> Option<&[u8]> {
    match spelling.first(text) {
        Some((Some(b'/'), length)) => Some(split(text, length).1),
        _ => None,
    }
}

/// Query and fragment of a link, with their marks.
fn behind_path(link: &[u8], spelling: Spelling) -> &[u8] {
    let marks = [b'?', b'#'].map(|mark| find(link, spelling, mark).unwrap_or(link.len()));
    let start = marks.into_iter().min().unwrap_or_default();
    split(link, start).1
}
