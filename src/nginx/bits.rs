//! The bit fields of NGINX's structures, where the C compiler puts them.
//!
//! bindgen has misplaced some: its accessors for `ngx_http_request_t` read and write other flags than they
//! are named for where a field of 16 bits stands before the first of them, as it does since NGINX 1.29.3.
//! None of them is called; `make check` sees to it.

use std::marker::PhantomData;

include!(concat!(env!("OUT_DIR"), "/bits.rs"));

/// A bit field of the structure `T`.
pub(super) struct Bits<T> {
    /// Where in the structure the word of 32 bits begins that has the field.
    offset: usize,
    /// The field's bits there.
    mask: u32,
    structure: PhantomData<fn(&T)>,
}

impl<T> Bits<T> {
    /// # Safety
    /// A `T` has the field there, in bytes as they lie in memory.
    const unsafe fn new(offset: usize, mask: [u8; 4]) -> Self {
        Self {
            offset,
            mask: u32::from_ne_bytes(mask),
            structure: PhantomData,
        }
    }

    #[inline]
    pub(super) fn is_set(&self, structure: &T) -> bool {
        // SAFETY: a structure that there is a reference to is there.
        unsafe { self.read(structure) != 0 }
    }

    /// # Safety
    /// The structure is there. Nothing but this field of it need have been initialised.
    #[inline]
    pub(super) unsafe fn read(&self, structure: *const T) -> u32 {
        // SAFETY: whoever called `new` promised that the word lies inside the structure.
        let word = unsafe { structure.byte_add(self.offset) };
        // SAFETY: the caller promises that the structure is there, and the word lies inside.
        let word = unsafe { word.cast::<u32>().read_unaligned() };
        (word & self.mask) >> self.mask.trailing_zeros()
    }

    /// Bits that have no room in the field are lost.
    #[inline]
    pub(super) fn set(&self, structure: &mut T, value: u32) {
        // SAFETY: whoever called `new` promised that the word lies inside the structure.
        let word = unsafe { std::ptr::from_mut(structure).byte_add(self.offset) };
        let word = word.cast::<u32>();
        // SAFETY: the word lies inside a structure that is borrowed for writing.
        let others = unsafe { word.read_unaligned() } & !self.mask;
        let value = (value << self.mask.trailing_zeros()) & self.mask;
        // SAFETY: the word lies inside a structure that is borrowed for writing.
        unsafe { word.write_unaligned(others | value) };
    }
}
