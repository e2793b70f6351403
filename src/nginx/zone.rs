//! `ngx_shm_zone_t`: memory that all workers share, and those of the next configuration too.

use std::alloc::Layout;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

use nginx_sys::{ngx_int_t, ngx_shm_zone_t};
use ngx::allocator::Allocator;
use ngx::core::SlabPool;
use ngx::ngx_log_error;

use super::{Cycle, Level, bits};

mod setup;
mod table;

pub(crate) use table::Table;

/// What NGINX calls when the memory is there, with the zone and the old zone's data.
pub(crate) type ZoneInit =
    unsafe extern "C" fn(*mut ngx_shm_zone_t, *mut std::ffi::c_void) -> ngx_int_t;

/// A value that means the same in every process.
///
/// # Safety
/// The type has numbers and atomics only: nothing that points into one process's own memory, nothing
/// to be dropped, and nothing that changes but atomically.
pub(crate) unsafe trait Shareable: Sync {}

// SAFETY: it is an atomic.
unsafe impl Shareable for AtomicU64 {}

/// A value in shared memory, for as long as that is there.
pub(crate) struct Shared<T: Shareable> {
    value: NonNull<T>,
    /// The configuration that the zone belongs to.
    cycle: Cycle,
}

impl<T: Shareable> Shared<T> {
    /// `None` where the process goes by another configuration than the one that found the value there.
    pub(crate) fn get(&self) -> Option<&T> {
        if !self.cycle.is_current() {
            return None;
        }
        // SAFETY: NGINX unmaps no zone of a configuration that is current, and what is in one is never
        // freed. Another configuration comes between two events, when nobody has the result any more.
        Some(unsafe { self.value.as_ref() })
    }
}

/// A zone whose memory is mapped.
pub(crate) struct Zone {
    pool: SlabPool,
    zone: NonNull<ngx_shm_zone_t>,
    cycle: Cycle,
}

/// What a zone was given when it was added.
///
/// # Safety
/// `zone` is what NGINX handed to a [`ZoneInit`]; it was given a `T`, which lives as long as the
/// configuration.
pub(crate) unsafe fn owner_of<'a, T>(zone: *mut ngx_shm_zone_t) -> &'a T {
    // SAFETY: the caller promises that NGINX handed the zone out.
    let data = unsafe { (*zone).data };
    // SAFETY: the caller promises that a `T` was given to it, which lives as long as the configuration.
    unsafe { &*data.cast::<T>() }
}

impl Zone {
    /// `None` where there is no memory.
    ///
    /// # Safety
    /// `zone` is what NGINX handed to a [`ZoneInit`], for the configuration `cycle`. It is used through
    /// nothing else while the result lives, and that is gone before NGINX gives up the configuration.
    pub(crate) unsafe fn from_ptr(zone: *mut ngx_shm_zone_t, cycle: Cycle) -> Option<Self> {
        let zone = NonNull::new(zone)?;
        // SAFETY: the caller promises that NGINX handed the zone out, and that nobody else uses it.
        let mapped = unsafe { zone.as_ref() };
        // SAFETY: NGINX has mapped the memory and made the pool in it before it calls a `ZoneInit`.
        let mut pool = unsafe { SlabPool::from_shm_zone(mapped) }?;
        // That it is full is said by us, and with what to do about it.
        bits::NGX_SLAB_POOL_LOG_NOMEM.set(pool.as_mut(), 0);
        Some(Self { pool, zone, cycle })
    }

    fn as_ref(&self) -> &ngx_shm_zone_t {
        // SAFETY: whoever called `from_ptr` promised that the zone outlives this value.
        unsafe { self.zone.as_ref() }
    }

    /// A message about the zone of a directive.
    pub(crate) fn log(&self, level: Level, directive: &str, message: &str) {
        let shm = &self.as_ref().shm;
        ngx_log_error!(
            level,
            shm.log,
            "\"{directive}\": the zone \"{}\" {message}",
            shm.name
        );
    }

    /// What [`set_root`](Self::set_root) put there, under this configuration or an earlier one.
    ///
    /// # Safety
    /// Whoever put it there meant the same by `T`, or by what `T` begins with.
    pub(crate) unsafe fn root<T: Shareable>(&self) -> Option<&T> {
        // SAFETY: NGINX has null there at first, and the caller promises that what was put there is a `T`.
        unsafe { self.pool.as_ref().data.cast::<T>().as_ref() }
    }

    /// Whether nobody has put anything there yet. No other configuration then uses the zone.
    pub(crate) fn is_fresh(&self) -> bool {
        self.pool.as_ref().data.is_null()
    }

    /// Puts something where every process finds it. `None` where the zone is full.
    pub(crate) fn set_root<T: Shareable>(&self, value: T) -> Option<&T> {
        let root = self.put(value)?;
        self.pool.clone().as_mut().data = ptr::from_ref(root).cast_mut().cast();
        Some(root)
    }

    fn put<T: Shareable>(&self, value: T) -> Option<&T> {
        let memory = self.pool.allocate(Layout::new::<T>()).ok()?.cast::<T>();
        // SAFETY: the pool has just given room for a `T`, aligned as one.
        unsafe { memory.write(value) };
        // SAFETY: it has just been written there, and nothing is ever freed in a zone.
        Some(unsafe { memory.as_ref() })
    }

    /// How large it is, in bytes.
    pub(crate) fn size(&self) -> usize {
        self.as_ref().shm.size
    }

    /// A value in the zone, to be found by requests. `None` where it is not in the zone.
    pub(crate) fn share<T: Shareable>(&self, value: &T) -> Option<Shared<T>> {
        let shm = &self.as_ref().shm;
        let zone = shm.addr.cast_const()..shm.addr.wrapping_add(shm.size).cast_const();
        let bytes = ptr::from_ref(value).cast::<u8>();
        let last = bytes.wrapping_add(size_of::<T>()).wrapping_sub(1);
        (zone.contains(&bytes) && zone.contains(&last)).then_some(Shared {
            value: NonNull::from(value),
            cycle: self.cycle,
        })
    }
}

/// A list in shared memory. It only ever grows, and only one process at a time makes it grow; others
/// may read it meanwhile.
#[repr(C)]
pub(crate) struct List<T> {
    first: AtomicPtr<Node<T>>,
}

#[repr(C)]
struct Node<T> {
    next: *mut Node<T>,
    value: T,
}

// SAFETY: `next` never changes and points into the same shared memory, which NGINX has at the same address in
// each process, for workers are forks of the master that mapped it.
unsafe impl<T: Shareable> Shareable for Node<T> {}
// SAFETY: `next` never changes, and the value may be used by several at a time.
unsafe impl<T: Sync> Sync for Node<T> {}

impl<T: Shareable> List<T> {
    pub(crate) const fn new() -> Self {
        Self {
            first: AtomicPtr::new(ptr::null_mut()),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        let mut next = self.first.load(Ordering::Acquire);
        std::iter::from_fn(move || {
            // SAFETY: `push` puts a node into the list once it is complete, and nothing is ever freed in a zone.
            let node = unsafe { next.as_ref() }?;
            next = node.next;
            Some(&node.value)
        })
    }

    /// `None` where the zone is full.
    pub(crate) fn push<'z>(&self, zone: &'z Zone, value: T) -> Option<&'z T> {
        let next = self.first.load(Ordering::Relaxed);
        let node = zone.put(Node { next, value })?;
        self.first
            .store(ptr::from_ref(node).cast_mut(), Ordering::Release);
        Some(&node.value)
    }
}
