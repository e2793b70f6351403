use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// Links, and the fields that a message has of each.
const LINKS: &[(&str, &[&str])] = &[
    (
        "?t={token}&e={expires}&u={uid}&v={v?}",
        &["{expires}", "{uid}", "{v}", "[{v}]", "[-{uid}|no]"],
    ),
    (
        "?t={time:hex}-{token}_{uid}&s={start}",
        &["{time}", "{uid}", "{start}"],
    ),
    (
        "?t={token},{expires:iso?}&a={a}",
        &["{expires}", "{a}", "[{expires}|never]"],
    ),
    (
        "?k={a}-x-{b}--{token}&e={expires:iso}&c={c?}",
        &["{expires}", "{a}", "{b}", "{c}"],
    ),
    (
        "/dl/{a}_{b}/{token}-{c}/{time:yyyymmddhhmm+8}{path}",
        &["{time}", "{a}", "{b}", "{c}"],
    ),
];

const PARTS: &[&str] = &[
    "{path}",
    "{path:raw}",
    "{dir}",
    "{parent}",
    "{stream}",
    "{uri:raw}",
    "{args}",
    "{client_ip}",
    "[{client_ip}|none]",
    "$host",
    "$uri",
    "$scheme",
    "$remote_addr",
    "$other",
    "x",
    "-",
    "_",
    "/",
    ":",
    "2",
    ".",
    "\\n",
    "%",
];

proptest! {
    #[test]
    fn what_is_shown_as_a_pair_of_any_format_is_one(
        (link, fields) in select(LINKS),
        parts in vec((any::<bool>(), any::<prop::sample::Index>()), 1..7),
        secret in 0..7usize,
    ) {
        let part = |(is_field, index): (bool, prop::sample::Index)| *index.get(if is_field { fields } else { PARTS });
        let mut parts: Vec<&str> = parts.into_iter().map(part).collect();
        parts.insert(secret.min(parts.len()), "{secret}");
        let times = ["{expires}", "{time}", "{start}"];
        parts.extend(times.iter().filter(|time| fields.contains(time)));
        border(&own(link, "md5:hex", &parts.concat()));
    }
}
