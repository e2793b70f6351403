//! The paths that a URI leads to.

use super::resolver::{Base, Resolver};
use super::value::Written;
use super::{Fetched, Kind, Place, Target};
use crate::Left;
use crate::text::split_before;

/// What a URI leads to on top of all bases, for all Representations.
pub(super) struct Found {
    pub(super) one: Option<Fetched>,
    is_several: bool,
    /// Whether all of it is known.
    pub(super) is_whole: bool,
    is_behind: bool,
}

impl Found {
    pub(super) fn new() -> Self {
        Found {
            one: None,
            is_several: false,
            is_whole: true,
            is_behind: true,
        }
    }

    /// Takes what a URI leads to on top of another base.
    pub(super) fn add(
        &mut self,
        resolver: &Resolver<'_>,
        base: &Base,
        uri: &[u8],
    ) -> Result<(), Left> {
        let mut sent = resolver.join(base, uri)?;
        let path = resolver.served(&sent)?;
        self.is_behind &= resolver.passed.is_some_and(|token| token.is_before(&sent));
        let (_, query) = split_before(uri, |byte| matches!(byte, b'?' | b'#'));
        sent.extend_from_slice(split_before(query, |byte| byte == b'#').0);
        match &mut self.one {
            None => {
                self.one = Some(Fetched {
                    path,
                    sent: Some(sent),
                });
            }
            Some(one) => {
                self.is_several |= one.path != path;
                one.sent.take_if(|known| *known != sent);
            }
        }
        Ok(())
    }

    /// Whether it is nothing to fetch.
    pub(super) fn is_directory(&self) -> bool {
        !self.is_several
            && self
                .one
                .as_ref()
                .is_some_and(|one| one.path.ends_with(b"/"))
    }

    /// The place of a URI that leads there.
    pub(super) fn place(found: Result<Self, Left>, kind: Kind, written: Written) -> Place {
        let is_behind = found.as_ref().is_ok_and(|found| found.is_behind);
        Place {
            at: written.at,
            kind,
            spelling: written.spelling,
            target: found.map(Self::target),
            is_behind,
        }
    }

    fn target(self) -> Target {
        match self.one {
            _ if !self.is_whole => Target::Pattern,
            Some(one) if !self.is_several => Target::Path(one),
            _ => Target::Paths,
        }
    }
}
