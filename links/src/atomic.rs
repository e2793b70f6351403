//! The atomics of which the memory is made. In the crate's model a scheduler may stop a worker at each of them.

#[cfg(not(model))]
pub(crate) use core::sync::atomic::{AtomicU64, Ordering::SeqCst};
#[cfg(model)]
pub(crate) use shuttle::sync::atomic::{AtomicU64, Ordering::SeqCst};
