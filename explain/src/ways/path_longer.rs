//! More than the right path.

use super::path_way::{PathWay, usual};
use crate::link_request::LinkRequest;
use crate::query;

#[rustfmt::skip]
pub(crate) static WRONG: [PathWay; 5] = [
    usual("path-with-query",
        "The query was signed with the path, {signed}: sign the path alone.",
        |request, right| each(&[b""], &paths(request, right), &queries(request))),
    usual("path-with-question-mark",
        "The path was signed with a question mark, {signed}: sign the path alone.",
        |request, right| each(&[b""], &paths(request, right), &[b"?".to_vec()])),
    usual("path-with-newline",
        "The path was signed with a newline at its end: sign it without.",
        |request, right| each(&[b""], &paths(request, right), &[b"\n".to_vec()])),
    usual("path-with-host",
        "The host was signed with the path, {signed}: sign the path alone.",
        |request, right| each(&hosts(request), &paths(request, right), &[Vec::new()])),
    usual("path-whole-url",
        "The whole URL was signed, {signed}: sign the path alone.",
        |request, right| each(&hosts(request), &paths(request, right), &queries(request))),
];

/// Every beginning with every path and every end.
fn each(beginnings: &[&[u8]], paths: &[&[u8]], ends: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for path in paths {
        for beginning in beginnings {
            all.extend(ends.iter().map(|end| [beginning, *path, end].concat()));
        }
    }
    all
}

fn paths<'a>(request: &LinkRequest<'a>, right: &'a [u8]) -> [&'a [u8]; 2] {
    [right, request.url.sent_path()]
}

/// The query with its question mark, without the token and with it.
fn queries(request: &LinkRequest<'_>) -> Vec<Vec<u8>> {
    let all = request.query();
    let others = query::without_token(&request.rules.params, all);
    let queries = [others.as_slice(), all].into_iter();
    let queries = queries.filter(|query| !query.is_empty());
    queries.map(|query| [b"?", query].concat()).collect()
}

fn hosts<'r>(request: &'r LinkRequest<'_>) -> Vec<&'r [u8]> {
    let url = &request.url;
    let hosts = [url.authority(), &request.host, url.site].into_iter();
    hosts.filter(|host| !host.is_empty()).collect()
}
