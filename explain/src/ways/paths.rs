//! What signers take for the path.

use token::Part;

use crate::digest;
use crate::link_request::LinkRequest;
use crate::mistake::UsualMistake;
use crate::text::quote;
use crate::way::{Bytes, Way};

use super::path_way::PathWay;
use super::{path_host, path_longer, path_raw, path_shorter, path_spelling};

/// The path in every form that a signer may have of it.
pub(crate) fn of(request: &LinkRequest<'_>) -> Vec<Way<Bytes>> {
    let right = digest::path(request);
    let shown = quote(&right);
    let mut ways: Vec<Way<Bytes>> = vec![Way::right(right.clone().into())];
    for wrong in tables(digest::path_part(request.scheme)) {
        for value in (wrong.make)(request, &right) {
            if ways.iter().all(|way| *way.value != value) {
                let signed = quote(&value);
                let words = [("signed", signed.as_str()), ("right", &shown)];
                ways.push(Way::wrong(value, wrong.mistake.made(&words)));
            }
        }
    }
    ways
}

/// The usual mistakes with a path.
pub(crate) fn usual_mistakes() -> impl Iterator<Item = &'static UsualMistake> {
    let tables = [
        path_spelling::WRONG.as_slice(),
        &path_raw::WRONG,
        &path_raw::WRONG_WITH_QUERY,
        &path_shorter::WRONG,
        &path_longer::WRONG,
        &path_host::WRONG,
    ];
    tables.into_iter().flatten().map(|way| &way.mistake)
}

/// What goes wrong with the path as the scheme takes it.
fn tables(part: Part) -> impl Iterator<Item = &'static PathWay> {
    let tables = match part {
        Part::RawUri => [
            path_raw::WRONG.as_slice(),
            &path_raw::WRONG_WITH_QUERY,
            &path_shorter::WRONG,
            &path_host::WRONG,
        ],
        Part::RawPath => [
            path_raw::WRONG.as_slice(),
            &path_shorter::WRONG,
            &path_longer::WRONG,
            &path_host::WRONG,
        ],
        _ => [
            path_spelling::WRONG.as_slice(),
            &path_shorter::WRONG,
            &path_longer::WRONG,
            &path_host::WRONG,
        ],
    };
    tables.into_iter().flatten()
}
