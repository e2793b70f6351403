//! Every way that signers were seen to take the parts of what is signed, the right one first.

mod addresses;
mod expiries;
mod messages;
mod orders;
mod path_directory;
mod path_host;
mod path_longer;
mod path_raw;
mod path_shorter;
mod path_spelling;
mod path_way;
mod paths;
mod secrets;

use crate::link_request::LinkRequest;
use crate::mistake::UsualMistake;
use crate::right_values::RightValues;
use crate::search::Ways;
use crate::token_fields::TokenFields;
pub(crate) use secrets::of as secrets_of;

/// The ways to take each part of a link.
pub(crate) fn of(request: &LinkRequest<'_>, fields: &TokenFields) -> Ways {
    let addresses = addresses::of(request);
    let right = RightValues::new(request, fields);
    let may_have_address = addresses.iter().any(|way| !way.value.is_empty());
    Ways {
        messages: messages::of(request, fields, &right, may_have_address),
        secrets: secrets::of(&request.scheme, &request.secrets),
        paths: paths::of(request, &right),
        expiries: expiries::of(&request.scheme, fields),
        addresses,
        right,
    }
}

/// The usual mistakes with each part.
pub(crate) fn usual_mistakes() -> impl Iterator<Item = &'static UsualMistake> {
    messages::usual_mistakes()
        .chain(secrets::usual_mistakes())
        .chain(paths::usual_mistakes())
        .chain(expiries::usual_mistakes())
        .chain(addresses::usual_mistakes())
}
