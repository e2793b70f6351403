//! A URI of a playlist.

use super::Kind;
use super::variables::Variables;
use crate::room::LONGEST_PATH;
use crate::text::{put, split, split_before};
use crate::url::Reference;
use crate::{Left, Spelling};

/// A URI that players fetch.
#[derive(Clone, Copy, Debug)]
pub struct Uri<'p> {
    /// Where it stands.
    pub kind: Kind,
    /// As it stands, without blanks around it.
    pub written: &'p [u8],
    /// How a token is written there.
    pub spelling: Spelling,
    variables: &'p Variables,
}

impl<'p> Uri<'p> {
    pub(super) fn new(
        kind: Kind,
        written: &'p [u8],
        quoted: bool,
        variables: &'p Variables,
    ) -> Self {
        let spelling = if quoted {
            Spelling::Quoted
        } else {
            Spelling::Line
        };
        Uri {
            kind,
            written,
            spelling,
            variables,
        }
    }

    /// The most room that its meaning takes, in bytes.
    pub(super) fn most(&self) -> usize {
        if self.variables.is_none_defined() {
            0
        } else {
            LONGEST_PATH
        }
    }

    /// What a player resolves: `written`, or with the value of each `{$name}`, in `room`.
    ///
    /// # Errors
    ///
    /// [`Left::Variable`] and [`Left::TooLong`].
    pub fn meaning<'r>(&self, room: &'r mut [u8]) -> Result<&'r [u8], Left>
    where
        'p: 'r,
    {
        let (mut rest, mut len, mut plain) = (self.written, 0_usize, true);
        let mut place = true;
        let host_end = host_end(self.written);
        while let Some((before, name, behind)) = next_variable(rest) {
            let value = self.variables.get(name).ok_or(Left::Variable)?;
            place = place && !before.contains(&b'?');
            let at = self.written.len().saturating_sub(rest.len());
            // A player that knows no variables would ask the host that is written.
            let is_in_host = at.saturating_add(before.len()) < host_end;
            if is_in_host && value.iter().any(|byte| b"/\\@".contains(byte)) {
                return Err(Left::Variable);
            }
            // A token would not find its place.
            if value.contains(&b'#') || (place && value.contains(&b'?')) {
                return Err(Left::Variable);
            }
            len = put(room, len, before)
                .and_then(|len| put(room, len, value))
                .ok_or(Left::TooLong)?;
            (rest, plain) = (behind, false);
        }
        if plain {
            return Ok(self.written);
        }
        // `http:{$v}.other` has a host only where nothing is put there.
        Reference::of(self.written)?;
        len = put(room, len, rest).ok_or(Left::TooLong)?;
        Ok(room.get(..len).unwrap_or_default())
    }
}

/// Where the host ends that is written in a URI; zero where none is.
fn host_end(written: &[u8]) -> usize {
    let host = Reference::of(written).ok().and_then(|uri| uri.authority);
    let slashes = host.and_then(|_| memchr::memmem::find(written, b"//"));
    let (Some(host), Some(slashes)) = (host, slashes) else {
        return 0;
    };
    slashes.saturating_add(2).saturating_add(host.len())
}

/// What stands before the first `{$name}`, the name, and what is behind it.
fn next_variable(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    for start in memchr::memchr_iter(b'{', text) {
        let (before, variable) = split(text, start);
        let Some(name) = variable.strip_prefix(b"{$") else {
            continue;
        };
        let (name, behind) = split_before(name, |byte| {
            !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'_')
        });
        if let (false, Some(behind)) = (name.is_empty(), behind.strip_prefix(b"}")) {
            return Some((before, name, behind));
        }
    }
    None
}
