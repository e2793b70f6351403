//! Slices without panics.

/// What stands before and from `at` on.
pub(crate) fn split(text: &[u8], at: usize) -> (&[u8], &[u8]) {
    text.split_at_checked(at).unwrap_or((text, &[]))
}

/// What stands before the first such byte, and from it on.
pub(crate) fn split_before(text: &[u8], is: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    split(
        text,
        text.iter().position(|&byte| is(byte)).unwrap_or(text.len()),
    )
}

/// The blanks before, what is between, and the blanks behind.
pub(crate) fn trim(text: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let (before, rest) = split_before(text, |byte| !is_blank(byte));
    let kept = rest
        .iter()
        .rposition(|&byte| !is_blank(byte))
        .map_or(0, |last| last.saturating_add(1));
    let (text, behind) = split(rest, kept);
    (before, text, behind)
}

/// Blanks of HLS and of XML.
pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Puts `text` at `at`, and says where it ends; `None` if there is no room.
pub(crate) fn put(room: &mut [u8], at: usize, text: &[u8]) -> Option<usize> {
    let end = at.checked_add(text.len())?;
    room.get_mut(at..end)?.copy_from_slice(text);
    Some(end)
}
