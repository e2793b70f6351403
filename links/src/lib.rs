//! What is remembered of links, in memory that processes share and that nobody locks.
//!
//! A process may be killed between any two instructions, and another may have been stopped in the middle for as long as
//! it likes. So whatever two of them must not both do is one compare-and-swap of one word, and what was begun by one is
//! finished by whoever comes next.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod atomic;
mod bucket;
mod mark;
mod memory;
mod network;
mod revoked;
mod word;

pub use bucket::Bucket;
pub use mark::{Key, Kind, Trace};
pub use memory::{Limits, Links, Opened, Refusal, Use};
pub use network::{Network, Prefixes};
pub use revoked::{NoRoom, RevokedSet};
