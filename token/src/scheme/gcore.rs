//! Gcore CDN Secure Token; EdgeCenter's and Yandex Cloud CDN's are the same.
//!
//! `md5` is base64url, without padding, of MD5(expiry + path + client address, where bound +
//! one space + secret), `expires` the expiry in Unix seconds. A link that "expires at 18:40" does
//! not open at 18:40.

use super::digest::Row;
use crate::{Anatomy, Boundary, ClientIp, Facts, Params, Part, Scope};

/// The scheme `gcore`.
pub(super) struct Gcore;

impl Row for Gcore {
    const MESSAGE: &'static [Part] = &[
        Part::Expires,
        Part::Path,
        Part::ClientIp,
        Part::Literal(b" "),
        Part::Secret,
    ];
    const FACTS: &'static Facts = &Facts {
        name: "gcore",
        title: "Gcore CDN Secure Token; EdgeCenter, Yandex Cloud CDN",
        vendor: "https://gcore.com/docs/cdn/cdn-resource-options/security/use-a-secure-token",
        extras: &[],
        params: Params {
            token: Some(b"md5"),
            expires: Some(b"expires"),
        },
        client_ip: ClientIp::Optional,
        scope: Scope::Exact,
        boundary: Boundary::Exclusive,
        expired_status: Some(410),
        anatomy: Anatomy::Digest(Self::MESSAGE),
    };
}
