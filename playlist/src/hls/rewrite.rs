//! A playlist with tokens in its links.

use super::{Kind, Parser, Sink, Uri};
use crate::Left;
use crate::links::{Link, Links, Outcome, Output, Report, Rewriter, Signer, Why};
use crate::room::Room;

impl Parser {
    /// Takes the next bytes, and writes what becomes of those that are understood by now.
    ///
    /// # Errors
    ///
    /// Those of the signer and the output; the playlist cannot go on then.
    pub fn rewrite<S: Signer, O: Output<S>>(
        &mut self,
        chunk: &[u8],
        links: &Links<'_>,
        signer: &S,
        out: &mut O,
    ) -> Result<(), S::Error> {
        self.feed(chunk, &mut Rewriter { links, signer, out })
    }

    /// Writes what is left when the playlist has ended.
    ///
    /// # Errors
    ///
    /// Those of the signer and the output.
    pub fn rewrite_end<S: Signer, O: Output<S>>(
        &mut self,
        links: &Links<'_>,
        signer: &S,
        out: &mut O,
    ) -> Result<(), S::Error> {
        self.finish(&mut Rewriter { links, signer, out })
    }
}

impl<S: Signer, O: Output<S>> Sink for Rewriter<'_, S, O> {
    type Error = S::Error;

    fn text(&mut self, text: &[u8]) -> Result<(), S::Error> {
        self.out.write(text)
    }

    fn uri(&mut self, uri: Uri<'_>) -> Result<(), S::Error> {
        let mut room = Room::of(uri.most());
        let meaning = uri.meaning(&mut room);
        let link = Link {
            kind: uri.kind.name(),
            written: uri.written,
            spelling: uri.spelling,
        };
        self.write(link, meaning)
    }

    fn left(&mut self, kind: Kind, why: Left) -> Result<(), S::Error> {
        self.out.link(Report {
            kind: kind.name(),
            written: b"",
            path: None,
            outcome: Outcome::Left(Why::Left(why)),
        })
    }
}
