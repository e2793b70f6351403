//! Lines of standard input.

use std::io::{self, BufRead, Read as _};

/// No URL is longer; a stream without a newline must not fill the memory.
const LONGEST_LINE: u64 = 1024 * 1024;

/// Reads a line with its end, and returns how many bytes that were: none at the end.
///
/// # Errors
/// Where reading fails, or a line is longer than a megabyte.
pub(crate) fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<usize> {
    let length = input.by_ref().take(LONGEST_LINE).read_until(b'\n', line)?;
    if !line.ends_with(b"\n") && u64::try_from(length).is_ok_and(|length| length == LONGEST_LINE) {
        return Err(io::Error::other(
            "it has more than 1 MiB, and no URL is so long",
        ));
    }
    Ok(length)
}

/// A line without its end.
pub(crate) fn without_end(line: &[u8]) -> &[u8] {
    let text = line.strip_suffix(b"\n").unwrap_or(line);
    text.strip_suffix(b"\r").unwrap_or(text)
}
