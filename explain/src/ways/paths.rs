//! What signers take for the path.

use token::Part;

use crate::link_request::LinkRequest;
use crate::mistake::UsualMistake;
use crate::right_values::RightValues;
use crate::text::quote;
use crate::way::{Bytes, Way};

use super::path_way::PathWay;
use super::{path_directory, path_host, path_longer, path_raw, path_shorter, path_spelling};

/// The path in every form that a signer may have of it.
pub(crate) fn of(request: &LinkRequest<'_>, values: &RightValues) -> Vec<Way<Bytes>> {
    let paths = values.paths();
    let right = paths.first().cloned().unwrap_or_default();
    let shown = quote(&right);
    // Those behind the first are as right, and would multiply all pairs of mistakes.
    let costs = std::iter::once(0).chain(std::iter::repeat(1));
    let mut ways: Vec<Way<Bytes>> = paths
        .into_iter()
        .zip(costs)
        .map(|(path, cost)| Way::right(path.into()).costing(cost))
        .collect();
    for wrong in tables(&values.path_part) {
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
        &path_raw::WRONG_WITH_TOKEN,
        &path_raw::WRONG_WITH_NEWLINE,
        &path_raw::WRONG_WITH_QUERY,
        &path_directory::WRONG,
        &path_shorter::WRONG,
        &path_longer::WRONG,
        &path_host::WRONG,
    ];
    tables.into_iter().flatten().map(|way| &way.mistake)
}

/// What goes wrong with the path as the scheme takes it.
fn tables(part: &Part) -> impl Iterator<Item = &'static PathWay> {
    let tables: Vec<&'static [PathWay]> = match part {
        Part::Directory | Part::Parent | Part::Stream => vec![
            &path_directory::WRONG,
            &path_shorter::WRONG,
            &path_longer::WRONG,
            &path_host::WRONG,
        ],
        Part::RawUri => vec![
            &path_raw::WRONG_WITH_QUERY,
            &path_raw::WRONG,
            &path_raw::WRONG_WITH_TOKEN,
            &path_raw::WRONG_WITH_NEWLINE,
            &path_shorter::WRONG,
            &path_host::WRONG,
        ],
        Part::RawPath => vec![
            &path_raw::WRONG,
            &path_raw::WRONG_WITH_TOKEN,
            &path_raw::WRONG_WITH_NEWLINE,
            &path_shorter::WRONG,
            &path_longer::WRONG,
            &path_host::WRONG,
        ],
        _ => vec![
            &path_raw::WRONG_WITH_TOKEN,
            &path_spelling::WRONG,
            &path_shorter::WRONG,
            &path_longer::WRONG,
            &path_host::WRONG,
        ],
    };
    tables.into_iter().flatten()
}
