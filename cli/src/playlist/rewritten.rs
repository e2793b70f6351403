//! A playlist with tokens in its links, and what became of each.

use std::convert::Infallible;

use playlist::{Outcome, Output, Report, Why, dash, hls};
use token::SignError;

use super::opened::Opened;
use super::text::{Kind, Text};
use crate::output::{self, Trouble};

/// How long a manifest may be that NGINX rewrites unless told otherwise, in bytes.
const LONGEST_MANIFEST: usize = 1 << 20;

/// What a playlist becomes.
pub(super) struct Rewritten {
    pub(super) kind: Kind,
    pub(super) bytes: Vec<u8>,
    pub(super) links: Vec<Became>,
    /// The line at hand.
    line: usize,
}

/// What becomes of a link.
pub(super) struct Became {
    /// From 1.
    pub(super) line: usize,
    pub(super) kind: &'static str,
    pub(super) written: Vec<u8>,
    pub(super) path: Option<Vec<u8>>,
    pub(super) outcome: Outcome<SignError>,
}

impl Rewritten {
    /// # Errors
    /// Why NGINX would send it as it stands.
    pub(super) fn new(text: &Text, opened: &Opened<'_>) -> Result<Self, Trouble> {
        let mut rewritten = Self {
            kind: text.kind,
            bytes: Vec::with_capacity(text.bytes.len()),
            links: Vec::new(),
            line: 1,
        };
        let (links, out) = (opened.links(), &mut rewritten);
        match text.kind {
            Kind::Hls => {
                let mut parser = Box::new(hls::Parser::new());
                let Ok(()) = parser.rewrite(&text.bytes, &links, opened, out);
                let Ok(()) = parser.rewrite_end(&links, opened, out);
            }
            Kind::Dash => {
                if text.bytes.len() > LONGEST_MANIFEST {
                    output::warning(
                        "the manifest has more than 1 MiB: NGINX sends it as it stands unless \
                         secure_token_playlist_max allows more",
                    );
                }
                let Ok(done) = dash::rewrite(&text.bytes, &links, opened, out);
                done.map_err(|why| format!("the manifest is not rewritten, {why}"))?;
            }
        }
        Ok(rewritten)
    }

    /// How many links became that.
    pub(super) fn count(&self, is: impl Fn(&Outcome<SignError>) -> bool) -> usize {
        self.links.iter().filter(|link| is(&link.outcome)).count()
    }
}

/// Whether a link is left that somebody may have wanted a token for.
pub(super) fn is_missed(outcome: &Outcome<SignError>) -> bool {
    matches!(outcome, Outcome::Left(why) if !why.is_plain())
}

/// Why a link is left, and what may be done.
pub(super) fn advice(why: &Why<SignError>) -> String {
    match why {
        Why::Several => format!("{why}; use --pass with a token for a directory, or a cookie"),
        Why::Elsewhere => format!("{why}; name another directory with --under"),
        why => why.to_string(),
    }
}

impl Output<Opened<'_>> for Rewritten {
    fn write(&mut self, text: &[u8]) -> Result<(), Infallible> {
        let lines = text.iter().filter(|&&byte| byte == b'\n').count();
        self.line = self.line.saturating_add(lines);
        self.bytes.extend_from_slice(text);
        Ok(())
    }

    fn link(&mut self, report: Report<'_, SignError>) -> Result<(), Infallible> {
        let Report {
            kind,
            written,
            path,
            outcome,
        } = report;
        self.links.push(Became {
            line: self.line,
            kind,
            written: written.to_vec(),
            path: path.map(<[u8]>::to_vec),
            outcome,
        });
        Ok(())
    }
}
