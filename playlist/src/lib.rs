//! Where the URIs stand in HLS playlists and DASH manifests, which path each of them is, and where a
//! token goes in it.
//!
//! This crate knows the text of manifests and how players resolve URIs. It knows nothing of tokens
//! but that one is text for a query or a path, and nothing of a web server but how NGINX decodes a path. It
//! invents nothing: what is not a URI is handed on as it stood, byte for byte.
//!
//! * [`hls`] takes a playlist in chunks, cut anywhere, in bounded memory and without allocation;
//! * [`dash`] takes a manifest whole, since a BaseURL may come after what it moves;
//! * [`ManifestUrl::path`] resolves a URI as a player does, and gives the path that NGINX serves;
//! * [`with_token`] puts a token into a URI;
//! * [`Links`] are all of that together: which link of a manifest gets a token, which one, and where. Tokens are made by
//!   a [`Signer`] from outside, for [`hls::Parser::rewrite`] and [`dash::rewrite`].
//!
//! ```
//! use playlist::{ManifestUrl, Spelling, Token, hls, with_token};
//!
//! struct Signed(Vec<u8>);
//!
//! impl hls::Sink for Signed {
//!     type Error = ();
//!     fn text(&mut self, text: &[u8]) -> Result<(), ()> {
//!         self.0.extend_from_slice(text);
//!         Ok(())
//!     }
//!     fn uri(&mut self, uri: hls::Uri<'_>) -> Result<(), ()> {
//!         let url = ManifestUrl { host: b"example.com", path: b"/v/a.m3u8", ..Default::default() };
//!         let (mut meaning, mut path) = ([0; 512], [0; 512]);
//!         let Ok(meaning) = uri.meaning(&mut meaning) else { return self.text(uri.written) };
//!         let Ok(path) = url.path(meaning, &mut path) else { return self.text(uri.written) };
//!         let text = [b"st=for".as_slice(), path].concat();
//!         let token = Token { text: &text, ..Token::default() };
//!         with_token(uri.written, uri.spelling, &token, &mut |text| self.text(text))
//!     }
//!     fn left(&mut self, _: hls::Kind, _: playlist::Left) -> Result<(), ()> {
//!         Ok(())
//!     }
//! }
//!
//! let mut signed = Signed(Vec::new());
//! let mut parser = hls::Parser::new();
//! parser.feed(b"#EXTM3U\n#EXTINF:4,\nse", &mut signed).unwrap();
//! parser.feed(b"g.ts", &mut signed).unwrap();
//! parser.finish(&mut signed).unwrap();
//! assert_eq!(signed.0, b"#EXTM3U\n#EXTINF:4,\nseg.ts?st=for/v/seg.ts");
//! ```

#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "dash")]
extern crate alloc;
#[cfg(test)]
extern crate std;

#[cfg(feature = "dash")]
pub mod dash;
#[cfg(feature = "gunzip")]
mod gunzip;
pub mod hls;
mod left;
mod links;
mod query;
mod room;
mod spelling;
mod text;
mod url;

#[cfg(feature = "gunzip")]
pub use gunzip::{Gunzip, NoGzip, Step};
pub use left::Left;
pub use links::{Child, InPath, Links, Outcome, Output, Report, Signer, TokenText, Way, Why};
pub use query::{Token, has_name, with_token};
pub use room::LONGEST_PATH;
pub use spelling::Spelling;
pub use url::{ManifestUrl, directory};
