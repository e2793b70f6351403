//! A usual mistake with a path.

use crate::link_request::LinkRequest;
use crate::mistake::{LinkPart, UsualMistake};
use crate::way::UsualWay;

/// Makes what is signed by mistake of the request and the right path.
pub(crate) type MakePaths = fn(&LinkRequest<'_>, &[u8]) -> Vec<Vec<u8>>;

pub(crate) type PathWay = UsualWay<MakePaths>;

pub(crate) const fn usual(
    id: &'static str,
    sentence: &'static str,
    make: MakePaths,
) -> UsualWay<MakePaths> {
    UsualWay {
        mistake: UsualMistake {
            id,
            part: LinkPart::Path,
            sentence,
        },
        make,
    }
}
