//! `ngx_http_request_t`: what there is to know about a request beside its path and query.

use std::ffi::c_void;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ptr;

use nginx_sys::{
    AF_INET, AF_INET6, NGX_HTTP_GET, NGX_HTTP_HEAD, NGX_HTTP_OPTIONS, NGX_HTTP_POST,
    NGX_HTTP_SATISFY_ANY, ngx_hash_key, ngx_http_get_variable, ngx_str_t, sockaddr_in,
    sockaddr_in6,
};
use ngx::http::{HttpModuleLocationConf as _, NgxHttpCoreModule, Request};

use super::{Failed, variable};

/// A location or another block that a request is in, to be told from others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct LocationId(*mut *mut c_void);

/// Where the request is.
pub(crate) fn location(r: &Request) -> LocationId {
    LocationId(r.as_ref().loc_conf)
}

/// The client's address as text; `unix:` where it came through a socket of the file system.
pub(crate) fn client_ip(r: &Request) -> &[u8] {
    // SAFETY: NGINX keeps the connection as long as its requests; it is null only where nobody sent one.
    let connection = unsafe { r.as_ref().connection.as_ref() };
    connection.map_or(b"", |connection| connection.addr_text.as_bytes())
}

/// The client's address; `None` where it came through a socket of the file system.
pub(crate) fn client_address(r: &Request) -> Option<IpAddr> {
    // SAFETY: NGINX keeps the connection as long as its requests; it is null only where nobody sent one.
    let connection = unsafe { r.as_ref().connection.as_ref() }?;
    let address = connection.sockaddr;
    // SAFETY: NGINX has null there, or an address of the kind that its family says.
    let family = unsafe { address.as_ref() }?.sa_family;
    match u32::from(family) {
        AF_INET => {
            // SAFETY: of this family it is a `sockaddr_in`.
            let address = unsafe { &*address.cast::<sockaddr_in>() };
            Some(Ipv4Addr::from_bits(u32::from_be(address.sin_addr.s_addr)).into())
        }
        AF_INET6 => {
            // SAFETY: of this family it is a `sockaddr_in6`.
            let address = unsafe { &*address.cast::<sockaddr_in6>() };
            // SAFETY: its bytes are all there, whichever way they are looked at.
            Some(Ipv6Addr::from(unsafe { address.sin6_addr.__in6_u.__u6_addr8 }).into())
        }
        _ => None,
    }
}

/// The `Referer` header; empty where there is none.
pub(crate) fn referrer(r: &Request) -> &[u8] {
    // SAFETY: NGINX has null there, or a header that it keeps as long as the request.
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
    // SAFETY: NGINX only reads the name, and so many bytes of it.
    let hash = unsafe { ngx_hash_key(name.data, name.len) };
    let r = ptr::from_ref(r).cast_mut().cast();
    // Asked for by name: whether a connection is encrypted stands in no field that every NGINX has.
    // SAFETY: it is the request that we were called with, and NGINX only reads the name and its hash.
    let value = unsafe { ngx_http_get_variable(r, &raw mut name, hash) };
    // SAFETY: NGINX returns null, or a value that it keeps as long as the request.
    unsafe { variable::text(value) }?.ok_or(Failed)
}

/// Whether the location is content with any one of its access checks.
pub(crate) fn satisfy_any(r: &Request) -> bool {
    NgxHttpCoreModule::location_conf(r)
        .is_some_and(|core| core.satisfy == NGX_HTTP_SATISFY_ANY as usize)
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

/// Whether a browser sends this from a page of another host: it says so by itself, and no program does.
pub(crate) fn is_of_another_page(r: &Request) -> bool {
    let mut headers = r.headers_in_iterator();
    let is_origin = |name: &[u8]| name.eq_ignore_ascii_case(b"Origin");
    let Some((_, origin)) = headers.find(|(name, _)| is_origin(name.as_bytes())) else {
        return false;
    };
    let origin = origin.as_bytes();
    let host =
        memchr::memmem::find(origin, b"://").and_then(|at| origin.get(at.saturating_add(3)..));
    let host = host.map(|host| match memchr::memrchr(b':', host) {
        Some(colon) if !host.ends_with(b"]") => host.get(..colon).unwrap_or_default(),
        _ => host,
    });
    !host.is_some_and(|own| !own.is_empty() && own.eq_ignore_ascii_case(self::host(r)))
}

/// Whether the client asks for what stands in front of an answer, and not for the answer.
pub(crate) fn is_head(r: &Request) -> bool {
    r.as_ref().method == NGX_HTTP_HEAD as usize
}

/// Whether the client sends something to be done.
pub(crate) fn is_post(r: &Request) -> bool {
    r.as_ref().method == NGX_HTTP_POST as usize
}

/// Whether the method is one that only asks.
pub(crate) fn is_read_only(r: &Request) -> bool {
    let reading = (NGX_HTTP_GET | NGX_HTTP_HEAD) as usize;
    r.as_ref().method & reading != 0
}
