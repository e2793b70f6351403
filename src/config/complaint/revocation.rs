//! What is wrong with what is revoked: nobody can tell what that is.

use token::Scheme;

use super::Complaint;
use crate::config::Written;
use crate::nginx::Level;
use crate::revoke::ADD_MAX_LIFETIME;

impl Written {
    /// The first scheme in force of whose links nobody can tell whether they were issued before a time.
    pub(in crate::config) fn undated(&self) -> Option<&Scheme> {
        let is_undated = |scheme: &&Scheme| {
            let facts = scheme.facts();
            let never_expires = facts.format().is_some_and(|format| format.time.is_none());
            !facts.tells_issue() && !never_expires
        };
        let mut schemes = self.schemes().iter();
        schemes
            .find(is_undated)
            .filter(|_| self.max_lifetime.is_none())
    }

    /// A list that revokes what was issued before a time, where nobody can tell when that was.
    pub(in crate::config) fn revocation_complaint(&self) -> Option<Complaint> {
        let revoked = self.revoked.as_ref()?;
        let before = revoked.value.before()?;
        let scheme = self.undated()?;
        Some(Complaint {
            level: Level::Emergency,
            place: revoked.place,
            message: format!(
                "\"secure_token_revoked_file\": {before}: links of the scheme \"{}\" do not say when they were issued; \
                 {ADD_MAX_LIFETIME}",
                scheme.name()
            ),
        })
    }
}
