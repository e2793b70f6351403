//! `ngx_pool_t`: memory that lives as long as a configuration or a request.

use std::alloc::Layout;
use std::ffi::c_void;
use std::ptr::NonNull;

use nginx_sys::ngx_pool_cleanup_add;
use ngx::allocator::Allocator;
use ngx::core::Pool;

/// What NGINX calls with a value when it gives up the pool.
pub(super) type Cleanup = unsafe extern "C" fn(*mut c_void);

/// Puts a value into a pool. `None` where memory ran out.
pub(super) fn put<T>(pool: &Pool, value: T) -> Option<NonNull<T>> {
    let memory = Allocator::allocate(pool, Layout::new::<T>())
        .ok()?
        .cast::<T>();
    // SAFETY: the pool has just given room for a `T`, aligned as one.
    unsafe { memory.write(value) };
    Some(memory)
}

/// Puts a value into a pool, with what is to be done when the pool goes. `None` where memory ran out.
///
/// # Safety
/// `cleanup` may be called with a `T`.
pub(super) unsafe fn put_with_cleanup<T>(
    pool: &Pool,
    cleanup: Cleanup,
    value: T,
) -> Option<NonNull<T>> {
    // SAFETY: whoever made the `Pool` promised that NGINX keeps it.
    let entry = unsafe { ngx_pool_cleanup_add(pool.as_ptr(), 0) };
    // SAFETY: NGINX returns null, or a new entry that nobody else uses.
    let entry = unsafe { entry.as_mut() }?;
    let value = put(pool, value)?;
    entry.data = value.as_ptr().cast();
    entry.handler = Some(cleanup);
    Some(value)
}
