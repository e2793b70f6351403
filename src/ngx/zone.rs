//! `ngx_shm_zone_t`: memory that all workers share, and those of the next configuration too.

use std::alloc::Layout;
use std::ops::Deref;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, Ordering};

use nginx_sys::{ngx_int_t, ngx_shm_zone_t};
use ngx::allocator::Allocator;
use ngx::core::SlabPool;
use ngx::ngx_log_error;

use super::{Level, bits};

/// What NGINX calls when the memory is there, with the zone and the old zone's data.
pub(crate) type ZoneInit =
    unsafe extern "C" fn(*mut ngx_shm_zone_t, *mut std::ffi::c_void) -> ngx_int_t;

/// A value that means the same in every process.
///
/// # Safety
/// The type has numbers and atomics only: nothing that points into one process's own memory, nothing
/// to be dropped, and nothing that changes but atomically.
pub(crate) unsafe trait Shareable: Sync {}

/// A value in shared memory. That memory stays as long as the configuration that found the value there is
/// current: see [`Cycle`](super::Cycle).
pub(crate) struct Shared<T: Shareable>(NonNull<T>);

impl<T: Shareable> Clone for Shared<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Shareable> Copy for Shared<T> {}

impl<T: Shareable> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: initialised before it was handed out; who uses it asks whether the configuration is
        // current, and NGINX unmaps no zone of a current one.
        unsafe { self.0.as_ref() }
    }
}

/// A zone whose memory is mapped.
pub(crate) struct Zone {
    pool: SlabPool,
    zone: NonNull<ngx_shm_zone_t>,
}

impl Zone {
    /// `None` where there is no memory.
    ///
    /// # Safety
    /// `zone` is what NGINX handed to a [`ZoneInit`], and is used through nothing else while the
    /// result lives.
    pub(crate) unsafe fn from_ptr(zone: *mut ngx_shm_zone_t) -> Option<Self> {
        let zone = NonNull::new(zone)?;
        // SAFETY: valid by the caller's promise.
        let mapped = unsafe { zone.as_ref() };
        // SAFETY: NGINX has mapped it and made the pool before it calls.
        let mut pool = unsafe { SlabPool::from_shm_zone(mapped) }?;
        // That it is full is said by us, and with what to do about it.
        bits::NGX_SLAB_POOL_LOG_NOMEM.set(pool.as_mut(), 0);
        Some(Self { pool, zone })
    }

    fn as_ref(&self) -> &ngx_shm_zone_t {
        // SAFETY: valid by the promise made to `from_ptr`.
        unsafe { self.zone.as_ref() }
    }

    /// What the zone was given when it was added.
    ///
    /// # Safety
    /// That is a `T`, and lives as long as the configuration.
    pub(crate) unsafe fn owner<'a, T>(&self) -> &'a T {
        // SAFETY: as the caller promises.
        unsafe { &*self.as_ref().data.cast::<T>() }
    }

    /// A message about the zone.
    pub(crate) fn log(&self, level: Level, message: &str) {
        let shm = &self.as_ref().shm;
        ngx_log_error!(
            level,
            shm.log,
            "\"secure_token_zone\": the zone \"{}\" {message}",
            shm.name
        );
    }

    /// What [`set_root`](Self::set_root) put there, under this configuration or an earlier one.
    ///
    /// # Safety
    /// Whoever put it there meant the same by `T`, or by what `T` begins with.
    pub(crate) unsafe fn root<T: Shareable>(&self) -> Option<Shared<T>> {
        NonNull::new(self.pool.as_ref().data.cast::<T>()).map(Shared)
    }

    /// Puts something where every process finds it. `None` where the zone is full.
    pub(crate) fn set_root<T: Shareable>(&mut self, value: T) -> Option<Shared<T>> {
        let root = self.put(value)?;
        self.pool.as_mut().data = root.0.as_ptr().cast();
        Some(root)
    }

    fn put<T: Shareable>(&self, value: T) -> Option<Shared<T>> {
        let memory = self.pool.allocate(Layout::new::<T>()).ok()?.cast::<T>();
        // SAFETY: there is room for it, aligned.
        unsafe { memory.write(value) };
        Some(Shared(memory))
    }
}

/// A list in shared memory. It only ever grows, and only one process at a time makes it grow; others
/// may read it meanwhile.
pub(crate) struct List<T> {
    first: AtomicPtr<Node<T>>,
}

struct Node<T> {
    next: *mut Node<T>,
    value: T,
}

// SAFETY: `next` points into the same shared memory, at the same address in each process, for workers
// are forks of the master that mapped it; it never changes.
unsafe impl<T: Shareable> Shareable for Node<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Node<T> {}

impl<T: Shareable> List<T> {
    pub(crate) const fn new() -> Self {
        Self {
            first: AtomicPtr::new(ptr::null_mut()),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Shared<T>> {
        let mut next = self.first.load(Ordering::Acquire);
        std::iter::from_fn(move || {
            // SAFETY: null, or a node that was complete before it came into the list.
            let node = unsafe { next.as_ref() }?;
            next = node.next;
            Some(Shared(NonNull::from(&node.value)))
        })
    }

    /// `None` where the zone is full.
    pub(crate) fn push(&self, zone: &Zone, value: T) -> Option<Shared<T>> {
        let next = self.first.load(Ordering::Relaxed);
        let node = zone.put(Node { next, value })?;
        self.first.store(node.0.as_ptr(), Ordering::Release);
        Some(Shared(NonNull::from(&node.value)))
    }
}
