//! What the module keeps with a request, in the request's pool.

use std::io::Write as _;
use std::ptr::{self, NonNull};

use nginx_sys::ngx_pool_cleanup_t;
use ngx::collections::Vec;
use ngx::http::{HttpModule, Request};

use super::Failed;
use super::pool::put;

/// What a module keeps with a request.
///
/// # Safety
/// The module keeps nothing else in its context.
pub(crate) unsafe trait RequestMemory: HttpModule + 'static {
    /// Forgotten when the request is sent to another location, or kept for good.
    type Kept: Copy;
    /// Not forgotten.
    type Note: Default;
}

/// What was kept since the request was last sent to another location.
pub(crate) fn kept<M: RequestMemory>(r: &Request) -> Option<M::Kept> {
    r.get_module_ctx(M::module()).copied()
}

/// Keeps something with the request, until it is sent to another location.
pub(crate) fn keep<M: RequestMemory>(r: &Request, value: M::Kept) -> Result<(), Failed> {
    let value = put(&r.pool(), value).ok_or(Failed)?;
    r.set_module_ctx(value.as_ptr().cast(), M::module());
    Ok(())
}

/// Keeps something with the request, where [`kept`] finds it until the request is sent to another location,
/// and [`kept_for_good`] until another one is kept so.
pub(crate) fn keep_for_good<M: RequestMemory>(
    r: &mut Request,
    value: M::Kept,
) -> Result<(), Failed> {
    let mut noted = find_or_put::<M>(r).ok_or(Failed)?;
    // SAFETY: `find_or_put` has put a `Noted` there, which the request keeps, and that is borrowed for writing.
    let kept = unsafe { noted.as_mut() }.kept.insert(value);
    r.set_module_ctx(ptr::from_mut(kept).cast(), M::module());
    Ok(())
}

/// What [`keep_for_good`] kept last.
pub(crate) fn kept_for_good<M: RequestMemory>(r: &Request) -> Option<M::Kept> {
    // SAFETY: `find_or_put` has put a `Noted` there, which the request keeps, and that is borrowed.
    find::<M>(r).and_then(|noted| unsafe { noted.as_ref() }.kept)
}

/// The module's note about the request, where there is one.
pub(crate) fn noted<M: RequestMemory>(r: &Request) -> Option<&M::Note> {
    // SAFETY: `find_or_put` has put a `Noted` there, which the request keeps, and that is borrowed.
    find::<M>(r).map(|noted| &unsafe { noted.as_ref() }.note)
}

/// The module's note about the request. `None` where memory ran out.
pub(crate) fn note<M: RequestMemory>(r: &mut Request) -> Option<&mut M::Note> {
    // SAFETY: `find_or_put` has put a `Noted` there, and the request is borrowed for writing as long as the note.
    find_or_put::<M>(r).map(|mut noted| &mut unsafe { noted.as_mut() }.note)
}

/// What stays with a request whatever becomes of it: it stands in the list of what is to be done when the
/// request's pool goes. NGINX's realip module keeps its own there too.
#[repr(C)]
struct Noted<M: RequestMemory> {
    /// Asks for nothing to be done. Its data are the module, which nobody else hands to a cleanup.
    entry: ngx_pool_cleanup_t,
    kept: Option<M::Kept>,
    note: M::Note,
}

fn find<M: RequestMemory>(r: &Request) -> Option<NonNull<Noted<M>>> {
    let mut entry = r.pool().as_ref().cleanup;
    // SAFETY: NGINX ends the list of a pool's cleanups with null, and keeps them as long as the pool.
    while let Some(cleanup) = unsafe { entry.as_ref() } {
        if ptr::eq(cleanup.data.cast(), M::module()) {
            // Known by its data, it is what `find_or_put` put there.
            return NonNull::new(entry.cast());
        }
        entry = cleanup.next;
    }
    None
}

fn find_or_put<M: RequestMemory>(r: &mut Request) -> Option<NonNull<Noted<M>>> {
    if let Some(noted) = find::<M>(r) {
        return Some(noted);
    }
    let mut pool = r.pool();
    let entry = ngx_pool_cleanup_t {
        handler: None,
        data: ptr::from_ref(M::module()).cast_mut().cast(),
        next: pool.as_ref().cleanup,
    };
    let noted = Noted {
        entry,
        kept: None,
        note: M::Note::default(),
    };
    let noted = put(&pool, noted)?;
    pool.as_mut().cleanup = noted.as_ptr().cast();
    Some(noted)
}

/// Copies pieces, one behind the other, into the request's pool.
pub(crate) fn keep_bytes<'a, 'p>(
    r: &'a Request,
    pieces: impl Iterator<Item = &'p [u8]> + Clone,
) -> Result<&'a mut [u8], Failed> {
    let room = pieces.clone().map(<[u8]>::len).sum();
    let mut bytes = Vec::new_in(r.pool());
    bytes.try_reserve_exact(room).map_err(|_| Failed)?;
    for piece in pieces {
        bytes.extend_from_slice(piece);
    }
    Ok(bytes.leak())
}

/// Bytes that a request's own memory keeps, for what is itself kept there.
pub(crate) fn for_request(r: &Request, bytes: &[u8]) -> Result<&'static [u8], Failed> {
    keep_for_request(r, std::iter::once(bytes))
}

/// Pieces, one behind the other, that a request's own memory keeps, for what is itself kept there.
pub(crate) fn keep_for_request<'p>(
    r: &Request,
    pieces: impl Iterator<Item = &'p [u8]> + Clone,
) -> Result<&'static [u8], Failed> {
    let kept = &*keep_bytes(r, pieces)?;
    // SAFETY: the request's pool keeps them to its end, and so it does whatever the caller keeps with the request.
    Ok(unsafe { std::slice::from_raw_parts(kept.as_ptr(), kept.len()) })
}

/// A number in decimal, in the request's pool.
pub(crate) fn keep_number(r: &Request, number: u64) -> Result<&[u8], Failed> {
    let mut digits = [0; 20];
    let mut rest = digits.as_mut_slice();
    write!(rest, "{number}").map_err(|_| Failed)?;
    let unused = rest.len();
    let length = digits.len().saturating_sub(unused);
    let digits = digits.get(..length).unwrap_or_default();
    keep_bytes(r, std::iter::once(digits)).map(|kept| &*kept)
}
