//! `ngx_pool_t`: memory that lives as long as a configuration or a request.

use std::alloc::Layout;
use std::ffi::c_void;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

use nginx_sys::ngx_pool_cleanup_add;
use ngx::allocator::Allocator;
use ngx::core::Pool;
use ngx::http::Request;

use super::Failed;

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

/// A value in a request's pool; it is not dropped with the pool. Only to be kept in what the same request keeps.
pub(crate) struct InPool<T>(NonNull<T>);

/// Puts a value into a request's pool.
pub(crate) fn put_for<T>(r: &Request, value: T) -> Result<InPool<T>, Failed> {
    put(&r.pool(), value).map(InPool).ok_or(Failed)
}

impl<T> Deref for InPool<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: `put_for` has put a `T` there, whose only owner this is, and the request keeps it.
        unsafe { self.0.as_ref() }
    }
}

impl<T> DerefMut for InPool<T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: `put_for` has put a `T` there, whose only owner this is, and the request keeps it.
        unsafe { self.0.as_mut() }
    }
}
