//! What the benchmarks of the crate `token` have in common: signed requests, and how two kinds of them are told apart
//! by their time.

pub mod early_exit;
pub mod samples;
pub mod signed_request;
pub mod welch;
