//! Azion Secure Token, and with the same parameters the former MaxCDN and StackPath.
//!
//! `st` is base64url, without padding, of MD5(secret + path + expiry), `e` the expiry in Unix
//! seconds. Nothing stands between the parts; the bounds of
//! [`unix_seconds`](crate::encoding::unix_seconds) keep the border between path and expiry where
//! the signer put it.
//!
//! Vendor: <https://github.com/aziontech/azion_secure_token>

use super::Part;
use super::digest::{Format, Row};
use crate::claims::Boundary;
use crate::{ClientIp, Params};

/// The scheme `azion`.
pub(super) struct Azion;

impl Row for Azion {
    const FORMAT: Format = Format {
        name: "azion",
        params: Params {
            token: Some(b"st"),
            expires: Some(b"e"),
        },
        message: &[Part::Secret, Part::Path, Part::Expires],
        boundary: Boundary::Inclusive,
        client_ip: ClientIp::Never,
        expired_status: Some(410),
    };
}
