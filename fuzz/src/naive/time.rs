//! Times as links carry them: docs/formats.md, "The link".

use chrono::{DateTime, NaiveDate};

/// Unix seconds of a text in that form: "", "hex", "iso", "yyyymmddhhmm+8".
pub fn read(form: &str, text: &str) -> Option<u64> {
    let is_all = |length: usize, is: fn(&char) -> bool| {
        text.chars().count() == length && text.chars().all(|char| is(&char))
    };
    match form {
        "" => {
            let is_one = is_all(10, char::is_ascii_digit) && !text.starts_with('0');
            is_one.then(|| text.parse().ok()).flatten()
        }
        "hex" => is_all(8, char::is_ascii_hexdigit)
            .then(|| u64::from_str_radix(text, 16).ok())
            .flatten(),
        "iso" => read("", text).or_else(|| iso(text)),
        _ => {
            let hours: i64 = form.strip_prefix("yyyymmddhhmm")?.parse().ok()?;
            is_all(12, char::is_ascii_digit)
                .then(|| minutes(text, hours))
                .flatten()
        }
    }
}

fn minutes(text: &str, hours: i64) -> Option<u64> {
    let number = |from: usize, to: usize| text[from..to].parse::<u32>().ok();
    let date = NaiveDate::from_ymd_opt(
        i32::try_from(number(0, 4)?).ok()?,
        number(4, 6)?,
        number(6, 8)?,
    )?;
    let time = date.and_hms_opt(number(8, 10)?, number(10, 12)?, 0)?;
    u64::try_from(time.and_utc().timestamp() - hours * 3600).ok()
}

fn iso(text: &str) -> Option<u64> {
    if !text.is_ascii() {
        return None;
    }
    if text.len() == 29 && text.ends_with(" GMT") && text.as_bytes()[3] == b',' {
        let time = DateTime::parse_from_rfc2822(text).ok()?;
        return u64::try_from(time.timestamp()).ok();
    }
    // The crate takes small letters and a blank, too.
    let is_one = text.as_bytes().get(10) == Some(&b'T') && !text.ends_with('z');
    // And fractions as long as one likes.
    let fraction = text.split_once('.').map_or("", |(_, behind)| behind);
    let is_one = is_one && fraction.find(['Z', '+', '-']).is_none_or(|end| end <= 9);
    let time = is_one.then(|| DateTime::parse_from_rfc3339(text).ok())??;
    u64::try_from(time.timestamp()).ok()
}
