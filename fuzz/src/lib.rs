//! What the targets share: how an input is taken apart, and the second opinions.
//!
//! A second opinion ([`naive`]) is written from the documents and shares no code with what it judges: it works on
//! texts, allocates, and knows nothing of speed.

pub mod conf;
pub mod input;
pub mod manifest;
pub mod naive;
pub mod request;
pub mod text;
