//! The path with the host in front of it.

use super::path_longer::{paths, queries};
use super::path_way::{PathWay, usual};
use crate::link_request::LinkRequest;

#[rustfmt::skip]
pub(crate) static WRONG: [PathWay; 2] = [
    usual("path-with-host",
        "The host was signed with the path, {signed}: sign the path alone.",
        |request, right| each(&hosts(request), &paths(request, right), &[Vec::new()])),
    usual("path-whole-url",
        "The whole URL was signed, {signed}: sign the path alone.",
        |request, right| each(&hosts(request), &paths(request, right), &queries(request))),
];

/// Every host with every path and every end.
fn each(hosts: &[&[u8]], paths: &[&[u8]], ends: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for path in paths {
        for host in hosts {
            all.extend(ends.iter().map(|end| [*host, *path, end].concat()));
        }
    }
    all
}

fn hosts<'r>(request: &'r LinkRequest<'_>) -> Vec<&'r [u8]> {
    let url = &request.url;
    let hosts = [url.authority(), &request.host, url.site].into_iter();
    hosts.filter(|host| !host.is_empty()).collect()
}
