//! URIs on top of bases, and how much of that is done for one manifest.

use crate::url::{Reference, resolve, serve};
use crate::{InPath, Left, ManifestUrl};
use alloc::vec;
use alloc::vec::Vec;
use core::cell::Cell;

/// How many bytes of URIs are resolved for one manifest, each URI being some more. Whoever writes a
/// template for each of a thousand Representations reaches it, and what is behind is left.
const MOST: usize = 16 << 20;
/// What a URI costs however short it is.
const EACH: usize = 64;

/// A raw path on the manifest's own host, or why there is none.
pub(super) type Base = Result<Vec<u8>, Left>;

/// Resolves URIs, as long as that is bearable.
pub(super) struct Resolver<'u> {
    pub(super) url: &'u ManifestUrl<'u>,
    /// The token in the manifest's path, where that is handed on.
    pub(super) passed: Option<&'u InPath<'u>>,
    spent: Cell<usize>,
}

impl<'u> Resolver<'u> {
    pub(super) fn new(url: &'u ManifestUrl<'u>, passed: Option<&'u InPath<'u>>) -> Self {
        Resolver {
            url,
            passed,
            spent: Cell::new(0),
        }
    }

    /// Counts bytes that are gone through once more.
    pub(super) fn spend(&self, bytes: usize) -> Result<(), Left> {
        self.spent
            .set(self.spent.get().saturating_add(bytes).saturating_add(EACH));
        if self.spent.get() > MOST {
            Err(Left::TooMany)
        } else {
            Ok(())
        }
    }

    /// A URI on top of a base.
    pub(super) fn join(&self, base: &Base, uri: &[u8]) -> Base {
        let below = base.as_ref().map_or(0, Vec::len);
        let most = uri.len().saturating_add(below).saturating_add(2);
        self.spend(most)?;
        let reference = Reference::of(uri)?;
        let has_host = reference.authority.is_some();
        let is_known = |left| has_host && matches!(left, Left::OtherHost | Left::UnknownBase);
        let base: &[u8] = match base {
            Ok(base) if !has_host => base,
            // What says no scheme has that of its base.
            Err(left) if reference.secure.is_none() && !is_known(*left) => return Err(*left),
            _ => b"/",
        };
        if !self.url.is_here(&reference) {
            return Err(Left::OtherHost);
        }
        let mut room = vec![0; most];
        let len = resolve(base, &reference, &mut room)?;
        room.truncate(len);
        // Kept, and there may be many.
        room.shrink_to_fit();
        Ok(room)
    }

    /// A base on top of another, with the token that comes into it.
    pub(super) fn base(&self, base: &Base, uri: &[u8]) -> Base {
        let joined = self.join(base, uri)?;
        let behind = self.passed.filter(|token| !token.is_before(&joined));
        let Some((token, behind)) =
            behind.and_then(|token| Some((token, token.behind_front(&joined)?)))
        else {
            return Ok(joined);
        };
        Ok([token.front, token.segments, behind].concat())
    }

    /// The path that NGINX serves for one that is sent.
    pub(super) fn served(&self, sent: &[u8]) -> Result<Vec<u8>, Left> {
        let mut path = sent.to_vec();
        let len = serve(&mut path, sent.len(), self.url.merge_slashes)?;
        path.truncate(len);
        Ok(path)
    }
}
