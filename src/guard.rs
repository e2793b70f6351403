//! The one guard between this module and NGINX.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Something panicked. What it was about is on standard error, where the panic wrote it.
pub(crate) struct Panicked;

/// Everything that NGINX calls goes through this: a panic that got into NGINX would end it at once.
pub(crate) fn guarded<T>(callback: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(callback)).map_err(|_| Panicked)
}
