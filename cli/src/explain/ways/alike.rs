//! Paths that look right, and that NGINX or another system writes otherwise.

use super::paths::{Paths, UNRESERVED, lower_escapes};
use crate::path::percent_encoded;
use crate::request::Asked;
use crate::text::quote;
use crate::unicode;

/// What NGINX makes of adjacent slashes is not undone by decoding.
pub(super) fn add_slashes(paths: &mut Paths, asked: &Asked<'_>, right: &[u8]) {
    let served = |merges| asked.url.served_path(merges).unwrap_or_default();
    let (merged, kept) = (served(true), served(false));
    if merged == kept {
        return;
    }
    if asked.path == merged {
        let right = quote(right);
        paths.add(
            &kept,
            &format!(
                "The path was signed as {{}}, and NGINX merges adjacent slashes: sign {right}, or set \"merge_slashes off\" \
                 (and give --keep-slashes)."
            ),
        );
        paths.add(
            asked.url.sent_path(),
            "The path was signed as it stands in the URL, {}: sign it decoded and with its slashes merged, as NGINX sees it.",
        );
    } else if asked.path == kept {
        paths.add(
            merged,
            "The path was signed with its slashes merged, {}: with \"merge_slashes off\" (--keep-slashes) sign it as it is \
             requested.",
        );
    }
}

/// Names with accents, as another system writes them; also percent-encoded.
pub(super) fn add_unicode(paths: &mut Paths, right: &[u8]) {
    for (form, name, others) in [
        (unicode::nfd(right), "NFD", "NFC"),
        (unicode::nfc(right), "NFC", "NFD"),
    ] {
        let Some(form) = form.filter(|form| form != right) else {
            continue;
        };
        let sign = format!(
            "the name in the URL has the other normal form of Unicode ({others}), which looks the same. Sign the bytes of the \
             URL, decoded."
        );
        let encoded = percent_encoded(&form, UNRESERVED);
        paths.add(
            &form,
            &format!("The path was signed in {name}, {{}}: {sign}"),
        );
        let also = format!("The path was signed in {name} and percent-encoded, {{}}: {sign}");
        paths.add(lower_escapes(&encoded), &also);
        paths.add(encoded, &also);
    }
}
