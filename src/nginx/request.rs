//! `ngx_http_request_t`: what a request is asked and given.

use std::fmt;
use std::ptr;

use nginx_sys::{
    NGX_HTTP_GET, NGX_HTTP_HEAD, NGX_HTTP_OPTIONS, NGX_HTTP_SATISFY_ANY, NGX_OK, ngx_buf_t,
    ngx_chain_t, ngx_hash_key, ngx_http_core_srv_conf_t, ngx_http_get_variable,
    ngx_http_parse_complex_uri, ngx_http_request_t, ngx_int_t, ngx_str_t, ngx_time,
};
use ngx::collections::Vec;
use ngx::core::{Pool, Status};
use ngx::http::{
    HTTPStatus, HttpModuleLocationConf as _, HttpModuleServerConf as _, NgxHttpCoreModule, Request,
};
use ngx::ngx_log_error;

use super::memory::keep_bytes;
use super::pool::put;
use super::{Failed, Level, bits, variable};

/// Whether NGINX's own view of path and query is still what the client sent. To be asked in the access
/// phase only: later `try_files` may have put another path there, which leaves no trace.
pub(crate) fn is_untouched(r: &Request) -> bool {
    let inner = r.as_ref();
    bits::NGX_HTTP_REQUEST_VALID_UNPARSED_URI.is_set(inner)
        && !bits::NGX_HTTP_REQUEST_INTERNAL.is_set(inner)
}

/// NGINX's view of the path, decoded and normalised.
pub(crate) fn path(r: &Request) -> &[u8] {
    r.as_ref().uri.as_bytes()
}

/// NGINX's view of the query string.
pub(crate) fn args(r: &Request) -> &[u8] {
    r.as_ref().args.as_bytes()
}

/// Puts a shorter query string in its place, for whatever comes after the access phase. Path and query
/// in the client's own words are no longer handed on then, or the old one would be.
pub(crate) fn shorten_args(
    r: &mut Request,
    shorten: impl FnOnce(&Request) -> Result<&[u8], Failed>,
) -> Result<(), Failed> {
    let args = shorten(r)?;
    let args = ngx_str_t {
        len: args.len(),
        data: args.as_ptr().cast_mut(),
    };
    let inner = r.as_mut();
    if args.len != inner.args.len {
        inner.args = args;
        bits::NGX_HTTP_REQUEST_VALID_UNPARSED_URI.set(inner, 0);
    }
    Ok(())
}

/// The client's query string as it was sent, without `?`, whatever became of it inside NGINX.
pub(crate) fn sent_args(r: &Request) -> &[u8] {
    // NGINX too ends the URI at a fragment, and begins the query at the first question mark.
    let mut uri = r.as_ref().unparsed_uri.as_bytes();
    if let Some(sent) = uri.split(|&byte| byte == b'#').next() {
        uri = sent;
    }
    let mark = uri.iter().position(|&byte| byte == b'?');
    mark.and_then(|at| uri.get(at..)?.get(1..))
        .unwrap_or_default()
}

/// The path that the client asked for, whatever became of it inside NGINX. The request line's URI is
/// parsed a second time, by NGINX's own function, so that it comes out as it did the first time.
/// Empty where that function, in another server's setting of `merge_slashes`, refuses it.
#[cold]
pub(crate) fn sent_path(r: &Request) -> Result<&[u8], Failed> {
    let inner = r.as_ref();
    let sent = inner.unparsed_uri.as_bytes();
    let has_path = sent.first() == Some(&b'/');

    // NGINX looks at one byte behind the URI and puts a slash in front of an absent path.
    let line = keep_bytes(r, [sent, b"\n"].into_iter())?;
    let path = keep_bytes(r, [sent, b"/"].into_iter())?;

    // SAFETY: all zero is valid for this structure.
    let mut parser: ngx_http_request_t = unsafe { std::mem::zeroed() };
    let line = line.as_mut_ptr_range();
    parser.connection = inner.connection;
    parser.uri.data = path.as_mut_ptr();
    parser.uri_start = line.start;
    parser.uri_end = line.end.wrapping_sub(1);
    bits::NGX_HTTP_REQUEST_EMPTY_PATH_IN_URI.set(&mut parser, u32::from(!has_path));
    // SAFETY: this is all that the function reads of a request; what it writes is not longer than
    // what it reads.
    let rc = unsafe { ngx_http_parse_complex_uri(&raw mut parser, merge_slashes(r)) };
    let length = if rc == NGX_OK as ngx_int_t {
        parser.uri.len
    } else {
        0
    };
    Ok(path.get(..length).unwrap_or_default())
}

/// The setting that was in force when the request line was parsed: that of the address's default
/// server, as the Host header was not known yet.
fn merge_slashes(r: &Request) -> usize {
    // SAFETY: null only for a request without a connection, which has no request line.
    let connection = unsafe { r.as_ref().http_connection.as_ref() };
    connection
        .and_then(NgxHttpCoreModule::server_conf)
        .map_or(1, |core: &ngx_http_core_srv_conf_t| {
            usize::from(core.merge_slashes != 0)
        })
}

/// The client's address as text; `unix:` where it came through a socket of the file system.
pub(crate) fn client_ip(r: &Request) -> &[u8] {
    // SAFETY: null only for a request without a connection, which nobody sent.
    let connection = unsafe { r.as_ref().connection.as_ref() };
    connection.map_or(b"", |connection| connection.addr_text.as_bytes())
}

/// The `Referer` header; empty where there is none.
pub(crate) fn referrer(r: &Request) -> &[u8] {
    // SAFETY: null, or a header that the request keeps.
    let header = unsafe { r.as_ref().headers_in.referer.as_ref() };
    header.map_or(b"", |header| header.value.as_bytes())
}

/// The host that the client named, in lower case, without port and final dot; empty where it named none.
pub(crate) fn host(r: &Request) -> &[u8] {
    r.as_ref().headers_in.server.as_bytes()
}

/// What NGINX calls `$scheme`: `http` or `https`.
pub(crate) fn protocol(r: &Request) -> Result<&[u8], Failed> {
    const NAME: &[u8] = b"scheme";
    let mut name = ngx_str_t {
        len: NAME.len(),
        data: NAME.as_ptr().cast_mut(),
    };
    // SAFETY: the name is only read.
    let hash = unsafe { ngx_hash_key(name.data, name.len) };
    let r = ptr::from_ref(r).cast_mut().cast();
    // Asked for by name: whether a connection is encrypted stands in no field that every NGINX has.
    // SAFETY: a request, and the name with its hash.
    let value = unsafe { ngx_http_get_variable(r, &raw mut name, hash) };
    // SAFETY: null, or a value that the request keeps.
    unsafe { variable::text(value) }?.ok_or(Failed)
}

/// Whether the answer to the client's own request has begun: nothing is decided by a variable any more.
pub(crate) fn is_answered(r: &Request) -> bool {
    r.is_main() && bits::NGX_HTTP_REQUEST_HEADER_SENT.is_set(r.as_ref())
}

/// Whether an `error_page` has made the answer. Of one that takes the status of what it leads to nothing can
/// be seen under `recursive_error_pages`.
pub(crate) fn came_to_error_page(r: &Request) -> bool {
    let inner = r.as_ref();
    inner.err_status != 0 || bits::NGX_HTTP_REQUEST_ERROR_PAGE.is_set(inner)
}

/// Whether the location is content with any one of its access checks.
pub(crate) fn satisfy_any(r: &Request) -> bool {
    NgxHttpCoreModule::location_conf(r)
        .is_some_and(|core| core.satisfy == NGX_HTTP_SATISFY_ANY as usize)
}

/// Has NGINX answer with its own page, whatever `error_page` says.
pub(crate) fn forbid_error_pages(r: &mut Request) {
    bits::NGX_HTTP_REQUEST_ERROR_PAGE.set(r.as_mut(), 1);
}

/// Whether this is the question that a browser asks before a cross-origin request.
pub(crate) fn is_preflight(r: &Request) -> bool {
    if r.as_ref().method != NGX_HTTP_OPTIONS as usize {
        return false;
    }
    let has = |name: &[u8]| {
        r.headers_in_iterator()
            .any(|(key, _)| key.as_bytes().eq_ignore_ascii_case(name))
    };
    has(b"Origin") && has(b"Access-Control-Request-Method")
}

/// Whether the method is one that only asks.
pub(crate) fn is_read_only(r: &Request) -> bool {
    let reading = (NGX_HTTP_GET | NGX_HTTP_HEAD) as usize;
    r.as_ref().method & reading != 0
}

/// Answers 200 with what `write` writes.
pub(crate) fn respond(
    r: &mut Request,
    content_type: &'static str,
    write: impl FnOnce(&mut dyn fmt::Write) -> fmt::Result,
) -> Result<Status, Failed> {
    struct Body(Vec<u8, Pool>);
    impl fmt::Write for Body {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.try_reserve(text.len()).map_err(|_| fmt::Error)?;
            self.0.extend_from_slice(text.as_bytes());
            Ok(())
        }
    }
    let mut body = Body(Vec::new_in(r.pool()));
    write(&mut body).map_err(|_| Failed)?;
    let body = body.0.leak();

    r.set_status(HTTPStatus::OK);
    r.set_content_length_n(body.len());
    let out = &mut r.as_mut().headers_out;
    out.content_type = ngx_str_t {
        len: content_type.len(),
        data: content_type.as_ptr().cast_mut(),
    };
    // Without parameters: this is what `gzip_types` and the like compare.
    let bare = content_type.split(';').next().unwrap_or_default();
    out.content_type_len = bare.len();
    let sent = r.send_header();
    if sent != Status::NGX_OK || bits::NGX_HTTP_REQUEST_HEADER_ONLY.is_set(r.as_ref()) {
        return Ok(sent);
    }
    let ends = body.as_mut_ptr_range();
    // SAFETY: all zero is valid for this structure.
    let mut buffer: ngx_buf_t = unsafe { std::mem::zeroed() };
    buffer.pos = ends.start;
    buffer.last = ends.end;
    let mut buffer = put(&r.pool(), buffer).ok_or(Failed)?;
    // SAFETY: just put there.
    let buffer = unsafe { buffer.as_mut() };
    bits::NGX_BUF_MEMORY.set(buffer, 1);
    bits::NGX_BUF_LAST_BUF.set(buffer, u32::from(r.is_main()));
    bits::NGX_BUF_LAST_IN_CHAIN.set(buffer, 1);
    let chain = ngx_chain_t {
        buf: buffer,
        next: ptr::null_mut(),
    };
    let mut chain = put(&r.pool(), chain).ok_or(Failed)?;
    // SAFETY: just put there.
    Ok(r.output_filter(unsafe { chain.as_mut() }))
}

/// The event loop's clock in Unix seconds.
pub(crate) fn now() -> u64 {
    ngx_time().try_into().unwrap_or(u64::MAX)
}

/// Writes a line to the request's error log. NGINX adds client, server and request.
#[cold]
pub(crate) fn log(r: &Request, level: Level, message: fmt::Arguments<'_>) {
    ngx_log_error!(level, r.log(), "{message}");
}
