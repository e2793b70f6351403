//! Why a link opens or does not, and what was done wrongly when it was signed.
//!
//! A [`LinkRequest`] goes in: a link, what it should be, and all that is known of the request for it.
//! [`Findings`] come out: what stands in the link, how far it came through the module's checks, what its token
//! claims, and the mistakes that were made. A mistake that is called certain was found by making that very token
//! with it; [`usual_mistakes`] lists those that are tried.
//!
//! There is no terminal here, no file, no environment and no clock: the time and its zone are part of the request.
//! What the command needs as well (URLs, paths as NGINX takes them, times in words) is public.

mod claim_report;
mod diagnosis;
mod digest;
pub mod elsewhere;
mod expiry;
mod findings;
mod hints;
mod link_request;
mod mistake;
pub mod path;
pub mod place;
pub mod query;
mod readings;
pub mod restriction;
mod revoked;
mod right_values;
mod scheme_guess;
mod sealed;
mod search;
mod steps;
pub mod text;
pub mod time;
mod time_form;
mod token_fields;
mod token_form;
mod token_text;
pub mod unicode;
pub mod url;
mod usual;
mod way;
mod ways;

pub use claim_report::ClaimReport;
pub use findings::{DigestReport, Findings, explain};
pub use hints::unknown_address;
pub use link_request::LinkRequest;
pub use mistake::{LinkPart, Mistake, UsualMistake};
pub use revoked::{RevokedBy, RevokedFile};
pub use scheme_guess::guess;
pub use steps::{Step, StepResult};
pub use token_fields::{TokenFields, carried_expiry};
pub use usual::usual_mistakes;
