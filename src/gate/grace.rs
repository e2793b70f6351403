//! For whom an expired token still opens.

use std::rc::Rc;

use crate::grace::Viewers;

/// For whom an expired token still opens: who used it before.
pub(crate) struct Grace {
    /// For how long after its expiry.
    pub(crate) seconds: u64,
    pub(crate) viewers: Rc<Viewers>,
}
