//! Why a URI is left as it stands.

use core::fmt;

/// Why a URI is left as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Left {
    /// Neither http nor https: `data:`, `skd:`, `urn:`.
    Scheme,
    /// Another host or port than the manifest's, by its own words or by those of a base.
    OtherHost,
    /// A user name before the host.
    UserInfo,
    /// `///x`, `http:/x`: players do not agree on the host.
    NoHost,
    /// `\` or a control byte before the query: players do not agree on the path.
    Byte,
    /// A blank that is none of ASCII, or a control byte in the query: players do not agree where the URI begins and ends.
    Blank,
    /// A byte that players do not send as it is, for a token that is made of what they send.
    Spelling,
    /// The manifest itself: nothing, or a fragment.
    SameDocument,
    /// `%` without two digits behind it, or `%00`: NGINX answers 400.
    Escape,
    /// `..` above the root, which NGINX answers with 400.
    AboveRoot,
    /// Longer than there is room for.
    TooLong,
    /// `{$name}` that is not defined above, or twice, or holds a query or a fragment.
    Variable,
    /// An entity that XML itself does not define.
    Entity,
    /// Markup within the text of an element.
    Markup,
    /// The player itself adds the manifest's query (`useMPDUrlQuery`, `RequestParam`).
    PlayerAdds,
    /// Relative to a base of the manifest that a patch is for.
    UnknownBase,
    /// More bases and Representations than are looked at.
    TooMany,
}

impl fmt::Display for Left {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Left::Scheme => "neither http nor https",
            Left::OtherHost => "on another host",
            Left::UserInfo => "with a user name",
            Left::NoHost => "without a host behind its slashes",
            Left::Byte => "with a backslash or a control byte",
            Left::Blank => "with a blank at which some players divide it",
            Left::Spelling => "with a byte that players spell in several ways",
            Left::SameDocument => "the manifest itself",
            Left::Escape => "with a bad percent-encoding",
            Left::AboveRoot => "above the root",
            Left::TooLong => "too long",
            Left::Variable => "with a variable that is not known, or is more than a part of a path",
            Left::Entity => "with an entity of its own",
            Left::Markup => "with markup inside",
            Left::PlayerAdds => "to which the player itself adds the query",
            Left::UnknownBase => "relative to the manifest that the patch is for",
            Left::TooMany => "behind too many bases and representations",
        })
    }
}
