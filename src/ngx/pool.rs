//! `ngx_pool_t`: memory that lives as long as a configuration or a request.

use std::ffi::c_void;
use std::ptr::NonNull;

use nginx_sys::{NGX_ALIGNMENT, ngx_pool_cleanup_add, ngx_pool_t};

/// What NGINX calls with a value when it gives up the pool.
pub(super) type Cleanup = unsafe extern "C" fn(*mut c_void);

/// Puts a value into a pool, with what is to be done when the pool goes. `None` where memory ran out.
///
/// # Safety
/// The pool is valid, and `cleanup` may be called with a `T`.
pub(super) unsafe fn add_cleanup<T>(
    pool: *mut ngx_pool_t,
    cleanup: Cleanup,
    value: T,
) -> Option<NonNull<T>> {
    const { assert!(align_of::<T>() <= NGX_ALIGNMENT) };
    // SAFETY: the pool is valid by the caller's promise.
    let entry = unsafe { ngx_pool_cleanup_add(pool, size_of::<T>()) };
    // SAFETY: null, or a new entry of the pool.
    let entry = unsafe { entry.as_mut() }?;
    let data = NonNull::new(entry.data.cast::<T>())?;
    // SAFETY: there is room for it, aligned.
    unsafe { data.write(value) };
    entry.handler = Some(cleanup);
    Some(data)
}
