//! The answer to a request: a text of ours, or a page of NGINX's.

use std::fmt;
use std::ptr;

use nginx_sys::{ngx_buf_t, ngx_chain_t, ngx_str_t};
use ngx::collections::Vec;
use ngx::core::{Pool, Status};
use ngx::http::{HTTPStatus, Request};

use super::pool::put;
use super::{Failed, bits};

/// Answers with a status and what `write` writes.
pub(crate) fn respond(
    r: &mut Request,
    status: HTTPStatus,
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

    r.set_status(status);
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
    // SAFETY: the structure is C's, of numbers and of pointers that may be null, so all zero is a value of it.
    let mut buffer: ngx_buf_t = unsafe { std::mem::zeroed() };
    buffer.pos = ends.start;
    buffer.last = ends.end;
    let mut buffer = put(&r.pool(), buffer).ok_or(Failed)?;
    // SAFETY: `put` has just written the buffer there, and nobody else knows of it.
    let buffer = unsafe { buffer.as_mut() };
    bits::NGX_BUF_MEMORY.set(buffer, 1);
    bits::NGX_BUF_LAST_BUF.set(buffer, u32::from(r.is_main()));
    bits::NGX_BUF_LAST_IN_CHAIN.set(buffer, 1);
    let chain = ngx_chain_t {
        buf: buffer,
        next: ptr::null_mut(),
    };
    let mut chain = put(&r.pool(), chain).ok_or(Failed)?;
    // SAFETY: `put` has just written the chain there, and nobody else knows of it.
    Ok(r.output_filter(unsafe { chain.as_mut() }))
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

/// Whether NGINX answers with a redirect that no `error_page` has made, as for a directory without its slash.
pub(crate) fn redirects(r: &Request) -> bool {
    let inner = r.as_ref();
    let is_redirect = (300..400).contains(&inner.err_status);
    is_redirect && !bits::NGX_HTTP_REQUEST_ERROR_PAGE.is_set(inner)
}

/// Has NGINX answer with its own page, whatever `error_page` says.
pub(crate) fn forbid_error_pages(r: &mut Request) {
    bits::NGX_HTTP_REQUEST_ERROR_PAGE.set(r.as_mut(), 1);
}
