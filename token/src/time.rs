//! Times as links carry them.

use core::fmt::{self, Write as _};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::Offset;

use crate::TimeSpelling;
use crate::encoding;
use crate::text::Text;

/// HTTP dates (RFC 9110, 5.6.7) are a form of these.
static HTTP_DATE: DateTimeParser = DateTimeParser::new();

impl TimeSpelling {
    /// Characters of a time of these days.
    pub const fn usual_length(self) -> usize {
        match self {
            Self::Seconds => 10,
            Self::Hex => 8,
            Self::Minutes { .. } => 12,
            Self::Iso => 25,
        }
    }

    /// Reads a time, as Unix seconds. `None` for another spelling and for what is no time.
    #[inline]
    pub(crate) fn read(self, text: &[u8]) -> Option<u64> {
        match self {
            Self::Seconds => ten_digits(text),
            Self::Hex => read_hex(text),
            Self::Minutes { east } => read_minutes(text, east),
            Self::Iso => read_iso(text),
        }
    }

    /// Writes Unix seconds. What does not fit the spelling is rounded down.
    pub(crate) fn write(self, seconds: u64, out: &mut Text) -> fmt::Result {
        match self {
            // Of all that such a time may be it is what needs no escapes.
            Self::Seconds | Self::Iso => write!(out, "{seconds}"),
            Self::Hex => write!(out, "{seconds:08x}"),
            Self::Minutes { east } => write_minutes(seconds, east, out),
        }
    }
}

/// Ten digits, so that none can wander to or from what stands beside them.
#[inline(always)]
fn ten_digits(text: &[u8]) -> Option<u64> {
    if text.len() != 10 {
        return None;
    }
    encoding::unix_seconds(text)
}

fn read_hex(text: &[u8]) -> Option<u64> {
    let digits: &[u8; 8] = text.try_into().ok()?;
    let mut bytes = [0; 4];
    // In either case: it is hashed as it was sent.
    encoding::hex(digits, &mut bytes)?;
    Some(u32::from_be_bytes(bytes).into())
}

fn read_iso(text: &[u8]) -> Option<u64> {
    if let Some(seconds) = ten_digits(text) {
        return Some(seconds);
    }
    let time = core::str::from_utf8(text).ok()?;
    let time = if is_like_http_date(text) {
        HTTP_DATE.parse_timestamp(time).ok()?
    } else if is_like_iso_date(text) {
        time.parse::<Timestamp>().ok()?
    } else {
        return None;
    };
    // In whole seconds what is a fraction before the first one would be that one.
    let seconds = (time >= Timestamp::UNIX_EPOCH).then(|| time.as_second());
    seconds?.try_into().ok()
}

/// What the parser takes besides, such as comments and days of one digit, could be a date with something beside it.
fn is_like_http_date(text: &[u8]) -> bool {
    text.len() == "Sun, 06 Nov 1994 08:49:37 GMT".len()
        && text.get(3) == Some(&b',')
        && text.ends_with(b" GMT")
}

/// The same goes for years of six digits, times without minutes or colons, zones a day off, and names of zones. What is a
/// digit here may be any.
fn is_like_iso_date(text: &[u8]) -> bool {
    const BEGINNING: &[u8] = b"0000-00-00T00:00:00";
    const OFFSET: &[u8] = b"00:00";
    let is_like = |text: &[u8], form: &[u8]| {
        let is_same = |(byte, like): (&u8, &u8)| match like {
            b'0' => byte.is_ascii_digit(),
            _ => byte == like,
        };
        text.len() == form.len() && text.iter().zip(form).all(is_same)
    };
    let Some((beginning, rest)) = text.split_at_checked(BEGINNING.len()) else {
        return false;
    };
    let (fraction, offset) = match rest.iter().position(|byte| b"Z+-".contains(byte)) {
        Some(at) => rest.split_at_checked(at).unwrap_or_default(),
        None => return false,
    };
    let is_fraction = match fraction {
        [] => true,
        // More than nanoseconds no parser has to take.
        [b'.', digits @ ..] => {
            matches!(digits.len(), 1..=9) && digits.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    };
    let is_offset = match offset {
        [b'Z'] => true,
        [b'+' | b'-', hours @ ..] => is_like(hours, OFFSET) && hours < b"24".as_slice(),
        _ => false,
    };
    is_like(beginning, BEGINNING) && is_fraction && is_offset
}

fn read_minutes(text: &[u8], east: i8) -> Option<u64> {
    let digits: &[u8; 12] = text.try_into().ok()?;
    let (pairs, _) = digits.as_chunks::<2>();
    let mut numbers = [0i8; 6];
    for (number, pair) in numbers.iter_mut().zip(pairs) {
        let [tens, ones] = pair.map(|byte| byte.wrapping_sub(b'0'));
        if tens > 9 || ones > 9 {
            return None;
        }
        *number = tens.wrapping_mul(10).wrapping_add(ones).try_into().ok()?;
    }
    let [century, year, month, day, hour, minute] = numbers;
    let year = i16::from(century)
        .wrapping_mul(100)
        .wrapping_add(year.into());
    let time = DateTime::new(year, month, day, hour, minute, 0, 0).ok()?;
    let time = Offset::from_hours(east).ok()?.to_timestamp(time).ok()?;
    time.as_second().try_into().ok()
}

fn write_minutes(seconds: u64, east: i8, out: &mut Text) -> fmt::Result {
    let time = seconds
        .try_into()
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok());
    let offset = Offset::from_hours(east).map_err(|_| fmt::Error)?;
    let time = offset.to_datetime(time.ok_or(fmt::Error)?);
    write!(
        out,
        "{:04}{:02}{:02}{:02}{:02}",
        time.year(),
        time.month(),
        time.day(),
        time.hour(),
        time.minute()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEIJING: TimeSpelling = TimeSpelling::Minutes { east: 8 };

    #[test]
    fn minutes_are_those_of_their_zone() {
        // date -u -d '2015-08-15 00:00' +%s
        assert_eq!(BEIJING.read(b"201508150800"), Some(1_439_596_800));
        assert_eq!(BEIJING.read(b"202402291234"), Some(1_709_181_240));
        assert_eq!(BEIJING.read(b"197001010800"), Some(0));
    }

    #[test]
    fn what_is_no_minute_of_any_day_is_no_time() {
        for text in [
            "202302290000",
            "202613010000",
            "202600010000",
            "202611262400",
            "202611261260",
            "20261126120",
            "2026112612000",
            "2026112612 0",
            "2026112612+1",
            "197001010759",
            "",
        ] {
            assert_eq!(BEIJING.read(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn no_date_is_another_with_something_in_front_of_it_or_behind() {
        let iso = |text: &str| TimeSpelling::Iso.read(text.as_bytes());
        for text in [
            "2030-01-01T00:00:00Z",
            "2030-01-01T00:00:00.000Z",
            "2030-01-01T00:00:00.123456789Z",
            "2030-01-01T08:00:00+08:00",
            "2029-12-31T18:30:00-05:30",
            "Tue, 01 Jan 2030 00:00:00 GMT",
            "1893456000",
        ] {
            assert_eq!(iso(text), Some(1_893_456_000), "{text}");
        }
        for text in [
            "+002030-01-01T00:00:00Z",
            "2030-01-01T00Z",
            "2030-01-01T00-05:30",
            "2030-01-01T00:00Z",
            "2030-01-01 00:00:00Z",
            "2030-01-01t00:00:00Z",
            "20300101T000000Z",
            "2030-01-01T000000Z",
            "2030-01-01T00:00:00,5Z",
            "2030-01-01T00:00:00.Z",
            "2030-01-01T00:00:00.1234567890Z",
            "2030-01-01T00:00:00+24:00",
            "2030-01-01T00:00:00-25:30",
            "2030-01-01T00:00:00+00",
            "2030-01-01T00:00:00+0000",
            "2030-01-01T00:00:00+00:00:00",
            "2030-01-01T00:00:00Z[UTC]",
            "2030-01-01T00:00:00+00:00[Europe/London]",
            "01 Jan 2030 00:00:00 GMT",
            "1 Jan 2030 00:00:00 GMT",
            "Tue, 1 Jan 2030 00:00:00 GMT",
            "Tue, 01 Jan 2030 00:00 GMT",
            "Tue, 01 Jan 30 00:00:00 GMT",
            "Tue, 01 Jan 2030 00:00:00 +0000",
            "Tue, 01 Jan 2030 00:00:00 GMT (/a)",
            " Tue, 01 Jan 2030 00:00:00 GMT",
        ] {
            assert_eq!(iso(text), None, "{text}");
        }
    }

    #[test]
    fn no_time_is_before_the_first_second() {
        let iso = |text: &str| TimeSpelling::Iso.read(text.as_bytes());
        assert_eq!(iso("1970-01-01T00:00:00.5Z"), Some(0));
        for text in [
            "1969-12-31T23:59:59.5Z",
            "1970-01-01T00:59:59.999999999+01:00",
            "1969-12-31T23:59:59Z",
            "Wed, 31 Dec 1969 23:59:59 GMT",
        ] {
            assert_eq!(iso(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_rounded_down() {
        for seconds in [0, 59, 60, 1_709_181_240, 1_795_708_799, 253_402_207_199] {
            let mut text = Text::new();
            BEIJING.write(seconds, &mut text).unwrap();
            assert_eq!(BEIJING.read(text.as_bytes()), Some(seconds / 60 * 60));
        }
        assert!(BEIJING.write(u64::MAX, &mut Text::new()).is_err());
    }
}
