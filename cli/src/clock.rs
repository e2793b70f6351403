//! The time: this machine's, and as the command line says it.

use jiff::Timestamp;

/// Later than the year 5000: nobody means that in seconds, but everybody's milliseconds look so.
const LATEST: u64 = 100_000_000_000;

pub(crate) fn now() -> u64 {
    Timestamp::now().as_second().try_into().unwrap_or(0)
}

/// Reads a Unix time or a date with a time and a zone (RFC 3339).
pub(crate) fn instant(text: &str) -> Result<u64, String> {
    if text.bytes().all(|byte| byte.is_ascii_digit())
        && let Ok(seconds) = text.parse()
    {
        if seconds >= LATEST {
            return Err(format!(
                "it looks like milliseconds; write seconds, {}",
                seconds / 1000
            ));
        }
        return Ok(seconds);
    }
    text.parse::<Timestamp>()
        .ok()
        .and_then(|instant| instant.as_second().try_into().ok())
        .ok_or_else(|| {
            "write a Unix time such as 1795514400, or a date with its zone such as \
             \"2026-11-24T10:00:00Z\" or \"2026-11-24T11:00:00+01:00\""
                .to_owned()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_unix_times_or_dates_with_a_zone() {
        for text in [
            "1795514400",
            "2026-11-24T10:00:00Z",
            "2026-11-24T11:00:00+01:00",
            "2026-11-24 10:00:00Z",
        ] {
            assert_eq!(instant(text), Ok(1_795_514_400), "{text}");
        }
        for text in [
            "",
            "-1",
            "2026-11-24",
            "2026-11-24T10:00:00",
            "1795514400000",
            "soon",
        ] {
            assert!(instant(text).is_err(), "{text}");
        }
    }
}
