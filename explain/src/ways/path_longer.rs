//! More than the right path.

use super::path_way::{PathWay, usual};
use crate::link_request::LinkRequest;
use crate::query;

#[rustfmt::skip]
pub(crate) static WRONG: [PathWay; 3] = [
    usual("path-with-query",
        "The query was signed with the path, {signed}: sign the path alone.",
        |request, right| each(&paths(request, right), &queries(request))),
    usual("path-with-question-mark",
        "The path was signed with a question mark, {signed}: sign the path alone.",
        |request, right| each(&paths(request, right), &[b"?".to_vec()])),
    usual("path-with-newline",
        "The path was signed with a newline at its end: sign it without.",
        |request, right| each(&paths(request, right), &[b"\n".to_vec()])),
];

/// Every path with every end.
fn each(paths: &[&[u8]], ends: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let with_ends = |path: &&[u8]| {
        let path = path.to_vec();
        ends.iter().map(move |end| [&path, end.as_slice()].concat())
    };
    paths.iter().flat_map(with_ends).collect()
}

/// The right path and the one that was sent.
pub(super) fn paths<'a>(request: &LinkRequest<'a>, right: &'a [u8]) -> [&'a [u8]; 2] {
    [right, request.url.sent_path()]
}

/// The query with its question mark, without the token and with it.
pub(super) fn queries(request: &LinkRequest<'_>) -> Vec<Vec<u8>> {
    let all = request.query();
    let others = query::without_token(&request.rules.params, all);
    let queries = [others.as_slice(), all].into_iter();
    let queries = queries.filter(|query| !query.is_empty());
    queries.map(|query| [b"?", query].concat()).collect()
}
