//! HLS playlists, in chunks that may be cut anywhere.

mod cursor;
mod hold;
mod parser;
mod rewrite;
mod tag;
#[cfg(test)]
mod tests;
mod uri;
mod variables;

pub use hold::LONGEST;
pub use parser::Parser;
pub use tag::Kind;
pub use uri::Uri;

use crate::Left;

/// Takes what a playlist is made of, in its order.
///
/// A sink that hands on all text, and the `written` of all URIs, hands on the playlist byte for byte.
pub trait Sink {
    /// Why no more can be taken.
    type Error;

    /// What is to be handed on as it stands. It is the parser's or the chunk's, for the time of this call.
    ///
    /// # Errors
    ///
    /// When no more can be taken.
    fn text(&mut self, text: &[u8]) -> Result<(), Self::Error>;

    /// What a player fetches. The sink hands it on, as it was `written` or otherwise.
    ///
    /// # Errors
    ///
    /// When no more can be taken.
    fn uri(&mut self, uri: Uri<'_>) -> Result<(), Self::Error>;

    /// That a URI is left as it stands, and comes as text.
    ///
    /// # Errors
    ///
    /// When no more can be taken.
    fn left(&mut self, kind: Kind, why: Left) -> Result<(), Self::Error>;
}
