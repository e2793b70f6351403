//! URL token schemes: verify and sign signed, time-limited links.
//!
//! This crate knows paths, query strings, secrets and clocks, and nothing of a web server. It
//! allocates nothing for a request, reads no clock and no environment, and holds no state: what a
//! scheme needs to know it asks of a [`Request`], and time and randomness are arguments.
//!
//! ```
//! use token::{Failure, Link, RequestParts, Rules, Secret, Source, Verdict, scheme};
//!
//! let azion = scheme::by_name(b"azion").unwrap();
//! let rules = Rules::of(&azion);
//! let mut query = String::new();
//! let link = Link { path: b"/my/uri", expires: Some(1470055000), ..Link::default() };
//! let random = &mut |bytes: &mut [u8]| getrandom::fill(bytes).map_err(|_| Failure);
//! azion.sign(&link, &rules, Secret::new(b"mysecret"), random, &mut query).unwrap();
//! assert_eq!(query, "st=m6WCATfRgS_5lcyChCPgrw&e=1470055000");
//!
//! let request = RequestParts {
//!     path: b"/my/uri",
//!     sources: &[Source::query(query.as_bytes())],
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
mod directories;
mod encoding;
mod extra;
mod facts;
mod format;
mod hash;
mod hmac;
#[cfg(feature = "inspect")]
pub mod inspect;
mod judge;
mod key;
mod name;
mod opened;
mod place;
pub mod query;
mod request;
mod revocation;
pub mod scheme;
mod secret;
mod short;
mod sign;
mod text;
mod time;
mod token_set;
mod verdict;

pub use claims::{Claims, OpenedToken, TokenId};
pub use extra::{Extra, WordError};
pub use facts::{Anatomy, Boundary, Carrier, ClientIp, Facts, Scope};
pub use format::{
    Digest, Encoding, ExampleLink, Field, FieldId, FieldKind, Format, FormatError, FormatString,
    MOST_FIELDS, Pair, Part, Parts, SecretSpelling, Time, TimeEvent, TimeSpelling, TokenPart,
    TokenParts, Warning,
};
pub use hash::Hash;
pub use key::{Key, KeyError};
pub use name::Name;
pub use place::{Place, behind_sent};
pub use query::{FieldParam, Params, QueryFields};
pub use request::{Failure, Request, RequestParts, RevokedCheck, Rules, Source};
pub use revocation::{Revocation, RevocationError, revocations};
pub use scheme::{FieldSink, Random, Scheme};
pub use secret::Secret;
pub use sign::{Child, Claim, Link, SignError, SignedFields};
pub use token_set::TokenSet;
pub use verdict::{Reason, Verdict};
