//! Filters: what NGINX calls for every answer.

use nginx_sys::{
    NGX_OK, ngx_chain_t, ngx_http_output_body_filter_pt, ngx_http_output_header_filter_pt,
    ngx_http_request_t, ngx_http_top_body_filter, ngx_http_top_header_filter, ngx_int_t,
};

use super::{Conf, bits};
use ngx::http::Request;

type HeaderFilter = unsafe extern "C" fn(*mut ngx_http_request_t) -> ngx_int_t;
type BodyFilter = unsafe extern "C" fn(*mut ngx_http_request_t, *mut ngx_chain_t) -> ngx_int_t;

// Whoever comes next is the same in every configuration that has our filters.
static mut NEXT_HEADER: ngx_http_output_header_filter_pt = None;
static mut NEXT_BODY: ngx_http_output_body_filter_pt = None;
static mut NEXT_HEADER_BEHIND_COOKIE: ngx_http_output_header_filter_pt = None;
static mut NEXT_HEADER_BEHIND_PRIVACY: ngx_http_output_header_filter_pt = None;

impl Conf {
    /// Has these filters called for every answer, before those that were added so far.
    pub(crate) fn add_filters(&mut self, header: HeaderFilter, body: BodyFilter) {
        // SAFETY: NGINX makes the chain of filters anew for each configuration, before any request is under it.
        let next_header = unsafe { ngx_http_top_header_filter };
        // SAFETY: as above.
        let next_body = unsafe { ngx_http_top_body_filter };
        // SAFETY: as above.
        unsafe { NEXT_HEADER = next_header };
        // SAFETY: as above.
        unsafe { NEXT_BODY = next_body };
        // SAFETY: as above.
        unsafe { ngx_http_top_header_filter = Some(header) };
        // SAFETY: as above.
        unsafe { ngx_http_top_body_filter = Some(body) };
    }

    /// The same for the filter that adds a cookie.
    pub(crate) fn add_cookie_filter(&mut self, header: HeaderFilter) {
        // SAFETY: NGINX makes the chain of filters anew for each configuration, before any request is under it.
        let next = unsafe { ngx_http_top_header_filter };
        // SAFETY: as above.
        unsafe { NEXT_HEADER_BEHIND_COOKIE = next };
        // SAFETY: as above.
        unsafe { ngx_http_top_header_filter = Some(header) };
    }

    /// The same for the filter that keeps answers from caches.
    pub(crate) fn add_privacy_filter(&mut self, header: HeaderFilter) {
        // SAFETY: NGINX makes the chain of filters anew for each configuration, before any request is under it.
        let next = unsafe { ngx_http_top_header_filter };
        // SAFETY: as above.
        unsafe { NEXT_HEADER_BEHIND_PRIVACY = next };
        // SAFETY: as above.
        unsafe { ngx_http_top_header_filter = Some(header) };
    }
}

/// Calls the next header filter.
pub(crate) fn next_header(r: &mut Request) -> ngx_int_t {
    // SAFETY: NGINX changes it while it reads a configuration only, and has no other threads that do.
    let next = unsafe { NEXT_HEADER };
    let r = r.as_mut();
    // SAFETY: it is the request that our filter was called with.
    next.map_or(NGX_OK as ngx_int_t, |next| unsafe { next(r) })
}

/// Calls the header filter behind the one that adds a cookie.
pub(crate) fn next_header_behind_cookie(r: &mut Request) -> ngx_int_t {
    // SAFETY: NGINX changes it while it reads a configuration only, and has no other threads that do.
    let next = unsafe { NEXT_HEADER_BEHIND_COOKIE };
    let r = r.as_mut();
    // SAFETY: it is the request that our filter was called with.
    next.map_or(NGX_OK as ngx_int_t, |next| unsafe { next(r) })
}

/// Calls the header filter behind the one that keeps answers from caches.
pub(crate) fn next_header_behind_privacy(r: &mut Request) -> ngx_int_t {
    // SAFETY: NGINX changes it while it reads a configuration only, and has no other threads that do.
    let next = unsafe { NEXT_HEADER_BEHIND_PRIVACY };
    let r = r.as_mut();
    // SAFETY: it is the request that our filter was called with.
    next.map_or(NGX_OK as ngx_int_t, |next| unsafe { next(r) })
}

/// Calls the next body filter.
///
/// # Safety
/// The chain is null, or one that NGINX or [`super::Stream`] made for this request.
pub(crate) unsafe fn next_body(r: &mut Request, chain: *mut ngx_chain_t) -> ngx_int_t {
    // SAFETY: NGINX changes it while it reads a configuration only, and has no other threads that do.
    let next = unsafe { NEXT_BODY };
    let r = r.as_mut();
    // SAFETY: it is the request that our filter was called with, and the caller promises the chain.
    next.map_or(NGX_OK as ngx_int_t, |next| unsafe { next(r, chain) })
}

/// Has files read into memory before our body filter gets them.
pub(super) fn need_in_memory(r: &mut Request) {
    bits::NGX_HTTP_REQUEST_FILTER_NEED_IN_MEMORY.set(r.as_mut(), 1);
}
