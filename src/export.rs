//! What NGINX looks for in a file that `load_module` names: the modules in it, their names, and their order.
#![allow(non_upper_case_globals, reason = "these are NGINX's names")]

use std::ffi::c_char;
use std::ptr;

use nginx_sys::ngx_module_t;

use crate::{
    ngx_http_secure_token_module, ngx_http_secure_token_playlist_filter_module,
    ngx_http_secure_token_privacy_filter_module,
};

#[unsafe(no_mangle)]
static mut ngx_modules: [*const ngx_module_t; 4] = [
    &raw const ngx_http_secure_token_module,
    &raw const ngx_http_secure_token_privacy_filter_module,
    &raw const ngx_http_secure_token_playlist_filter_module,
    ptr::null(),
];

#[unsafe(no_mangle)]
static mut ngx_module_names: [*const c_char; 4] = [
    c"ngx_http_secure_token_module".as_ptr(),
    c"ngx_http_secure_token_privacy_filter_module".as_ptr(),
    c"ngx_http_secure_token_playlist_filter_module".as_ptr(),
    ptr::null(),
];

/// A module that is named here is put in front of those behind it, and NGINX calls filters from the last to the first:
/// the one which reads files comes before ours, and the one of `expires` and `add_header` before what has the last word
/// about caches.
#[unsafe(no_mangle)]
static mut ngx_module_order: [*const c_char; 5] = [
    c"ngx_http_secure_token_privacy_filter_module".as_ptr(),
    c"ngx_http_headers_filter_module".as_ptr(),
    c"ngx_http_secure_token_playlist_filter_module".as_ptr(),
    c"ngx_http_copy_filter_module".as_ptr(),
    ptr::null(),
];
