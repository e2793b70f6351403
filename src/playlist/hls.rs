//! HLS playlists, rewritten as they come.

use ngx::http::Request;
use playlist::hls::Parser;

use super::Making;
use crate::nginx::{Failed, Output, Rewrite};

/// An HLS playlist that is being rewritten.
pub(super) struct Playlist<'a> {
    pub(super) parser: &'a mut Parser,
    pub(super) making: &'a mut Making,
}

impl Rewrite for Playlist<'_> {
    fn feed(&mut self, r: &Request, piece: &[u8], out: &mut Output) -> Result<(), Failed> {
        let (links, tokens, mut answer) = self.making.parts(r, out);
        self.parser.rewrite(piece, links, &tokens, &mut answer)
    }

    fn finish(&mut self, r: &Request, out: &mut Output) -> Result<(), Failed> {
        let (links, tokens, mut answer) = self.making.parts(r, out);
        self.parser.rewrite_end(links, &tokens, &mut answer)
    }
}
