//! The right path, written in another way.

use super::path_way::{PathWay, usual};
use crate::link_request::LinkRequest;
use crate::path::{UNRESERVED, lower_escapes, percent_decoded, percent_encoded};
use crate::unicode::{nfc, nfd};

/// What JavaScript's `encodeURI` keeps.
const ENCODE_URI: &[u8] = b"/-._~!*'();:@&=+$,?#";
/// What encoders of parameters keep: the slash is not among it.
const COMPONENT: &[u8] = b"-._~";

#[rustfmt::skip]
pub(crate) static WRONG: [PathWay; 16] = [
    usual("path-case-kept",
        "The path was signed as {signed}: with secure_token_ignore_case it must be signed in lower case.",
        |request, _| if request.rules.ignore_case { vec![request.path.clone()] } else { Vec::new() }),
    // What NGINX makes of adjacent slashes is not undone by decoding.
    usual("path-slashes-kept",
        "The path was signed as {signed}, and NGINX merges adjacent slashes: sign {right}, or set \"merge_slashes off\" \
         (and give --keep-slashes).",
        |request, _| slashes(request).filter(|slashes| request.path == slashes.merged).map(|slashes| slashes.kept).into_iter().collect()),
    usual("path-slashes-as-sent",
        "The path was signed as it stands in the URL, {signed}: sign it decoded and with its slashes merged, as NGINX sees it.",
        |request, _| slashes(request).filter(|slashes| request.path == slashes.merged)
            .map(|_| request.url.sent_path().to_vec()).into_iter().collect()),
    usual("path-slashes-merged",
        "The path was signed with its slashes merged, {signed}: with \"merge_slashes off\" (--keep-slashes) sign it as it is \
         requested.",
        |request, _| slashes(request).filter(|slashes| request.path == slashes.kept).map(|slashes| slashes.merged).into_iter().collect()),
    usual("path-as-sent",
        "The path was signed as it stands in the URL, {signed}: sign it decoded, as NGINX sees it.",
        |request, _| vec![request.url.sent_path().to_vec()]),
    usual("path-encoded",
        "The path was signed percent-encoded, {signed}: sign it decoded, as NGINX sees it.",
        |request, right| {
            let sent = String::from_utf8_lossy(request.url.sent_path());
            encoded(right).into_iter().flat_map(|text| [text.clone(), lower_escapes(&text)])
                .chain([lower_escapes(&sent)]).map(String::into_bytes).collect()
        }),
    usual("path-plus-for-blank",
        "The path was signed with \"+\" for a blank, {signed}: sign it decoded.",
        |_, right| encoded(right).map(|text| text.replace("%20", "+").into_bytes()).into()),
    usual("path-unresolved",
        "The path was signed as {signed}, before \".\", \"..\" and \"//\" are resolved: NGINX resolves them, sign the result.",
        |request, _| decoded(request).into_iter().collect()),
    usual("path-decoded-twice",
        "The path was decoded twice, to {signed}: decode it once.",
        |request, _| decoded(request).and_then(|decoded| percent_decoded(&decoded)).into_iter().collect()),
    usual("path-blank-for-plus",
        "A \"+\" in the path was taken for a blank, {signed}: that is so in queries only.",
        |request, _| decoded(request).map(|decoded| blanks(&decoded)).into_iter().collect()),
    usual("path-lower-case",
        "The path was signed in lower case, {signed}: sign it as it is, or set secure_token_ignore_case.",
        |_, right| vec![right.to_ascii_lowercase()]),
    usual("path-latin-1",
        "The path was signed in ISO 8859-1 and not in UTF-8: encode it as it stands in the URL.",
        |_, right| latin_1(right).into_iter().collect()),
    usual("path-nfd",
        "The path was signed in NFD, {signed}: the name in the URL has the other normal form of Unicode (NFC), which looks \
         the same. Sign the bytes of the URL, decoded.",
        |_, right| nfd(right).into_iter().collect()),
    usual("path-nfd-encoded",
        "The path was signed in NFD and percent-encoded, {signed}: the name in the URL has the other normal form of Unicode \
         (NFC), which looks the same. Sign the bytes of the URL, decoded.",
        |_, right| nfd(right).into_iter().flat_map(|form| escaped(&form)).collect()),
    usual("path-nfc",
        "The path was signed in NFC, {signed}: the name in the URL has the other normal form of Unicode (NFD), which looks \
         the same. Sign the bytes of the URL, decoded.",
        |_, right| nfc(right).into_iter().collect()),
    usual("path-nfc-encoded",
        "The path was signed in NFC and percent-encoded, {signed}: the name in the URL has the other normal form of Unicode \
         (NFD), which looks the same. Sign the bytes of the URL, decoded.",
        |_, right| nfc(right).into_iter().flat_map(|form| escaped(&form)).collect()),
];

/// A path whose adjacent slashes make a difference.
struct Slashes {
    merged: Vec<u8>,
    kept: Vec<u8>,
}

fn slashes(request: &LinkRequest<'_>) -> Option<Slashes> {
    let served = |merges| request.url.served_path(merges).unwrap_or_default();
    let (merged, kept) = (served(true), served(false));
    (merged != kept).then_some(Slashes { merged, kept })
}

fn encoded(path: &[u8]) -> [String; 3] {
    [UNRESERVED, ENCODE_URI, COMPONENT].map(|kept| percent_encoded(path, kept))
}

fn escaped(path: &[u8]) -> [Vec<u8>; 2] {
    let text = percent_encoded(path, UNRESERVED);
    [lower_escapes(&text), text].map(String::into_bytes)
}

fn decoded(request: &LinkRequest<'_>) -> Option<Vec<u8>> {
    percent_decoded(request.url.sent_path())
}

fn blanks(path: &[u8]) -> Vec<u8> {
    let blank = |&byte: &u8| if byte == b'+' { b' ' } else { byte };
    path.iter().map(blank).collect()
}

fn latin_1(path: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(path).ok()?;
    let byte = |character| u8::try_from(u32::from(character)).ok();
    text.chars().map(byte).collect()
}
