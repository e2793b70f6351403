//! A thin, safe layer over NGINX: configuration, requests, values with variables.
//!
//! All `unsafe` of the module is here and in the functions with a C signature.

mod bits;
mod block;
mod conf;
mod memory;
mod module;
mod pool;
mod request;
mod value;
mod variable;
mod zone;

pub(crate) use block::{BlockName, Search};
pub(crate) use conf::{Conf, Cycle, Place};
pub(crate) use memory::{
    RequestMemory, keep, keep_bytes, keep_for_good, keep_number, kept, kept_for_good, note,
};
pub(crate) use request::{
    args, came_to_error_page, client_ip, forbid_error_pages, host, is_answered, is_preflight,
    is_read_only, is_untouched, log, now, path, protocol, referrer, respond, satisfy_any,
    sent_args, sent_path, shorten_args,
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

/// How urgent a log line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Level {
    Emergency = nginx_sys::NGX_LOG_EMERG,
    Error = nginx_sys::NGX_LOG_ERR,
    Warn = nginx_sys::NGX_LOG_WARN,
    Notice = nginx_sys::NGX_LOG_NOTICE,
    Info = nginx_sys::NGX_LOG_INFO,
}
