//! Gcore CDN Secure Token; EdgeCenter's and Yandex Cloud CDN's are the same.
//!
//! `md5` is base64url, without padding, of MD5(expiry + path + client address, where bound +
//! one space + secret), `expires` the expiry in Unix seconds. A link that "expires at 18:40" does
//! not open at 18:40.
//!
//! Vendor: <https://gcore.com/docs/cdn/cdn-resource-options/security/use-a-secure-token>

use super::Part;
use super::digest::{Format, Row};
use crate::claims::Boundary;
use crate::{ClientIp, Params};

/// The scheme `gcore`.
pub(super) struct Gcore;

impl Row for Gcore {
    const FORMAT: Format = Format {
        name: "gcore",
        params: Params {
            token: Some(b"md5"),
            expires: Some(b"expires"),
        },
        message: &[
            Part::Expires,
            Part::Path,
            Part::ClientIp,
            Part::Literal(b" "),
            Part::Secret,
        ],
        boundary: Boundary::Exclusive,
        client_ip: ClientIp::Optional,
        expired_status: Some(410),
    };
}
