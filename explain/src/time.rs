//! Times as people write and read them. All are Unix seconds inside.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::text::count;

/// In seconds.
pub const MINUTE: u64 = 60;
/// In seconds.
pub const HOUR: u64 = 60 * MINUTE;
/// In seconds.
pub const DAY: u64 = 24 * HOUR;
/// In seconds.
pub const YEAR: u64 = 365 * DAY;

/// Reads `90`, `90s`, `15m`, `1h30m`, `7d`, `2w` or `1y` as seconds.
///
/// # Errors
/// What to write instead.
pub fn duration(text: &str) -> Result<u64, String> {
    let wrong =
        || "write a time such as \"90s\", \"15m\", \"1h30m\", \"7d\", \"2w\" or \"1y\"".to_owned();
    if let Ok(seconds) = whole_number(text) {
        return Ok(seconds);
    }
    let mut total = 0u64;
    let mut digits = String::new();
    let mut is_empty = true;
    for character in text.chars() {
        // Between two pieces, as NGINX takes it: "1d 12h".
        if character == ' ' && digits.is_empty() {
            continue;
        }
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        let unit = match character {
            's' => 1,
            'm' => MINUTE,
            'h' => HOUR,
            'd' => DAY,
            'w' => 7 * DAY,
            'y' => YEAR,
            _ => return Err(wrong()),
        };
        let seconds = whole_number(&digits)
            .ok()
            .and_then(|number| number.checked_mul(unit));
        total = seconds
            .and_then(|seconds| total.checked_add(seconds))
            .ok_or_else(wrong)?;
        digits.clear();
        is_empty = false;
    }
    if digits.is_empty() && !is_empty {
        Ok(total)
    } else {
        Err(wrong())
    }
}

fn whole_number(text: &str) -> Result<u64, ()> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().map_err(|_| ())
    } else {
        Err(())
    }
}

/// `2026-11-24 10:00:00 UTC`
pub fn utc(seconds: u64) -> String {
    match timestamp(seconds) {
        Some(instant) => instant.strftime("%F %T UTC").to_string(),
        None => "later than the year 9999".to_owned(),
    }
}

/// `2026-11-24T10:00:00Z`, for programs; `None` for what no date is written for.
pub fn rfc3339(seconds: u64) -> Option<String> {
    timestamp(seconds).map(|instant| instant.to_string())
}

/// `2026-11-24 11:00:00 +01:00`, in this time zone; `None` where that is UTC.
pub fn local(seconds: u64, zone: &TimeZone) -> Option<String> {
    let here = timestamp(seconds)?.to_zoned(zone.clone());
    (here.offset().seconds() != 0).then(|| here.strftime("%F %T %:z").to_string())
}

fn timestamp(seconds: u64) -> Option<Timestamp> {
    Timestamp::from_second(seconds.try_into().ok()?).ok()
}

/// `in 23 hours`, `2 days ago`, `this second`.
pub fn relative(seconds: u64, now: u64) -> String {
    if seconds == now {
        return "this second".to_owned();
    }
    let length = length(seconds.abs_diff(now));
    if seconds > now {
        format!("in {length}")
    } else {
        format!("{length} ago")
    }
}

/// A length of time in its largest fitting unit, rounded down: `90 minutes`, `23 hours`.
pub fn length(seconds: u64) -> String {
    let units = [
        (2 * YEAR, YEAR, "year"),
        (2 * DAY, DAY, "day"),
        (2 * HOUR, HOUR, "hour"),
        (2 * MINUTE, MINUTE, "minute"),
    ];
    let fitting = units.into_iter().find(|(from, _, _)| seconds >= *from);
    let (_, unit, name) = fitting.unwrap_or((0, 1, "second"));
    count(seconds.checked_div(unit).unwrap_or(0), name)
}

/// `2026-11-24 10:00:00 UTC (in 23 hours)`
pub fn dated(seconds: u64, now: u64) -> String {
    format!("{} ({})", utc(seconds), relative(seconds, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_the_units_of_nginx() {
        for (text, seconds) in [
            ("0", 0),
            ("90", 90),
            ("90s", 90),
            ("1h", 3600),
            ("1h30m", 5400),
            ("1d 12h", 129_600),
            ("2w", 1_209_600),
            ("1y", 31_536_000),
        ] {
            assert_eq!(duration(text), Ok(seconds), "{text}");
        }
        for text in [
            "",
            " ",
            "\t",
            "1 0s",
            "1 h",
            "h",
            "1h30",
            "-1h",
            "1.5h",
            "1x",
            "+1",
            "99999999999999999999y",
            "1H",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_distance_is_told_in_its_largest_unit() {
        for (seconds, said) in [
            (100, "this second"),
            (101, "in 1 second"),
            (220, "in 2 minutes"),
            (100 + 23 * HOUR + 3599, "in 23 hours"),
            (100 + 3 * DAY, "in 3 days"),
            (100 + 11 * YEAR, "in 11 years"),
            (0, "100 seconds ago"),
        ] {
            assert_eq!(relative(seconds, 100), said);
        }
        assert_eq!(utc(1_470_055_000), "2016-08-01 12:36:40 UTC");
        assert_eq!(utc(u64::MAX), "later than the year 9999");
    }
}
