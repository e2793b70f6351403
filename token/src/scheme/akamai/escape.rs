//! How signers escape what they hash, where they do: percent-encoding with lower-case digits.

/// What is percent-encoded differs between the vendor's own signers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escaping {
    /// As Python's `quote_plus`: a blank becomes `+`, and `~` stays.
    Form,
    /// As JavaScript's `encodeURIComponent`, but for `~`, `'` and `*`: a blank becomes `%20`, and `!`, `(` and `)` stay.
    Component,
}

/// Whether a text comes out otherwise in the one way than in the other.
pub(super) fn depends_on_signer(text: &[u8]) -> bool {
    text.iter().any(|byte| b" ~!()".contains(byte))
}

impl Escaping {
    fn keeps(self, byte: u8) -> bool {
        let own: &[u8] = match self {
            Self::Form => b"~",
            Self::Component => b"!()",
        };
        byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) || own.contains(&byte)
    }
}

/// Bytes that are written at a time.
const ROOM: usize = 96;
/// Bytes of them that one byte can become.
const MOST: usize = 3;

/// Hands the text to `sink`, escaped and in lower case where that is asked for, piece by piece.
pub(super) fn write(
    text: &[u8],
    escaping: Option<Escaping>,
    ignore_case: bool,
    sink: &mut impl FnMut(&[u8]),
) {
    if escaping.is_none() && !ignore_case {
        return sink(text);
    }
    for chunk in text.chunks(ROOM / MOST) {
        let mut buffer = [0; ROOM];
        let mut end = 0usize;
        for byte in chunk {
            let byte = if ignore_case {
                byte.to_ascii_lowercase()
            } else {
                *byte
            };
            let escape = [b'%', digit(byte >> 4), digit(byte & 15)];
            let piece: &[u8] = match escaping {
                Some(Escaping::Form) if byte == b' ' => b"+",
                Some(escaping) if !escaping.keeps(byte) => &escape,
                _ => core::slice::from_ref(&byte),
            };
            let start = end;
            end = end.saturating_add(piece.len());
            if let Some(room) = buffer.get_mut(start..end) {
                room.copy_from_slice(piece);
            }
        }
        sink(buffer.get(..end).unwrap_or_default());
    }
}

fn digit(value: u8) -> u8 {
    char::from_digit(value.into(), 16).map_or(b'0', |digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use super::*;

    fn written(text: &[u8], escaping: Option<Escaping>, ignore_case: bool) -> String {
        let mut whole = Vec::new();
        write(text, escaping, ignore_case, &mut |piece| {
            whole.extend_from_slice(piece);
        });
        String::from_utf8(whole).unwrap()
    }

    // As python3 -c 'urllib.parse.quote_plus' and node -e 'encodeURIComponent' have it.
    #[test]
    fn each_signer_escapes_in_its_own_way() {
        let text = "/A b/~c!(d)'*-_.\u{e9}%2f?x=1&y".as_bytes();
        for (escaping, expected) in [
            (
                Escaping::Form,
                "%2fA+b%2f~c%21%28d%29%27%2a-_.%c3%a9%252f%3fx%3d1%26y",
            ),
            (
                Escaping::Component,
                "%2fA%20b%2f%7ec!(d)%27%2a-_.%c3%a9%252f%3fx%3d1%26y",
            ),
        ] {
            assert_eq!(written(text, Some(escaping), false), expected);
            assert_eq!(
                written(text, Some(escaping), true),
                expected.to_ascii_lowercase()
            );
        }
    }

    #[test]
    fn texts_of_any_length_are_escaped_as_a_whole() {
        for length in 0..100 {
            let text = "\u{e9}".repeat(length);
            let escaped = written(text.as_bytes(), Some(Escaping::Form), false);
            assert_eq!(escaped, "%c3%a9".repeat(length));
            let lower = written("A".repeat(length).as_bytes(), None, true);
            assert_eq!(lower, "a".repeat(length));
        }
    }

    #[test]
    fn the_two_ways_differ_where_that_is_said_and_nowhere_else() {
        for byte in 0..=u8::MAX {
            let form = written(&[byte], Some(Escaping::Form), false);
            let component = written(&[byte], Some(Escaping::Component), false);
            assert_eq!(depends_on_signer(&[byte]), form != component, "{byte}");
        }
    }
}
