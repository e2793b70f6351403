//! What of a request a format needs, worked out once.

use alloc::borrow::Cow;

use crate::{Format, Part, Parts, TokenPart};

/// What of a request a format needs.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Plan {
    /// The decoded path, or a part of it.
    pub(super) decoded: bool,
    /// The directory that it is in.
    directory: bool,
    /// The path as it was sent.
    pub(super) raw: bool,
    /// The query.
    pub(super) query: bool,
    /// Each directory above the file.
    pub(super) parents: bool,
    /// The client's address.
    pub(super) client_ip: bool,
    /// Variables of the server.
    pub(super) variables: bool,
    /// Token and time stand in arguments of their own, and there is no other field.
    pub(super) is_plain: bool,
}

impl Plan {
    pub(in super::super) const fn of(format: &Format) -> Self {
        let mut plan = Self {
            decoded: false,
            directory: false,
            raw: false,
            query: false,
            parents: false,
            client_ip: false,
            variables: false,
            is_plain: is_plain(format),
        };
        let mut rest = parts(&format.message);
        while let [part, behind @ ..] = rest {
            match part {
                Part::Path => plan.decoded = true,
                Part::Directory | Part::Stream => {
                    plan.decoded = true;
                    plan.directory = true;
                }
                Part::Parent => {
                    plan.decoded = true;
                    plan.parents = true;
                }
                Part::RawPath => plan.raw = true,
                Part::RawUri => {
                    plan.raw = true;
                    plan.query = true;
                }
                Part::Args => plan.query = true,
                Part::ClientIp => plan.client_ip = true,
                Part::Variable(_) => plan.variables = true,
                Part::Secret
                | Part::Time
                | Part::Field(_)
                | Part::Literal(_)
                | Part::Choice { .. } => {}
            }
            rest = behind;
        }
        plan
    }

    /// Whether a decoded path has a directory where that is hashed. An operator's own may have no slash, and nothing would
    /// be hashed of any such path.
    #[inline]
    pub(super) fn has_directory(&self, path: &[u8]) -> bool {
        !self.directory || path.contains(&b'/')
    }
}

const fn is_plain(format: &Format) -> bool {
    let token = parts(&format.token);
    let is_alone = matches!(token, [TokenPart::Token]);
    is_alone && parts(&format.fields).is_empty() && format.time.is_some()
}

const fn parts<T: Clone>(list: &Parts<T>) -> &[T] {
    match list {
        Cow::Borrowed(parts) => parts,
        Cow::Owned(parts) => parts.as_slice(),
    }
}
