//! A thin, safe layer over NGINX: configuration, requests, values with variables.
//!
//! All `unsafe` of the module is here and in the functions with a C signature.

mod answer;
mod bits;
mod block;
mod body;
mod clock;
mod conf;
mod filter;
mod guards;
mod headers;
mod log;
mod memory;
mod module;
mod pool;
mod posted;
mod request;
mod uri;
mod value;
mod variable;
mod zone;

pub(crate) use answer::{came_to_error_page, forbid_error_pages, is_answered, redirects, respond};
pub(crate) use block::{BlockName, Search};
pub(crate) use body::{Incoming, Output, Rewrite, Stream};
pub(crate) use clock::now;
pub(crate) use conf::{Conf, Cycle, PhaseHandler, Place};
pub(crate) use filter::{
    next_body, next_header, next_header_behind_cookie, next_header_behind_privacy,
};
pub(crate) use guards::Settings;
pub(crate) use headers::{
    Coding, add_header, be_private, become_rewritten, coding, content_type, is_no_error, is_ok,
    is_sliced, sent_host, unwrap_whole, want_whole,
};
pub(crate) use log::{Level, log};
pub(crate) use memory::{
    RequestMemory, for_request, keep, keep_bytes, keep_for_good, keep_for_request, keep_number,
    kept, kept_for_good, note, noted,
};
pub(crate) use pool::{InPool, put_for};
pub(crate) use posted::{body, end, read_body, refuse_body, stated_length};
pub(crate) use request::{
    LocationId, client_address, client_ip, host, is_head, is_of_another_page, is_post,
    is_preflight, is_read_only, location, protocol, referrer, satisfy_any,
};
pub(crate) use uri::{
    args, behind_cut, cut_path, front_of, is_untouched, merge_slashes, path, sent_args, sent_path,
    sent_target, shorten_args,
};
pub(crate) use value::{Piece, Unsplit, Value, split};
pub(crate) use variable::answer_once;
pub(crate) use zone::{List, Shareable, Shared, Table, Zone, ZoneInit, owner_of};

/// NGINX could not do what was asked: its memory ran out, or a variable could not be worked out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failed;

/// The NGINX that the module is built for, `1.28.3`.
pub(crate) fn version() -> &'static str {
    nginx_sys::NGINX_VERSION.to_str().unwrap_or_default()
}
