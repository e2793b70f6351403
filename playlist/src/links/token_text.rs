//! Room for a token.

use core::fmt;

use crate::room::Room;

/// A token: its parameters as text for a query, or its segments of a path with the slash in front of them. At most as
/// much as servers take of a request line.
#[derive(Debug)]
pub struct TokenText {
    room: Room,
    length: usize,
    /// Bytes of the path that stand in front of it, where it stands there.
    pub at: usize,
}

impl Default for TokenText {
    fn default() -> Self {
        Self {
            room: Room::of(0),
            length: 0,
            at: 0,
        }
    }
}

impl TokenText {
    /// What was written.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.room.get(..self.length).unwrap_or_default()
    }
}

impl fmt::Write for TokenText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length.saturating_add(text.len());
        self.room.grow(end);
        let room = self.room.get_mut(self.length..end).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::TokenText;
    use crate::LONGEST_PATH;
    use core::fmt::Write;

    #[test]
    fn a_token_is_as_long_as_a_path_may_be() {
        let mut token = TokenText::default();
        for byte in 0..LONGEST_PATH {
            let digit = char::from(b'0' + u8::try_from(byte % 10).unwrap());
            token.write_char(digit).unwrap();
        }
        assert_eq!(token.as_bytes().len(), LONGEST_PATH);
        let is_digit = |(at, &byte): (usize, &u8)| usize::from(byte - b'0') == at % 10;
        assert!(token.as_bytes().iter().enumerate().all(is_digit));
        assert!(token.write_str("0").is_err());
    }
}
