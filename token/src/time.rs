//! Times as links carry them.

use core::fmt::{self, Write as _};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::TimeSpelling;
use crate::encoding;
use crate::text::Text;

impl TimeSpelling {
    /// Characters of a time of these days.
    pub const fn usual_length(self) -> usize {
        match self {
            Self::Seconds => 10,
            Self::Minutes { .. } => 12,
        }
    }

    /// Reads a time, as Unix seconds. `None` for another spelling and for what is no time.
    #[inline]
    pub(crate) fn read(self, text: &[u8]) -> Option<u64> {
        match self {
            Self::Seconds => encoding::unix_seconds(text),
            Self::Minutes { east } => read_minutes(text, east),
        }
    }

    /// Writes Unix seconds. What does not fit the spelling is rounded down.
    pub(crate) fn write(self, seconds: u64, out: &mut Text) -> fmt::Result {
        match self {
            Self::Seconds => write!(out, "{seconds}"),
            Self::Minutes { east } => write_minutes(seconds, east, out),
        }
    }
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
    fn what_is_written_is_read_rounded_down() {
        for seconds in [0, 59, 60, 1_709_181_240, 1_795_708_799, 253_402_207_199] {
            let mut text = Text::new();
            BEIJING.write(seconds, &mut text).unwrap();
            assert_eq!(BEIJING.read(text.as_bytes()), Some(seconds / 60 * 60));
        }
        assert!(BEIJING.write(u64::MAX, &mut Text::new()).is_err());
    }
}
