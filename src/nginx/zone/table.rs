//! A fixed number of values in shared memory.

use std::alloc::Layout;
use std::ptr;

use nginx_sys::ngx_pagesize;
use ngx::allocator::Allocator;

use super::{Shareable, Zone};

/// A fixed number of values in shared memory, which any process may use at any time. As C has it, for what another compiler
/// made of this module may find it there.
#[repr(C)]
pub(crate) struct Table<T> {
    first: *const T,
    length: usize,
}

// SAFETY: neither field ever changes, and `first` points into the same shared memory, which NGINX has at the same
// address in each process.
unsafe impl<T: Shareable> Shareable for Table<T> {}
// SAFETY: neither field ever changes, and the values may be used by several at a time.
unsafe impl<T: Sync> Sync for Table<T> {}

impl<T: Shareable> Table<T> {
    pub(crate) fn as_slice(&self) -> &[T] {
        // SAFETY: `Zone::table` has written so many values there, and nothing is ever freed in a zone.
        unsafe { std::slice::from_raw_parts(self.first, self.length) }
    }
}

impl Zone {
    /// A table of as many values as a fresh zone has room for, but for one page. `None` where that is none.
    pub(crate) fn table<T: Shareable>(&self, make: impl Fn() -> T) -> Option<Table<T>> {
        self.table_in(1, make)
    }

    /// The same in one of so many equal parts of the room that is left.
    pub(crate) fn table_in<T: Shareable>(
        &self,
        parts: usize,
        make: impl Fn() -> T,
    ) -> Option<Table<T>> {
        // SAFETY: NGINX sets the variable when it starts, and never again.
        let page = unsafe { ngx_pagesize };
        let pages = self.pool.as_ref().pfree.checked_sub(1)?;
        let pages = pages.checked_div(parts)?.max(1);
        let length = pages.checked_mul(page)?.checked_div(size_of::<T>())?;
        let layout = Layout::array::<T>(length).ok().filter(|_| length > 0)?;
        let first = self.pool.allocate(layout).ok()?.cast::<T>().as_ptr();
        for index in 0..length {
            // SAFETY: the pool has just given room for more values than that.
            let place = unsafe { first.add(index) };
            // SAFETY: there is room for a value, aligned as one, of which nobody else knows yet.
            unsafe { ptr::write(place, make()) };
        }
        Some(Table { first, length })
    }
}
