//! What a player makes of a path and a base before it sends them.

use super::reference::{Reference, without_query};
use crate::{Left, text::put};

/// Writes the raw path that a player asks for into `room` and says how long it is: that of the
/// reference on top of the base's directory, without `.` and `..`, also spelled `%2e`.
pub(crate) fn resolve(
    base: &[u8],
    reference: &Reference<'_>,
    room: &mut [u8],
) -> Result<usize, Left> {
    let base = without_query(base);
    let path = reference.path;
    let mut sent = Sent { room, len: 0 };
    if path.is_empty() {
        sent.add(base.strip_prefix(b"/").unwrap_or(base))?;
    } else if let Some(path) = path.strip_prefix(b"/") {
        sent.add(path)?;
    } else {
        let directory = super::directory(base);
        if let Some(directory) = directory
            .strip_prefix(b"/")
            .and_then(|rest| rest.strip_suffix(b"/"))
        {
            // Not by `add`: the last of these is no file.
            for segment in directory.split(|&byte| byte == b'/') {
                sent.segment(segment, false)?;
            }
        }
        sent.add(path)?;
    }
    Ok(sent.len)
}

/// A path that is written, without a slash at its end.
struct Sent<'a> {
    room: &'a mut [u8],
    len: usize,
}

impl Sent<'_> {
    fn add(&mut self, path: &[u8]) -> Result<(), Left> {
        let mut segments = path.split(|&byte| byte == b'/').peekable();
        while let Some(segment) = segments.next() {
            self.segment(segment, segments.peek().is_none())?;
        }
        Ok(())
    }

    fn segment(&mut self, segment: &[u8], last: bool) -> Result<(), Left> {
        let dots = dots(segment);
        if dots == Some(2) {
            let written = self.room.get(..self.len).unwrap_or_default();
            self.len = written.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
        }
        if dots.is_none() || last {
            let segment = if dots.is_none() { segment } else { b"" };
            self.len = put(self.room, self.len, b"/")
                .and_then(|at| put(self.room, at, segment))
                .ok_or(Left::TooLong)?;
        }
        Ok(())
    }
}

/// How many dots a segment is, if it is nothing else and they are one or two.
fn dots(mut segment: &[u8]) -> Option<u8> {
    let mut dots: u8 = 0;
    while let Some((&first, rest)) = segment.split_first() {
        segment = match (first, rest) {
            (b'.', rest) => rest,
            (b'%', [b'2', b'e' | b'E', rest @ ..]) => rest,
            _ => return None,
        };
        dots = dots.saturating_add(1);
    }
    matches!(dots, 1 | 2).then_some(dots)
}
