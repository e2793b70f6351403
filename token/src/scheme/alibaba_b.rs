//! Alibaba Cloud CDN's URL signing of type B; Tencent Cloud CDN's is the same.
//!
//! The path begins with the time of issue, `YYYYMMDDHHMM` in UTC+8, and the hexadecimal MD5(secret + time + path as
//! sent). How long a link opens from then on is the operator's to say.

use super::digest::Row;
use crate::{
    Anatomy, Boundary, Carrier, ClientIp, Digest, Encoding, Facts, Format, Function, Params, Part,
    Scope, SecretSpelling, Time, TimeEvent, TimeSpelling, TokenPart,
};

/// The scheme `alibaba-b`.
pub(super) struct AlibabaB;

impl Row for AlibabaB {
    const FORMAT: &'static Format = &Format {
        token: &[TokenPart::Time, TokenPart::Token],
        time: Time {
            event: TimeEvent::Issue { lifetime: 1800 },
            spelling: TimeSpelling::Minutes { east: 8 },
        },
        digest: Digest {
            function: Function::Md5,
            encoding: Encoding::Hex,
        },
        secret: SecretSpelling::Text,
        message: &[Part::Secret, Part::Time, Part::RawPath],
    };
    const FACTS: &'static Facts = &Facts {
        name: "alibaba-b",
        title: "Alibaba Cloud CDN URL signing, type B; Tencent Cloud CDN type B",
        vendor: "https://www.alibabacloud.com/help/en/cdn/user-guide/type-b-signing",
        extras: &[],
        carrier: Carrier::Path,
        params: Params::NONE,
        client_ip: ClientIp::Never,
        scope: Scope::Exact,
        boundary: Boundary::Inclusive,
        expired_status: None,
        anatomy: Anatomy::Digest(Self::FORMAT),
    };
}
