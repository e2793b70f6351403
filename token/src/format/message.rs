//! What is hashed.

use alloc::borrow::Cow;

use super::FieldId;

/// One part of the message that a scheme hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The secret, raw.
    Secret,
    /// The path, decoded.
    Path,
    /// The path as it was sent, without the segments that are the token's.
    RawPath,
    /// The decoded path up to its last slash, and with it.
    Directory,
    /// Each directory above the file, the deepest first, without a slash at its end: one that fits opens.
    Parent,
    /// [`Directory`](Self::Directory) without its outer slashes.
    Stream,
    /// Path and query as they were sent, without what is the token's.
    RawUri,
    /// The query as it was sent, without what is the token's.
    Args,
    /// The time as it was sent.
    Time,
    /// The client's address where the token is bound to it, else nothing.
    ClientIp,
    /// A field of the link as it was sent.
    Field(FieldId),
    /// A variable of the server: a position in [`Format::variables`].
    Variable(u8),
    /// These very bytes.
    Literal(Cow<'static, str>),
    /// The next `parts` are hashed where the one among them that is no literal is not empty, and otherwise the
    /// `otherwise` behind them are.
    Choice {
        /// How many there are.
        parts: u8,
        /// And of those in their place.
        otherwise: u8,
    },
}

impl Part {
    /// Whether it is the path, in one of its forms.
    pub const fn is_path(&self) -> bool {
        match self {
            Self::Path
            | Self::RawPath
            | Self::RawUri
            | Self::Directory
            | Self::Parent
            | Self::Stream => true,
            Self::Secret
            | Self::Args
            | Self::Time
            | Self::ClientIp
            | Self::Field(_)
            | Self::Variable(_)
            | Self::Literal(_)
            | Self::Choice { .. } => false,
        }
    }
}
