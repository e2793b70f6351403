//! Which path a URI of a manifest is.

mod authority;
mod dots;
mod reference;
mod served;

#[cfg(test)]
mod tests;

use crate::Left;
pub(crate) use reference::Reference;
#[cfg(feature = "dash")]
pub(crate) use reference::without_query;

/// The manifest's own URL, as the client sent it.
#[derive(Clone, Copy, Debug)]
pub struct ManifestUrl<'a> {
    /// The Host header: a name, and a port where one was written.
    pub host: &'a [u8],
    /// Whether it came over TLS.
    pub secure: bool,
    /// The raw path, neither decoded nor normalised; a query behind it is not looked at.
    pub path: &'a [u8],
    /// NGINX's `merge_slashes`.
    pub merge_slashes: bool,
}

impl Default for ManifestUrl<'_> {
    fn default() -> Self {
        ManifestUrl {
            host: b"",
            secure: false,
            path: b"/",
            merge_slashes: true,
        }
    }
}

impl ManifestUrl<'_> {
    /// The path that NGINX serves when a player fetches `uri`, decoded and normalised, in `room`.
    ///
    /// # Errors
    ///
    /// [`Left`] says why a token must not, or could not, be put there.
    pub fn path<'r>(&self, uri: &[u8], room: &'r mut [u8]) -> Result<&'r [u8], Left> {
        let reference = Reference::of(uri)?;
        if !self.is_here(&reference) {
            return Err(Left::OtherHost);
        }
        let len = dots::resolve(self.path, &reference, room)?;
        let len = served::serve(room, len, self.merge_slashes)?;
        Ok(room.get(..len).unwrap_or_default())
    }

    /// The path that a player sends for `uri`, spelled as it is there, in `room`.
    ///
    /// # Errors
    ///
    /// [`Left`] says why a token must not, or could not, be put there.
    pub fn sent<'r>(&self, uri: &[u8], room: &'r mut [u8]) -> Result<&'r [u8], Left> {
        let reference = Reference::of(uri)?;
        if !self.is_here(&reference) {
            return Err(Left::OtherHost);
        }
        let len = dots::resolve(self.path, &reference, room)?;
        Ok(room.get(..len).unwrap_or_default())
    }

    /// Whether a reference that was written in the manifest, without another base, stays on its host.
    pub(crate) fn is_here(&self, reference: &Reference<'_>) -> bool {
        let Some(authority) = reference.authority else {
            return true;
        };
        let secure = reference.secure.unwrap_or(self.secure);
        authority::same((authority, secure), (self.host, self.secure))
    }
}

#[cfg(feature = "dash")]
pub(crate) use {dots::resolve, served::serve};

/// The directory of a path, with the slash at its end.
#[must_use]
pub fn directory(path: &[u8]) -> &[u8] {
    let end = path
        .iter()
        .rposition(|&byte| byte == b'/')
        .map_or(0, |slash| slash.saturating_add(1));
    path.get(..end).unwrap_or_default()
}
