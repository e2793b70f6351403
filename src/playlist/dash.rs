//! DASH manifests, held back until they are whole.

use ngx::collections::Vec;
use ngx::core::Pool;
use ngx::http::Request;
use playlist::dash;

use super::Making;
use crate::nginx::{self, Failed, Level, Output, Rewrite};

/// A manifest as far as it has come.
pub(super) struct Manifest {
    text: Vec<u8, Pool>,
    max: usize,
    is_too_long: bool,
}

impl Manifest {
    pub(super) fn new(r: &Request, max: usize) -> Self {
        Self {
            text: Vec::new_in(r.pool()),
            max,
            is_too_long: false,
        }
    }

    pub(super) fn with<'a>(&'a mut self, making: &'a mut Making) -> Rewritten<'a> {
        Rewritten {
            manifest: self,
            making,
        }
    }
}

/// A manifest that is being rewritten.
pub(super) struct Rewritten<'a> {
    manifest: &'a mut Manifest,
    making: &'a mut Making,
}

impl Rewrite for Rewritten<'_> {
    fn feed(&mut self, r: &Request, piece: &[u8], out: &mut Output) -> Result<(), Failed> {
        let Manifest {
            text,
            max,
            is_too_long,
        } = &mut *self.manifest;
        if !*is_too_long && text.len().saturating_add(piece.len()) <= *max {
            text.try_reserve(piece.len()).map_err(|_| Failed)?;
            text.extend_from_slice(piece);
            return Ok(());
        }
        if !*is_too_long {
            *is_too_long = true;
            untouched(
                r,
                format_args!("it is longer than \"secure_token_playlist_max\""),
            );
            out.write(text)?;
            text.clear();
        }
        out.write(piece)
    }

    fn finish(&mut self, r: &Request, out: &mut Output) -> Result<(), Failed> {
        let text = &*self.manifest.text;
        if self.manifest.is_too_long {
            return Ok(());
        }
        let (links, tokens, mut answer) = self.making.parts(r, out);
        if let Err(why) = dash::rewrite(text, links, &tokens, &mut answer)? {
            untouched(r, format_args!("{why}"));
        }
        Ok(())
    }
}

fn untouched(r: &Request, why: std::fmt::Arguments<'_>) {
    let message = format_args!("secure_token: manifest not rewritten, {why}");
    nginx::log(r, Level::Warn, message);
}
