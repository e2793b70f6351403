//! The body that a client sends.

use std::ffi::c_int;
use std::ptr;

use nginx_sys::{
    NGX_DONE, NGX_HTTP_SPECIAL_RESPONSE, ngx_buf_t, ngx_http_finalize_request,
    ngx_http_read_client_request_body, ngx_http_request_t, ngx_int_t, ngx_read_file,
};
use ngx::collections::Vec;
use ngx::core::{Pool, Status};
use ngx::http::Request;

use super::{Failed, bits};

/// A function that NGINX calls for a request once its body is there.
type BodyHandler = unsafe extern "C" fn(*mut ngx_http_request_t);

/// Has NGINX read the body, and call `then` once all of it is there; that has to [`end`] the request. To be the last thing
/// that a handler does.
pub(crate) fn read_body(r: &mut Request, then: BodyHandler) -> Status {
    let r = ptr::from_mut(r).cast();
    // SAFETY: it is the request that we were called with, and nothing else is done with it from here on.
    let rc = unsafe { ngx_http_read_client_request_body(r, Some(then)) };
    if rc >= NGX_HTTP_SPECIAL_RESPONSE as ngx_int_t {
        Status(rc)
    } else {
        Status(NGX_DONE as ngx_int_t)
    }
}

/// Ends a request whose body NGINX was told to read. Nothing may be done with it from then on.
pub(crate) fn end(r: &mut Request, status: ngx_int_t) {
    // SAFETY: it is the request that we were called with, and the caller does nothing more with it.
    unsafe { ngx_http_finalize_request(ptr::from_mut(r).cast(), status) };
}

/// Has NGINX throw the body away, which a client that asks before is not told to send.
pub(crate) fn refuse_body(r: &mut Request) -> Status {
    bits::NGX_HTTP_REQUEST_EXPECT_TESTED.set(r.as_mut(), 1);
    r.discard_request_body()
}

/// How long the body is, where the client says so.
pub(crate) fn stated_length(r: &Request) -> Option<u64> {
    r.as_ref().headers_in.content_length_n.try_into().ok()
}

/// The body, once it is there. `None` where it is longer than so many bytes.
pub(crate) fn body(r: &Request, most: usize) -> Result<Option<&[u8]>, Failed> {
    let mut body = Vec::new_in(r.pool());
    // SAFETY: NGINX has null there, or what it has read.
    let read = unsafe { r.as_ref().request_body.as_ref() };
    let mut next = read.map_or(ptr::null_mut(), |read| read.bufs);
    // SAFETY: NGINX has null there, or a chain that it keeps as long as the request.
    while let Some(link) = unsafe { next.as_ref() } {
        // SAFETY: NGINX has a buffer in each link of a chain.
        let buffer = unsafe { &*link.buf };
        let length = length(buffer).ok_or(Failed)?;
        if length > most.saturating_sub(body.len()) {
            return Ok(None);
        }
        body.try_reserve(length).map_err(|_| Failed)?;
        add(&mut body, buffer, length)?;
        next = link.next;
    }
    Ok(Some(body.leak()))
}

fn is_in_memory(buffer: &ngx_buf_t) -> bool {
    bits::NGX_BUF_TEMPORARY.is_set(buffer)
        || bits::NGX_BUF_MEMORY.is_set(buffer)
        || bits::NGX_BUF_MMAP.is_set(buffer)
}

fn length(buffer: &ngx_buf_t) -> Option<usize> {
    if is_in_memory(buffer) {
        return buffer.last.addr().checked_sub(buffer.pos.addr());
    }
    if !bits::NGX_BUF_IN_FILE.is_set(buffer) {
        return Some(0);
    }
    let length = buffer.file_last.checked_sub(buffer.file_pos)?;
    length.try_into().ok()
}

/// Adds what a buffer has, for which there is room.
fn add(body: &mut Vec<u8, Pool>, buffer: &ngx_buf_t, length: usize) -> Result<(), Failed> {
    if length == 0 {
        return Ok(());
    }
    if is_in_memory(buffer) {
        // SAFETY: NGINX has so many bytes there, and keeps them as long as the request.
        let bytes = unsafe { std::slice::from_raw_parts(buffer.pos, length) };
        body.extend_from_slice(bytes);
        return Ok(());
    }
    let start = body.len();
    body.resize(start.saturating_add(length), 0);
    let mut room = body.get_mut(start..).ok_or(Failed)?;
    let mut at = buffer.file_pos;
    while !room.is_empty() {
        // SAFETY: NGINX keeps the file open as long as the request, and there is room for so many bytes.
        let read = unsafe { ngx_read_file(buffer.file, room.as_mut_ptr(), room.len(), at) };
        let read = c_int::try_from(read).map_err(|_| Failed)?;
        let count = usize::try_from(read).ok().filter(|count| *count > 0);
        room = room.get_mut(count.ok_or(Failed)?..).ok_or(Failed)?;
        at = at.saturating_add(read.into());
    }
    Ok(())
}
