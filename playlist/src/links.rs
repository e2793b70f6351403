//! The links of a manifest: which of them get a token, and which one.

mod in_path;
mod report;
mod token_text;

pub use in_path::InPath;
pub use report::{Outcome, Report, Why};
pub use token_text::TokenText;

use crate::room::Room;
use crate::{Left, ManifestUrl, Spelling, Token, with_token};
#[cfg(feature = "dash")]
use crate::{text::put, url::without_query};

/// What there is to know of a manifest to make its links.
#[derive(Clone, Copy, Debug)]
pub struct Links<'a> {
    /// Where it is.
    pub url: ManifestUrl<'a>,
    /// What comes into its links.
    pub way: Way<'a>,
    /// Where the token that opened it stood, if that was in the path: those of its links stand there too.
    pub in_path: Option<InPath<'a>>,
    /// Tokens have no name, and come first in a query.
    pub is_bare: bool,
    /// Tokens are made of the path or query as it is sent.
    pub hashes_sent: bool,
}

/// What comes into the links of a manifest.
#[derive(Clone, Copy, Debug)]
pub enum Way<'a> {
    /// A token of its own for each of them that leads to one path, and to one that begins so.
    Sign {
        /// A directory, decoded, with the slash at its end.
        under: &'a [u8],
    },
    /// The token that opened the manifest, as its parameters stood in the query.
    Pass {
        /// Nothing where it stood in the path.
        token: &'a [u8],
    },
}

/// What a link leads to.
#[derive(Clone, Copy, Debug)]
pub struct Child<'a> {
    /// As NGINX sees it.
    pub path: &'a [u8],
    /// Path and query as they will be sent, without the token; empty where that is not known or not asked for.
    pub target: &'a [u8],
}

/// Makes tokens, and knows one.
pub trait Signer {
    /// Why a link gets none.
    type Refusal;
    /// Why nothing can go on.
    type Error;

    /// Makes the token of a link.
    ///
    /// # Errors
    ///
    /// The outer one ends the rewriting; by the inner one the link is left.
    fn sign(
        &self,
        child: Child<'_>,
        token: &mut TokenText,
    ) -> Result<Result<(), Self::Refusal>, Self::Error>;

    /// Whether a parameter has a name of the token's: it goes, where a token comes.
    fn is_parameter(&self, parameter: &[u8]) -> bool;
}

/// Takes the manifest as it becomes.
pub trait Output<S: Signer> {
    /// Takes what comes next.
    ///
    /// # Errors
    ///
    /// When no more can be taken.
    fn write(&mut self, text: &[u8]) -> Result<(), S::Error>;

    /// Hears what becomes of a link, before it is written.
    ///
    /// # Errors
    ///
    /// When nothing can go on.
    fn link(&mut self, report: Report<'_, S::Refusal>) -> Result<(), S::Error>;
}

/// Writes the links of a manifest.
pub(crate) struct Rewriter<'a, S, O> {
    pub(crate) links: &'a Links<'a>,
    pub(crate) signer: &'a S,
    pub(crate) out: &'a mut O,
}

/// A link as it stands.
#[derive(Clone, Copy)]
pub(crate) struct Link<'a> {
    pub(crate) kind: &'static str,
    pub(crate) written: &'a [u8],
    pub(crate) spelling: Spelling,
}

impl<S: Signer, O: Output<S>> Rewriter<'_, S, O> {
    /// Writes a link: with a token, or as it stood. `meaning`: what a player resolves.
    pub(crate) fn write(
        &mut self,
        link: Link<'_>,
        meaning: Result<&[u8], Left>,
    ) -> Result<(), S::Error> {
        if let Some(in_path) = self.links.in_path {
            return self.write_in_path(&in_path, link, meaning);
        }
        let mut room = self.room_for(meaning);
        let path = meaning.and_then(|meaning| self.links.url.path(meaning, &mut room));
        match path {
            Ok(path) if self.needs_target() => {
                let mut room = self.room_for(meaning);
                match meaning.and_then(|meaning| self.target(meaning, &mut room)) {
                    Ok(target) => self.write_to(link, Some(Child { path, target })),
                    Err(left) => self.leave(link, Some(path), Why::Left(left)),
                }
            }
            Ok(path) => self.write_to(link, Some(Child { path, target: b"" })),
            Err(left) => self.leave(link, None, Why::Left(left)),
        }
    }

    /// Room for the path of a link, and its query.
    fn room_for(&self, meaning: Result<&[u8], Left>) -> Room {
        let lengths = [
            self.links.url.path.len(),
            meaning.map_or(0, <[u8]>::len),
            // A mark between them.
            1,
        ];
        Room::of(lengths.into_iter().fold(0, usize::saturating_add))
    }

    /// The same where it is known which path the link leads to, decoded, and, unless it is spelled in several ways,
    /// with its query as it is sent; `None` where that is to several.
    #[cfg(feature = "dash")]
    pub(crate) fn write_fetched(
        &mut self,
        link: Link<'_>,
        one: Option<(&[u8], Option<&[u8]>)>,
    ) -> Result<(), S::Error> {
        let Some((path, sent)) = one else {
            return self.write_to(link, None);
        };
        let is_sent_alike = sent.is_some();
        let sent = sent.unwrap_or_default();
        let sent_path = without_query(sent);
        match &self.links.in_path {
            None if !self.needs_target() => self.write_to(link, Some(Child { path, target: b"" })),
            _ if !is_sent_alike => self.leave(link, Some(path), Why::Several),
            Some(in_path) => self.write_sent(in_path, link, sent_path, sent),
            None => {
                let mut room = Room::of(sent.len().saturating_add(1));
                let target = put(&mut room, 0, sent_path)
                    .ok_or(Left::TooLong)
                    .and_then(|length| self.add_query(sent, &mut room, length));
                match target {
                    Ok(target) => self.write_to(link, Some(Child { path, target })),
                    Err(left) => self.leave(link, Some(path), Why::Left(left)),
                }
            }
        }
    }

    /// The same for one path, or for several.
    fn write_to(&mut self, link: Link<'_>, child: Option<Child<'_>>) -> Result<(), S::Error> {
        let path = child.map(|child| child.path);
        let mut signed = TokenText::default();
        let text = match (self.links.way, child) {
            (Way::Pass { token }, _) => Ok((Outcome::HandedOn, token)),
            (Way::Sign { .. }, None) => Err(Why::Several),
            (Way::Sign { under }, Some(child)) if !child.path.starts_with(under) => {
                Err(Why::Elsewhere)
            }
            (Way::Sign { .. }, Some(child)) => match self.signer.sign(child, &mut signed)? {
                Ok(()) => Ok((Outcome::Signed, signed.as_bytes())),
                Err(refusal) => Err(Why::Refused(refusal)),
            },
        };
        let (outcome, text) = match text {
            Ok(text) => text,
            Err(why) => return self.leave(link, path, why),
        };
        self.report(link, path, outcome)?;
        let token = Token {
            text,
            first: self.links.is_bare,
            is_old: &|parameter| self.signer.is_parameter(parameter),
        };
        let out = &mut *self.out;
        with_token(link.written, link.spelling, &token, &mut |text| {
            out.write(text)
        })
    }

    /// Writes a link as it stood.
    pub(crate) fn leave(
        &mut self,
        link: Link<'_>,
        path: Option<&[u8]>,
        why: Why<S::Refusal>,
    ) -> Result<(), S::Error> {
        self.report(link, path, Outcome::Left(why))?;
        self.out.write(link.written)
    }

    /// Writes a link as it stood, for it has the token of the manifest's path.
    pub(crate) fn keep(&mut self, link: Link<'_>, path: Option<&[u8]>) -> Result<(), S::Error> {
        self.report(link, path, Outcome::Kept)?;
        self.out.write(link.written)
    }

    fn report(
        &mut self,
        Link { kind, written, .. }: Link<'_>,
        path: Option<&[u8]>,
        outcome: Outcome<S::Refusal>,
    ) -> Result<(), S::Error> {
        self.out.link(Report {
            kind,
            written,
            path,
            outcome,
        })
    }

    /// Whether tokens are made, and of what a player sends.
    fn needs_target(&self) -> bool {
        self.links.hashes_sent && matches!(self.links.way, Way::Sign { .. })
    }

    /// What a player sends for a link but for the token.
    fn target<'t>(&self, meaning: &[u8], room: &'t mut [u8]) -> Result<&'t [u8], Left> {
        let length = self.links.url.sent(meaning, room)?.len();
        self.add_query(meaning, room, length)
    }

    /// Puts behind a path of that length what a player sends of a link's query but for the token.
    fn add_query<'t>(
        &self,
        meaning: &[u8],
        room: &'t mut [u8],
        path_length: usize,
    ) -> Result<&'t [u8], Left> {
        let mut length = path_length;
        let address = meaning.split(|&byte| byte == b'#').next();
        let query = address.and_then(|address| address.splitn(2, |&byte| byte == b'?').nth(1));
        let pieces = query.unwrap_or_default().split(|&byte| byte == b'&');
        let mut pieces = pieces
            .filter(|piece| !self.signer.is_parameter(piece))
            .peekable();
        let mut mark = b"?";
        while let Some(piece) = pieces.next() {
            // The token comes to stand in its place.
            if piece.is_empty() && pieces.peek().is_none() {
                break;
            }
            for text in [mark, piece] {
                let end = length.saturating_add(text.len());
                let place = room.get_mut(length..end).ok_or(Left::TooLong)?;
                place.copy_from_slice(text);
                length = end;
            }
            mark = b"&";
        }
        let target = room.get(..length).ok_or(Left::TooLong)?;
        // Players do not agree on how they spell others.
        let is_plain = |byte: &u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(byte);
        if target.iter().all(is_plain) {
            Ok(target)
        } else {
            Err(Left::Spelling)
        }
    }
}
