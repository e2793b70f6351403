//! `ngx_http_request_t`: what a request is asked and given.

use std::ffi::c_void;
use std::fmt;
use std::io::Write as _;
use std::ptr::{self, NonNull};

use nginx_sys::{
    NGX_HTTP_OPTIONS, NGX_HTTP_SATISFY_ANY, NGX_OK, ngx_http_core_srv_conf_t,
    ngx_http_parse_complex_uri, ngx_http_request_t, ngx_int_t, ngx_module_t, ngx_palloc, ngx_str_t,
    ngx_time,
};
use ngx::collections::Vec;
use ngx::core::NgxStr;
use ngx::http::{
    HttpModuleLocationConf as _, HttpModuleServerConf as _, NgxHttpCoreModule, Request,
};
use ngx::ngx_log_error;

use super::pool::{Cleanup, add_cleanup};
use super::{Failed, Level};

/// What the client itself asked for, whatever became of it inside NGINX.
#[derive(Clone, Copy)]
pub(crate) struct ClientUri<'a> {
    /// Decoded and normalised as NGINX does it.
    pub(crate) path: &'a [u8],
    /// As it was sent, without `?`.
    pub(crate) args: &'a [u8],
}

/// The path and query that the client asked for.
pub(crate) fn client_uri(r: &Request) -> Result<ClientUri<'_>, Failed> {
    let inner = r.as_ref();
    // NGINX's own word for "r->uri is still what the client sent" misses try_files, which leaves
    // the mark; any way that leads from there to another access phase sets `internal`.
    if inner.valid_unparsed_uri() != 0 && inner.internal() == 0 {
        return Ok(ClientUri {
            path: inner.uri.as_bytes(),
            args: inner.args.as_bytes(),
        });
    }
    parse_again(r)
}

/// Parses the request line's URI a second time, by NGINX's own function, so that the path comes out
/// as it did the first time.
#[cold]
fn parse_again(r: &Request) -> Result<ClientUri<'_>, Failed> {
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
    parser.set_empty_path_in_uri(u32::from(!has_path));
    // SAFETY: this is all that the function reads of a request; what it writes is not longer than
    // what it reads.
    let rc = unsafe { ngx_http_parse_complex_uri(&raw mut parser, merge_slashes(r)) };
    if rc != NGX_OK as ngx_int_t {
        return Err(Failed);
    }
    if !parser.args_start.is_null() {
        parser.args = ngx_str_t {
            len: parser
                .uri_end
                .addr()
                .saturating_sub(parser.args_start.addr()),
            data: parser.args_start,
        };
    }
    Ok(ClientUri {
        path: borrow(r, parser.uri),
        args: borrow(r, parser.args),
    })
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

/// Whether the location is content with any one of its access checks.
pub(crate) fn satisfy_any(r: &Request) -> bool {
    NgxHttpCoreModule::location_conf(r)
        .is_some_and(|core| core.satisfy == NGX_HTTP_SATISFY_ANY as usize)
}

/// Has NGINX answer with its own page, whatever `error_page` says.
pub(crate) fn forbid_error_pages(r: &mut Request) {
    r.as_mut().set_error_page(1);
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

/// The event loop's clock in Unix seconds.
pub(crate) fn now() -> u64 {
    ngx_time().try_into().unwrap_or(u64::MAX)
}

/// Writes a line to the request's error log. NGINX adds client, server and request.
#[cold]
pub(crate) fn log(r: &Request, level: Level, message: fmt::Arguments<'_>) {
    ngx_log_error!(level, r.log(), "{message}");
}

/// What [`keep`] kept under this module since the request last changed its location.
pub(crate) fn kept<T: Copy>(r: &Request, module: &ngx_module_t) -> Option<T> {
    r.get_module_ctx(module).copied()
}

/// Keeps a value with the request, until it is sent to another location.
pub(crate) fn keep<T: Copy>(r: &Request, module: &ngx_module_t, value: T) -> Result<(), Failed> {
    // SAFETY: the request's pool is valid as long as the request.
    let memory = unsafe { ngx_palloc(r.as_ref().pool, size_of::<T>()) };
    let memory = NonNull::new(memory.cast::<T>()).ok_or(Failed)?;
    const { assert!(align_of::<T>() <= nginx_sys::NGX_ALIGNMENT) };
    // SAFETY: there is room for it, aligned.
    unsafe { memory.write(value) };
    r.set_module_ctx(memory.as_ptr().cast(), module);
    Ok(())
}

/// Notes something about a request and says what was noted before. Unlike what is [kept](keep), a note
/// stays when the request is sent to another location.
pub(crate) fn note<T: Copy>(r: &Request, note: T) -> Option<T> {
    // As NGINX's realip module does it: the list of cleanups is what NGINX keeps for a request.
    unsafe extern "C" fn is_note<T>(_: *mut c_void) {}
    let marker: Cleanup = is_note::<T>;

    // SAFETY: the request's pool is valid as long as the request.
    let mut next = unsafe { r.as_ref().pool.as_ref() }?.cleanup;
    // SAFETY: null, or a cleanup of the pool.
    while let Some(cleanup) = unsafe { next.as_ref() } {
        if cleanup
            .handler
            .is_some_and(|handler| ptr::fn_addr_eq(handler, marker))
        {
            // SAFETY: written below, and nothing else refers to it.
            let noted = unsafe { &mut *cleanup.data.cast::<T>() };
            return Some(std::mem::replace(noted, note));
        }
        next = cleanup.next;
    }
    // Where memory runs out there is no note, and at worst a line more in the log.
    // SAFETY: the request's pool is valid as long as the request.
    unsafe { add_cleanup(r.as_ref().pool, marker, note) };
    None
}

/// Copies pieces, one behind the other, into the request's pool.
pub(crate) fn keep_bytes<'a, 'p>(
    r: &'a Request,
    pieces: impl Iterator<Item = &'p [u8]> + Clone,
) -> Result<&'a mut [u8], Failed> {
    let room = pieces.clone().map(<[u8]>::len).sum();
    let mut bytes = Vec::new_in(r.pool());
    bytes.try_reserve_exact(room).map_err(|_| Failed)?;
    for piece in pieces {
        bytes.extend_from_slice(piece);
    }
    Ok(bytes.leak())
}

/// A number in decimal, in the request's pool.
pub(crate) fn keep_number(r: &Request, number: u64) -> Result<&[u8], Failed> {
    let mut digits = [0; 20];
    let mut rest = digits.as_mut_slice();
    write!(rest, "{number}").map_err(|_| Failed)?;
    let unused = rest.len();
    let length = digits.len().saturating_sub(unused);
    let digits = digits.get(..length).unwrap_or_default();
    keep_bytes(r, std::iter::once(digits)).map(|kept| &*kept)
}

fn borrow(_owner: &Request, text: ngx_str_t) -> &[u8] {
    // SAFETY: called only with text in the request's own pool.
    unsafe { NgxStr::from_ngx_str(text) }.as_bytes()
}
