//! Path and query of a request: as the client sent them, and what NGINX made of them.

use nginx_sys::{
    NGX_OK, ngx_http_core_loc_conf_t, ngx_http_core_srv_conf_t, ngx_http_parse_complex_uri,
    ngx_http_request_t, ngx_int_t, ngx_str_t,
};
use ngx::http::{
    HttpModuleLocationConf as _, HttpModuleServerConf as _, NgxHttpCoreModule, Request,
};

use super::memory::keep_bytes;
use super::{Failed, bits};

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

/// Takes segments out of the path, for whatever comes after the access phase: those behind what is in front, both as they
/// were sent. The path stays as it is where it has them not. The location stays the one that was found by the whole path.
pub(crate) fn cut_path(
    r: &mut Request,
    segments: impl FnOnce(&Request) -> (&[u8], &[u8]),
) -> Result<(), Failed> {
    let path = r.as_ref().uri.as_bytes();
    let (front, segments) = segments(r);
    let Some(behind) = behind_cut(path, front, segments) else {
        return Ok(());
    };
    let rest = if front.is_empty() {
        behind
    } else {
        let kept = front_of(path, front).unwrap_or_default();
        keep_bytes(r, [kept, behind].into_iter())?
    };
    let is_in_location = NgxHttpCoreModule::location_conf(r)
        .is_some_and(|core| is_still_in_location(core, path, rest));
    let rest = ngx_str_t {
        len: rest.len(),
        data: rest.as_ptr().cast_mut(),
    };
    let inner = r.as_mut();
    inner.uri = rest;
    bits::NGX_HTTP_REQUEST_VALID_UNPARSED_URI.set(inner, 0);
    if !is_in_location {
        bits::NGX_HTTP_REQUEST_VALID_LOCATION.set(inner, 0);
    }
    Ok(())
}

/// What a decoded path has behind segments and what is in front of them, both as they were sent. `None` where it has
/// them not.
pub(crate) fn behind_cut<'p>(path: &'p [u8], front: &[u8], segments: &[u8]) -> Option<&'p [u8]> {
    let kept = front_of(path, front)?;
    let behind = path.get(kept.len()..)?;
    if segments.is_empty() {
        return None;
    }
    token::behind_sent(behind, segments)
}

/// The beginning of a decoded path that was sent as `front`.
pub(crate) fn front_of<'p>(path: &'p [u8], front: &[u8]) -> Option<&'p [u8]> {
    if front.is_empty() {
        return Some(b"");
    }
    let behind = token::behind_sent(path, front)?;
    path.get(..path.len().checked_sub(behind.len())?)
}

/// Whether what NGINX replaces at the beginning of a path, for `alias` and `proxy_pass`, stands at the beginning of the
/// rest of it as well: so many bytes are cut from what is there.
fn is_still_in_location(core: &ngx_http_core_loc_conf_t, path: &[u8], rest: &[u8]) -> bool {
    /// What NGINX writes down for an `alias` with captures, which replaces the whole path.
    const WHOLE: usize = isize::MAX as usize;
    let is_regex = !core.regex.is_null();
    // The name counts for a handler, such as that of `proxy_pass`.
    let is_handled = core.handler.is_some();
    let is_in_name = !is_handled || is_regex || rest.starts_with(core.name.as_bytes());
    match core.alias {
        0 => is_in_name,
        WHOLE => true,
        // Of this location, or of one around it whose name is another.
        length => {
            let replaced = path.get(..length);
            is_in_name && replaced.is_some_and(|replaced| rest.starts_with(replaced))
        }
    }
}

/// Path and query as the client sent them, whatever became of them inside NGINX.
pub(crate) fn sent_target(r: &Request) -> &[u8] {
    let uri = r.as_ref().unparsed_uri.as_bytes();
    // NGINX too ends the URI at a fragment.
    let end = memchr::memchr(b'#', uri).unwrap_or(uri.len());
    uri.get(..end).unwrap_or_default()
}

/// The client's query string as it was sent, without `?`, whatever became of it inside NGINX.
pub(crate) fn sent_args(r: &Request) -> &[u8] {
    let uri = sent_target(r);
    // NGINX too begins the query at the first question mark.
    let mark = memchr::memchr(b'?', uri);
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

    // SAFETY: the structure is C's, of numbers and of pointers that may be null, so all zero is a value of it.
    let mut parser: ngx_http_request_t = unsafe { std::mem::zeroed() };
    let line = line.as_mut_ptr_range();
    parser.connection = inner.connection;
    parser.uri.data = path.as_mut_ptr();
    parser.uri_start = line.start;
    parser.uri_end = line.end.wrapping_sub(1);
    bits::NGX_HTTP_REQUEST_EMPTY_PATH_IN_URI.set(&mut parser, u32::from(!has_path));
    // SAFETY: what was set above is all that the function of NGINX reads of a request; it writes no more than
    // it reads and a slash, for which `path` has room.
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
pub(crate) fn merge_slashes(r: &Request) -> usize {
    // SAFETY: NGINX keeps the connection as long as its requests; it is null only where there is no request line.
    let connection = unsafe { r.as_ref().http_connection.as_ref() };
    connection
        .and_then(NgxHttpCoreModule::server_conf)
        .map_or(1, |core: &ngx_http_core_srv_conf_t| {
            usize::from(core.merge_slashes != 0)
        })
}
