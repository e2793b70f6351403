//! A path that is signed as it is sent, and was signed otherwise.

use super::path_way::{PathWay, usual};
use crate::digest::raw_path;
use crate::path::{UNRESERVED, lower_escapes, percent_decoded, percent_encoded};
use crate::query;

#[rustfmt::skip]
pub(crate) static WRONG: [PathWay; 3] = [
    usual("path-raw-decoded",
        "The path was signed decoded, {signed}: sign it as it stands in the link, {right}.",
        |request, right| percent_decoded(right).into_iter().chain([request.path.clone()]).collect()),
    usual("path-raw-case",
        "The path was signed in another case, {signed}: sign it as it stands in the link, {right}.",
        |_, right| vec![right.to_ascii_lowercase()]),
    usual("path-raw-spelling",
        "The path was signed with other escapes, {signed}: sign it as it stands in the link, {right}.",
        |_, right| {
            let decoded = percent_decoded(right).unwrap_or_default();
            let text = percent_encoded(&decoded, UNRESERVED);
            [lower_escapes(&text), text].map(String::into_bytes).into()
        }),
];

/// Of a token in the path, however the path is signed.
#[rustfmt::skip]
pub(crate) static WRONG_WITH_TOKEN: [PathWay; 1] = [
    usual("path-raw-with-token",
        "The path was signed with the token's place in it, {signed}: sign the path without the token, {right}.",
        |request, _| {
            let sent = request.url.sent_path();
            let kept = query::path_token(&request.scheme, sent).map(|found| found.without());
            if raw_path(request) == sent { Vec::new() } else { [sent.to_vec(), request.served_path.clone()].into_iter().chain(kept).collect() }
        }),
];

#[rustfmt::skip]
pub(crate) static WRONG_WITH_NEWLINE: [PathWay; 1] = [
    usual("path-raw-newline",
        "The path was signed with a newline at its end: sign it without.",
        |_, right| vec![[right, b"\n"].concat()]),
];

/// Of a path that is signed with its query.
#[rustfmt::skip]
pub(crate) static WRONG_WITH_QUERY: [PathWay; 2] = [
    usual("path-raw-without-query",
        "The query was not signed: sign path and query as they stand in the link, {right}, without the token.",
        |request, right| {
            if right.contains(&b'?') { vec![raw_path(request).to_vec(), request.path.clone()] } else { Vec::new() }
        }),
    usual("path-raw-with-all",
        "The query was signed with the token's parameter in it, or with a lone question mark, {signed}: sign it without, {right}.",
        |request, right| {
            let path = raw_path(request);
            vec![[path, b"?", request.query()].concat(), [right, b"?"].concat(), [path, b"?"].concat()]
        }),
];
