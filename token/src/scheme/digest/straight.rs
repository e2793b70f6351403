//! The formats that most links have, as constants of which the compiler makes straight code.

use alloc::borrow::Cow;

use super::origin::Constant;
use crate::{
    Digest, Encoding, Format, Hash, Part, SecretSpelling, Time, TimeEvent, TimeSpelling, TokenPart,
};

/// A code for one format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum StraightCode {
    Azion,
    Gcore,
    Leaseweb,
}

/// The code that is made for this very format.
pub(in super::super) fn straight(format: &Format) -> Option<StraightCode> {
    [
        (Azion::FORMAT, StraightCode::Azion),
        (Gcore::FORMAT, StraightCode::Gcore),
        (Leaseweb::FORMAT, StraightCode::Leaseweb),
    ]
    .into_iter()
    .find_map(|(known, code)| (known == format).then_some(code))
}

/// What all of them have in common: base64url of the MD5 of this message, and an expiry beside it.
const fn of(message: &'static [Part]) -> Format {
    Format {
        prefix: Cow::Borrowed(&[]),
        token: Cow::Borrowed(&[TokenPart::Token]),
        rest: None,
        fields: Cow::Borrowed(&[]),
        time: Some(Time {
            event: TimeEvent::Expiry,
            spelling: TimeSpelling::Seconds,
            is_optional: false,
        }),
        lifetime: None,
        window: false,
        digest: Digest {
            hash: Hash::Md5,
            is_keyed: false,
            encoding: Encoding::Base64Url,
        },
        secret: SecretSpelling::Text,
        message: Cow::Borrowed(message),
        variables: Cow::Borrowed(&[]),
    }
}

/// Azion's, and the former MaxCDN's and StackPath's.
pub(in super::super) struct Azion;

impl Constant for Azion {
    const FORMAT: &'static Format = &of(&[Part::Secret, Part::Path, Part::Time]);
}

/// Gcore's, and that of NGINX's documentation.
pub(in super::super) struct Gcore;

impl Constant for Gcore {
    const FORMAT: &'static Format = &of(&[
        Part::Time,
        Part::Path,
        Part::ClientIp,
        Part::Literal(Cow::Borrowed(" ")),
        Part::Secret,
    ]);
}

/// Leaseweb's.
pub(in super::super) struct Leaseweb;

impl Constant for Leaseweb {
    const FORMAT: &'static Format = &of(&[Part::Secret, Part::ClientIp, Part::Path, Part::Time]);
}
