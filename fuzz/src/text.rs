//! Bytes as texts in which each byte is one character, so that all that `str` can do can be done with them.

/// The bytes as a text.
pub fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

/// The text as bytes.
pub fn bytes(text: &str) -> Vec<u8> {
    text.chars()
        .map(|char| u8::try_from(u32::from(char)).expect("each character is a byte"))
        .collect()
}

/// Whether it has none of the bytes that nothing which is hashed may have.
pub fn is_plain(text: &str) -> bool {
    !text.chars().any(|char| char.is_ascii_control())
}

/// The text with its escapes undone once. `None` for an escape that is none.
pub fn percent_decoded(text: &str) -> Option<String> {
    let mut pieces = text.split('%');
    let mut decoded = pieces.next()?.to_owned();
    for piece in pieces {
        let digits = piece.get(..2)?;
        if !digits.chars().all(|char| char.is_ascii_hexdigit()) {
            return None;
        }
        decoded.push(char::from(u8::from_str_radix(digits, 16).ok()?));
        decoded.push_str(&piece[2..]);
    }
    Some(decoded)
}

/// The path that NGINX serves for one that is sent. `None` where it answers 400.
pub fn served(sent: &str) -> Option<String> {
    let decoded = percent_decoded(sent)?;
    if decoded.contains('\0') || !decoded.starts_with('/') {
        return None;
    }
    let mut segments: Vec<&str> = Vec::new();
    let all: Vec<&str> = decoded.split('/').skip(1).collect();
    for (at, segment) in all.iter().enumerate() {
        let is_last = at + 1 == all.len();
        match *segment {
            ".." => {
                segments.pop()?;
                if is_last {
                    segments.push("");
                }
            }
            "." | "" if is_last => segments.push(""),
            "." | "" => {}
            segment => segments.push(segment),
        }
    }
    Some(format!("/{}", segments.join("/")))
}
