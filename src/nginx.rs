//! A thin, safe layer over NGINX: configuration, requests, values with variables.
//!
//! All `unsafe` of the module is here and in the functions with a C signature.

mod answer;
mod bits;
mod block;
mod clock;
mod conf;
mod log;
mod memory;
mod module;
mod pool;
mod request;
mod uri;
mod value;
mod variable;
mod zone;

pub(crate) use answer::{came_to_error_page, forbid_error_pages, is_answered, respond};
pub(crate) use block::{BlockName, Search};
pub(crate) use clock::now;
pub(crate) use conf::{Conf, Cycle, Place};
pub(crate) use log::{Level, log};
pub(crate) use memory::{
    RequestMemory, keep, keep_bytes, keep_for_good, keep_number, kept, kept_for_good, note,
};
pub(crate) use request::{
    LocationId, client_ip, host, is_preflight, is_read_only, location, protocol, referrer,
    satisfy_any,
};
pub(crate) use uri::{
    args, behind_cut, cut_path, is_untouched, path, sent_args, sent_path, sent_target, shorten_args,
};
pub(crate) use value::{Piece, Unsplit, Value, split};
pub(crate) use variable::answer_once;
pub(crate) use zone::{List, Shareable, Shared, Zone, owner_of};

/// NGINX could not do what was asked: its memory ran out, or a variable could not be worked out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failed;

/// The NGINX that the module is built for, `1.28.3`.
pub(crate) fn version() -> &'static str {
    nginx_sys::NGINX_VERSION.to_str().unwrap_or_default()
}
