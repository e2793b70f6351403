//! What NGINX makes of the path that it is sent.

use crate::Left;
use crate::text::split_before;

/// Decodes and normalises the first `len` bytes of `room` in place, and says how long they are then.
pub(crate) fn serve(room: &mut [u8], len: usize, merge_slashes: bool) -> Result<usize, Left> {
    let sent = room.get(..len).unwrap_or_default();
    let len = match memchr::memchr2(b'%', 0, sent) {
        Some(_) => decode(room, len)?,
        None => len,
    };
    if is_normal(room.get(..len).unwrap_or_default()) {
        return Ok(len);
    }
    normalise(room, len, merge_slashes)
}

/// Whether a path is surely normalised, as nearly all are: it has no empty segment and none that begins with a dot.
fn is_normal(path: &[u8]) -> bool {
    let is_plain = |slash: usize| !matches!(path.get(slash.saturating_add(1)), Some(b'/' | b'.'));
    path.starts_with(b"/") && memchr::memchr_iter(b'/', path).all(is_plain)
}

fn decode(room: &mut [u8], len: usize) -> Result<usize, Left> {
    let (mut from, mut to) = (0_usize, 0_usize);
    while from < len {
        let sent = room.get(from..len).unwrap_or_default();
        let (byte, read) = match sent {
            [b'%', high, low, ..] => (hex(*high, *low).ok_or(Left::Escape)?, 3),
            [b'%', ..] => return Err(Left::Escape),
            [byte, ..] => (*byte, 1),
            [] => break,
        };
        if byte == 0 {
            return Err(Left::Escape);
        }
        if let Some(place) = room.get_mut(to) {
            *place = byte;
        }
        from = from.saturating_add(read);
        to = to.saturating_add(1);
    }
    Ok(to)
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = digit(high)?.checked_mul(16)?.checked_add(digit(low)?)?;
    u8::try_from(byte).ok()
}

/// Slashes and dots that were encoded are slashes and dots to NGINX.
fn normalise(room: &mut [u8], len: usize, merge_slashes: bool) -> Result<usize, Left> {
    // Behind the slash with which every segment begins, written ones and those to come.
    let (mut from, mut to) = (1_usize, 0_usize);
    while from <= len {
        let rest = room.get(from..len).unwrap_or_default();
        let (segment, behind) = split_before(rest, |byte| byte == b'/');
        let last = behind.is_empty();
        let end = from.saturating_add(segment.len());
        let (empty, dots) = (segment.is_empty(), matches!(segment, b"." | b".."));
        if segment == b".." {
            let written = room.get(..to).unwrap_or_default();
            to = written
                .iter()
                .rposition(|&byte| byte == b'/')
                .ok_or(Left::AboveRoot)?;
        }
        if last || !(dots || (empty && merge_slashes)) {
            if let Some(slash) = room.get_mut(to) {
                *slash = b'/';
            }
            to = to.saturating_add(1);
            if !dots {
                room.copy_within(from..end, to);
                to = to.saturating_add(end.saturating_sub(from));
            }
        }
        from = end.saturating_add(1);
    }
    Ok(to)
}
