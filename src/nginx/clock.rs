//! What time it is.

use nginx_sys::ngx_time;

/// The event loop's clock in Unix seconds.
pub(crate) fn now() -> u64 {
    ngx_time().try_into().unwrap_or(u64::MAX)
}
