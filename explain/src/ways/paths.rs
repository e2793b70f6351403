//! What signers take for the path.

use crate::digest;
use crate::link_request::LinkRequest;
use crate::mistake::UsualMistake;
use crate::text::quote;
use crate::way::{Bytes, Way};

use super::path_way::PathWay;
use super::{path_longer, path_shorter, path_spelling};

/// The path in every form that a signer may have of it.
pub(crate) fn of(request: &LinkRequest<'_>) -> Vec<Way<Bytes>> {
    let right = digest::path(request);
    let shown = quote(&right);
    let mut ways: Vec<Way<Bytes>> = vec![Way::right(right.clone().into())];
    for wrong in tables() {
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
    tables().map(|way| &way.mistake)
}

fn tables() -> impl Iterator<Item = &'static PathWay> {
    path_spelling::WRONG
        .iter()
        .chain(&path_shorter::WRONG)
        .chain(&path_longer::WRONG)
}
