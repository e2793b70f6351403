//! Gcore CDN Secure Token; EdgeCenter's and Yandex Cloud CDN's are the same.
//!
//! `md5` is base64url, without padding, of MD5(expiry + path + client address, where bound +
//! one space + secret), `expires` the expiry in Unix seconds. A link that "expires at 18:40" does
//! not open at 18:40.

use super::digest::Row;
use crate::{
    Anatomy, Boundary, Carrier, ClientIp, Digest, Encoding, Facts, Format, Function, Params, Part,
    Scope, SecretSpelling, Time, TimeEvent, TimeSpelling, TokenPart,
};

/// The scheme `gcore`.
pub(super) struct Gcore;

impl Row for Gcore {
    const FORMAT: &'static Format = &Format {
        token: &[TokenPart::Token],
        time: Time {
            event: TimeEvent::Expiry,
            spelling: TimeSpelling::Seconds,
        },
        digest: Digest {
            function: Function::Md5,
            encoding: Encoding::Base64Url,
        },
        secret: SecretSpelling::Text,
        message: &[
            Part::Time,
            Part::Path,
            Part::ClientIp,
            Part::Literal(" "),
            Part::Secret,
        ],
    };
    const FACTS: &'static Facts = &Facts {
        name: "gcore",
        title: "Gcore CDN Secure Token; EdgeCenter, Yandex Cloud CDN",
        vendor: "https://gcore.com/docs/cdn/cdn-resource-options/security/use-a-secure-token",
        extras: &[],
        carrier: Carrier::Query,
        params: Params::of("md5", Some("expires")),
        client_ip: ClientIp::Optional,
        scope: Scope::Exact,
        boundary: Boundary::Exclusive,
        expired_status: Some(410),
        anatomy: Anatomy::Digest(Self::FORMAT),
    };
}
