//! What the crate `token` must not do.

/// Compares byte by byte, and stops where two differ: the control, in which a leak has to be found.
#[inline(never)]
pub fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.iter().zip(other).all(|(one, other)| one == other)
}
