//! How tokens and expiries are written in a URL.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64_simd::AsOut as _;
use data_encoding::HEXLOWER;

/// Bytes of the digest that most tokens are.
const MD5_LENGTH: usize = 16;
/// The most bytes a digest or an expiry has once percent escapes are decoded.
pub(crate) const LONGEST: usize = 64;

/// Characters of the longest digest in base64, with padding.
const LONGEST_BASE64: usize = 88;

/// Undoes percent-encoding once. `None` for an escape that is none and for a value longer than the
/// buffer.
#[cold]
pub(crate) fn percent_decode<'b>(value: &[u8], buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let mut rest = value.iter();
    let mut length = 0usize;
    for (slot, position) in buffer.iter_mut().zip(1..) {
        let Some(&byte) = rest.next() else { break };
        *slot = if byte == b'%' {
            let digits = [*rest.next()?, *rest.next()?];
            escaped_byte(&digits)?
        } else {
            byte
        };
        length = position;
    }
    if rest.next().is_some() {
        return None;
    }
    buffer.get(..length)
}

/// The byte that the two digits behind a `%` are, whatever stands behind them.
pub(crate) fn escaped_byte(digits: &[u8]) -> Option<u8> {
    let [high, low] = *digits.first_chunk::<2>()?;
    Some(hex_digit(high)? << 4 | hex_digit(low)?)
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| digit.try_into().ok())
}

/// Unix seconds: decimal digits only, no sign, no leading zero, at most ten.
///
/// A time that may touch a path in what is hashed has exactly ten, see [`TimeSpelling`](crate::TimeSpelling): otherwise digits
/// wander from one to the other, so that a link opens another path.
#[inline(always)]
pub(crate) fn unix_seconds(text: &[u8]) -> Option<u64> {
    if text.first() == Some(&b'0') || text.is_empty() || text.len() > 10 {
        return None;
    }
    decimal(text)
}

/// Decimal digits only, at most nineteen: so many a 64-bit number always takes.
#[inline(always)]
pub(crate) fn decimal(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 19 {
        return None;
    }
    // Every expiry from 2001 to 2286 has ten.
    let (head, rest) = match text.split_first_chunk() {
        Some((head, rest)) => (eight_digits(*head)?, rest),
        None => (0, text),
    };
    rest.iter().try_fold(head, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit <= 9).then(|| number.wrapping_mul(10).wrapping_add(u64::from(digit)))
    })
}

/// The number that eight digits are, worked out in pairs, fours and eight.
#[inline]
fn eight_digits(digits: [u8; 8]) -> Option<u64> {
    const SIXES: u64 = 0x0606_0606_0606_0606;
    const HIGH_HALVES: u64 = 0xf0f0_f0f0_f0f0_f0f0;
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    const THREES: u64 = 0x3333_3333_3333_3333;
    let text = u64::from_le_bytes(digits);
    // A digit is from 0x30 to 0x3f, and so it is with 6 added; nothing else is both. Each is asked for itself:
    // of the two together, "-" and its neighbours would do as well.
    let more = text.wrapping_add(SIXES);
    if (text & HIGH_HALVES) | ((more & HIGH_HALVES) >> 4) != THREES {
        return None;
    }
    let ones = text.wrapping_sub(ZEROS);
    let pairs = ones.wrapping_mul(10).wrapping_add(ones >> 8);
    // The second and fourth pair weigh 100 and 1, the first and third 1,000,000 and 10,000.
    let odd = (pairs & 0x0000_00ff_0000_00ff).wrapping_mul(0x000f_4240_0000_0064);
    let even = ((pairs >> 16) & 0x0000_00ff_0000_00ff).wrapping_mul(0x0000_2710_0000_0001);
    Some(odd.wrapping_add(even) >> 32)
}

/// Bytes that the processor looks at in one go.
const CHUNK: usize = 16;

/// Whether these bytes may be hashed. NUL and the other control bytes may not: no honest link has
/// them, and a digest's padding, which an attacker needs to extend a message, always has.
#[inline]
pub(crate) fn is_plain(bytes: &[u8]) -> bool {
    // Without an early exit, for this form is the one that vectorises.
    let has_control = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(false, |found, byte| found | byte.is_ascii_control())
    };
    let Some(last) = bytes.last_chunk::<CHUNK>() else {
        // An address or a time.
        return match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
            (Some(first), Some(last)) => !has_control(first) && !has_control(last),
            _ => !has_control(bytes),
        };
    };
    // What is behind the whole chunks is faster looked at as one of them, some bytes of it for the second time.
    let (chunks, _) = bytes.as_chunks::<CHUNK>();
    !has_control(last) && !chunks.iter().any(|chunk| has_control(chunk))
}

/// Decodes base64url of exactly as many bytes as there is room for. Padding may be there, whole or not at all;
/// the spare bits of the last character must be zero, so that a token has one spelling.
#[inline]
pub(crate) fn base64url(text: &[u8], room: &mut [u8]) -> Option<()> {
    let length = room.len();
    let text = match length % 3 {
        1 => text.strip_suffix(b"==").unwrap_or(text),
        2 => text.strip_suffix(b"=").unwrap_or(text),
        _ => text,
    };
    if text.len() != length.saturating_mul(4).div_ceil(3) {
        return None;
    }
    if length == MD5_LENGTH
        && let (Ok(text), Some(room)) = (text.try_into(), room.first_chunk_mut())
    {
        return base64url_md5(text, room);
    }
    (base64url_any(text, room)? == length).then_some(())
}

/// Of the length that most tokens have: called for that alone, the decoder is compiled for it, which saves 170
/// instructions.
#[inline]
fn base64url_md5(text: &[u8; 22], room: &mut [u8; MD5_LENGTH]) -> Option<()> {
    let decoded = URL_SAFE_NO_PAD.decode_slice(text, room).ok()?;
    (decoded == MD5_LENGTH).then_some(())
}

/// Decodes base64 or base64url of exactly as many bytes as there is room for, otherwise as [`base64url`] does.
pub(crate) fn base64(text: &[u8], room: &mut [u8]) -> Option<()> {
    if text.iter().any(|byte| b"-_".contains(byte)) {
        return base64url(text, room);
    }
    let mut other = [0; LONGEST_BASE64];
    let other = other.get_mut(..text.len())?;
    for (other, byte) in other.iter_mut().zip(text) {
        *other = match byte {
            b'+' => b'-',
            b'/' => b'_',
            byte => *byte,
        };
    }
    base64url(other, room)
}

/// Decodes hexadecimal digits in lower case, of exactly as many bytes as there is room for.
pub(crate) fn hex_lower(text: &[u8], room: &mut [u8]) -> Option<()> {
    if text.len() != room.len().checked_mul(2)? {
        return None;
    }
    HEXLOWER.decode_mut(text, room).ok().map(|_| ())
}

/// Decodes base64url without padding, up to what the buffer takes. Returns how many bytes they are.
pub(crate) fn base64url_any(text: &[u8], buffer: &mut [u8]) -> Option<usize> {
    let length = base64_simd::URL_SAFE_NO_PAD.decoded_length(text).ok()?;
    let room = buffer.get_mut(..length)?;
    let bytes = base64_simd::URL_SAFE_NO_PAD.decode(text, room.as_out());
    bytes.ok().map(|bytes| bytes.len())
}

/// Decodes hexadecimal digits, up to what the buffer takes. Returns how many bytes they are.
pub(crate) fn hex(text: &[u8], buffer: &mut [u8]) -> Option<usize> {
    let (pairs, []) = text.as_chunks::<2>() else {
        return None;
    };
    let room = buffer.get_mut(..pairs.len())?;
    for (byte, [high, low]) in room.iter_mut().zip(pairs) {
        *byte = hex_digit(*high)? << 4 | hex_digit(*low)?;
    }
    Some(pairs.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(value: &str) -> Option<std::string::String> {
        let mut buffer = [0; LONGEST];
        let bytes = percent_decode(value.as_bytes(), &mut buffer)?;
        Some(core::str::from_utf8(bytes).unwrap().into())
    }

    #[test]
    fn escapes_are_decoded_once() {
        assert_eq!(decoded("a%3D%3db").as_deref(), Some("a==b"));
        assert_eq!(decoded("%253D").as_deref(), Some("%3D"));
        assert_eq!(decoded("plain+").as_deref(), Some("plain+"));
    }

    #[test]
    fn broken_or_overlong_escapes_are_refused() {
        for value in ["%", "a%3", "%zz", "%+1", "%-1"] {
            assert_eq!(decoded(value), None, "{value}");
        }
        assert_eq!(decoded(&"%41".repeat(LONGEST)).unwrap().len(), LONGEST);
        assert_eq!(decoded(&"%41".repeat(LONGEST + 1)), None);
    }

    #[test]
    fn a_control_byte_is_found_wherever_it_stands() {
        for length in 0..40 {
            let mut text = std::vec![b' '; length];
            assert!(is_plain(&text), "{length}");
            for at in 0..length {
                for byte in [0, 0x1f, 0x7f] {
                    text[at] = byte;
                    assert!(!is_plain(&text), "{at} of {length}");
                }
                text[at] = 0x80;
                assert!(is_plain(&text), "{at} of {length}");
            }
        }
    }

    #[test]
    fn an_expiry_has_one_spelling() {
        assert_eq!(unix_seconds(b"1470055000"), Some(1_470_055_000));
        assert_eq!(unix_seconds(b"9999999999"), Some(9_999_999_999));
        for text in [
            "",
            "0",
            "01",
            "+1",
            "-1",
            "1a",
            " 1",
            "1 ",
            "12345678901",
            "\u{661}",
        ] {
            assert_eq!(unix_seconds(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn an_expiry_is_of_digits_alone_whatever_stands_among_them() {
        for length in 1..=10 {
            for at in 0..length {
                for byte in 0..=255 {
                    let mut text = *b"1234567891";
                    text[at] = byte;
                    let is_one = byte.is_ascii_digit() && (at > 0 || byte != b'0');
                    let found = unix_seconds(&text[..length]);
                    let number = core::str::from_utf8(&text[..length]).ok();
                    let number = number.filter(|_| is_one).and_then(|text| text.parse().ok());
                    assert_eq!(found, number, "{:?}", &text[..length]);
                }
            }
        }
    }

    #[test]
    fn a_number_is_of_digits_alone_and_of_no_more_than_nineteen() {
        for length in 0..=21 {
            let text: std::vec::Vec<u8> = b"0123456789".repeat(3)[..length].to_vec();
            let number = core::str::from_utf8(&text).unwrap().parse().ok();
            let expected = number.filter(|_| length <= 19);
            assert_eq!(decimal(&text), expected, "{length}");
            for at in 0..length {
                for byte in [b'/', b':', b'-', b'+', b' ', 0, 0x80, 0xb0] {
                    let mut text = text.clone();
                    text[at] = byte;
                    assert_eq!(decimal(&text), None, "{text:?}");
                }
            }
        }
    }

    #[test]
    fn control_bytes_are_not_plain_wherever_they_stand() {
        for length in 1..=26 {
            for at in 0..length {
                for byte in 0..=255u8 {
                    for around in [b'/', b' ', b'~', 0x80, 0xff] {
                        let mut text = std::vec![around; length];
                        text[at] = byte;
                        assert_eq!(is_plain(&text), !byte.is_ascii_control(), "{text:?}");
                    }
                }
            }
        }
        assert!(is_plain(b""));
    }

    #[test]
    fn of_sixteen_spellings_of_a_digest_one_is_canonical() {
        let spellings = (b'A'..=b'P').filter(|&last| {
            let mut text = *b"AAAAAAAAAAAAAAAAAAAAAA";
            text[21] = last;
            base64url(&text, &mut [0; 16]).is_some()
        });
        assert_eq!(spellings.collect::<std::vec::Vec<_>>(), [b'A']);
    }

    #[test]
    fn tokens_of_any_length_are_decoded_in_their_one_spelling() {
        let decoded = |text: &str| {
            let mut buffer = [0; 6];
            let length = base64url_any(text.as_bytes(), &mut buffer)?;
            Some(buffer[..length].to_vec())
        };
        assert_eq!(decoded(""), Some(std::vec![]));
        assert_eq!(decoded("-_8"), Some(std::vec![0xfb, 0xff]));
        assert_eq!(decoded("-w"), Some(std::vec![0xfb]));
        assert_eq!(decoded("AAAAAAAA"), Some(std::vec![0; 6]));
        for text in ["-w==", "-x", "-_9", "A", "+/8", "AAAAAAAAAA", "AA%3D"] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }

    #[test]
    fn hexadecimal_digits_are_decoded_in_pairs() {
        let decoded = |text: &str| {
            let mut buffer = [0; 2];
            let length = hex(text.as_bytes(), &mut buffer)?;
            Some(buffer[..length].to_vec())
        };
        assert_eq!(decoded("0aFf"), Some(std::vec![0x0a, 0xff]));
        assert_eq!(decoded(""), Some(std::vec![]));
        for text in ["0", "0a0", "0g", "+1", "0a0a0a"] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }

    #[test]
    fn padding_is_whole_or_absent() {
        let accepted = |text: &str| base64url(text.as_bytes(), &mut [0; 16]).is_some();
        assert!(accepted("AAAAAAAAAAAAAAAAAAAAAA"));
        assert!(accepted("AAAAAAAAAAAAAAAAAAAAAA=="));
        for text in [
            "",
            "==",
            "AAAAAAAAAAAAAAAAAAAAAA=",
            "AAAAAAAAAAAAAAAAAAAAAA===",
            "AAAAAAAAAAAAAAAAAAAAAA====",
            "AAAAAAAAAAAAAAAAAAAAA",
            "AAAAAAAAAAAAAAAAAAAAAAAA",
            "AAAAAAAAAAAAAAAAAAAA+A",
            "AAAAAAAAAAAAAAAAAAAA/A",
            "AAAAAAAAAAAAAAAAAAAA A",
        ] {
            assert!(!accepted(text), "{text}");
        }
    }

    #[test]
    fn a_token_of_any_length_is_decoded_as_any_decoder_does() {
        for length in 0..=70 {
            let text: std::vec::Vec<u8> =
                b"AZaz09-_Q".iter().copied().cycle().take(length).collect();
            for at in 0..length.max(1) {
                for byte in 0..=u8::MAX {
                    let mut text = text.clone();
                    text.get_mut(at).into_iter().for_each(|old| *old = byte);
                    let (mut buffer, mut expected) = ([0; LONGEST], [0; LONGEST]);
                    let decoded = base64url_any(&text, &mut buffer);
                    let other = URL_SAFE_NO_PAD.decode_slice(&text, &mut expected);
                    assert_eq!(decoded, other.ok(), "{text:?}");
                    if let Some(length) = decoded {
                        assert_eq!(buffer[..length], expected[..length]);
                    }
                }
            }
        }
        assert_eq!(base64url_any(&[b'A'; 100], &mut [0; LONGEST]), None);
    }
}
