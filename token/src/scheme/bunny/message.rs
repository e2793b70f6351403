//! What is hashed.

use super::arguments::Arguments;
use super::carry::{Expiry, Paths};
use super::sent::SentText;
use crate::Rules;

/// What is hashed, but for secret and address.
pub(super) struct Message<'a> {
    /// The beginning of paths that the token is for, or the path itself.
    pub(super) path: SentText<'a>,
    /// The path is hashed in lower case.
    pub(super) ignore_case: bool,
    pub(super) expires: &'a [u8],
    pub(super) arguments: &'a Arguments<'a>,
}

/// What was hashed of a link.
pub(super) fn message<'a>(
    arguments: &'a Arguments<'a>,
    paths: &Paths<'a>,
    expires: &'a Expiry,
    rules: &Rules,
) -> Message<'a> {
    let prefix = arguments.token_path();
    Message {
        path: prefix.unwrap_or_else(|| SentText::plain(paths.signed)),
        ignore_case: rules.ignore_case && prefix.is_none(),
        expires: &expires.digits,
        arguments,
    }
}

impl Message<'_> {
    /// Hands it over in its order. The vendor's description has the address last, but what its libraries sign is this.
    pub(super) fn feed(&self, address: &[u8], take: &mut impl FnMut(&[u8])) {
        self.path.feed(self.ignore_case, take);
        take(self.expires);
        take(address);
        let mut separator: &[u8] = b"";
        for argument in self.arguments.sorted() {
            take(separator);
            argument.name.feed(false, take);
            take(b"=");
            argument.value.feed(false, take);
            separator = b"&";
        }
    }
}
