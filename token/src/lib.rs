//! URL token schemes: verify and sign signed, time-limited links.
//!
//! This crate knows paths, query strings, secrets and clocks, and nothing of a web server. It
//! allocates nothing for a request, reads no clock and no environment, and holds no state: what a
//! scheme needs to know it asks of a [`Request`], and time and randomness are arguments.
//!
//! ```
//! use token::{Failure, Link, RequestParts, Rules, Secret, Verdict, scheme};
//!
//! let azion = scheme::by_name(b"azion").unwrap();
//! let rules = Rules::of(azion);
//! let mut query = String::new();
//! let link = Link { path: b"/my/uri", expires: Some(1470055000), ..Link::default() };
//! let random = &mut |bytes: &mut [u8]| getrandom::fill(bytes).map_err(|_| Failure);
//! azion.sign(&link, &rules, Secret::new(b"mysecret"), random, &mut query).unwrap();
//! assert_eq!(query, "st=m6WCATfRgS_5lcyChCPgrw&e=1470055000");
//!
//! let request = RequestParts {
//!     path: b"/my/uri",
//!     sources: &[query.as_bytes()],
//!     secrets: &[b"mysecret"],
//!     ..RequestParts::default()
//! };
//! let verdict = azion.verify(&request, &rules, 1470054999).unwrap();
//! assert!(matches!(verdict, Verdict::Passed(_)));
//! ```

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod cipher;
mod claims;
mod client_ip;
mod encoding;
mod facts;
#[cfg(feature = "inspect")]
pub mod inspect;
mod judge;
pub mod query;
mod request;
pub mod scheme;
mod secret;
mod short;
mod sign;
mod text;
mod verdict;

pub use cipher::Key;
pub use claims::Claims;
pub use facts::{Anatomy, Boundary, ClientIp, Extra, Facts, Part, Scope};
pub use query::{Fields, Params};
pub use request::{Failure, Request, RequestParts, Rules};
pub use scheme::{Random, SCHEMES, Scheme};
pub use secret::Secret;
pub use sign::{Claim, Link, SignError};
pub use verdict::{Reason, Verdict};
