//! Bytes as text for people: nothing in it can move a terminal's cursor.

use std::fmt::Write as _;

/// Shows bytes. What is no text, or would not be seen, comes out as `\x1b`.
pub fn show(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if is_unseen(character) {
                let _ = write!(text, "{}", character.escape_default());
            } else {
                text.push(character);
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// Control characters, and those that change the direction of the text around them.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The same between quotes.
pub fn quote(bytes: &[u8]) -> String {
    format!("\"{}\"", show(bytes))
}

/// `one`, `one and two`, `one, two and three`.
pub fn join(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [word] => word.clone(),
        [most @ .., word] => format!("{} {last} {word}", most.join(", ")),
    }
}

/// `1 link`, `2 links`.
pub fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_move_the_cursor_is_spelt_out() {
        assert_eq!(show(b"/a\x1b[2J\n"), "/a\\u{1b}[2J\\n");
        assert_eq!(show(b"/\xff\xc3\xbc"), "/\\xffü");
        assert_eq!(show("a\u{202e}b".as_bytes()), "a\\u{202e}b");
    }
}
