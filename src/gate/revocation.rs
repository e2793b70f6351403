//! What a location does not open though the token is right.

use std::collections::HashSet;
use std::rc::Rc;

use token::TokenSet;

use crate::sharing::Links;

/// What is revoked of one scheme's tokens.
pub(crate) struct Revocation {
    /// By `secure_token_revoked_file`.
    pub(crate) listed: Option<Listed>,
    /// By `secure_token_revoke`; `None` where nothing can be.
    pub(crate) links: Option<Rc<Links>>,
}

/// What the files of a location revoke.
pub(crate) struct Listed {
    pub(crate) tokens: Rc<TokenSet>,
    /// For each of the scheme's secrets whether its tokens are.
    pub(crate) keys: Box<[bool]>,
    pub(crate) others: Rc<ListedOthers>,
}

/// What of it is the same for every scheme.
pub(crate) struct ListedOthers {
    pub(crate) sessions: HashSet<Box<[u8]>>,
    /// All that was issued before this second, in Unix time, is revoked; 0 for none.
    pub(crate) before: u64,
}
