//! Lines in the error log.

use std::fmt;

use ngx::http::Request;
use ngx::ngx_log_error;

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

/// Writes a line to the request's error log. NGINX adds client, server and request.
#[cold]
pub(crate) fn log(r: &Request, level: Level, message: fmt::Arguments<'_>) {
    ngx_log_error!(level, r.log(), "{message}");
}
