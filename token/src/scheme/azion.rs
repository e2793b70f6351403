//! Azion Secure Token, and with the same parameters the former MaxCDN and StackPath.
//!
//! `st` is base64url, without padding, of MD5(secret + path + expiry), `e` the expiry in Unix
//! seconds. Nothing stands between the parts; the bounds of
//! [`unix_seconds`](crate::encoding::unix_seconds) keep the border between path and expiry where
//! the signer put it.

use super::digest::Row;
use crate::{
    Anatomy, Boundary, Carrier, ClientIp, Digest, Encoding, Facts, Format, Function, Params, Part,
    Scope, SecretSpelling, Time, TimeEvent, TimeSpelling, TokenPart,
};

/// The scheme `azion`.
pub(super) struct Azion;

impl Row for Azion {
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
        message: &[Part::Secret, Part::Path, Part::Time],
    };
    const FACTS: &'static Facts = &Facts {
        name: "azion",
        title: "Azion Secure Token; formerly MaxCDN and StackPath",
        vendor: "https://github.com/aziontech/azion_secure_token",
        extras: &[],
        carrier: Carrier::Query,
        params: Params::of("st", Some("e")),
        client_ip: ClientIp::Never,
        scope: Scope::Exact,
        boundary: Boundary::Inclusive,
        expired_status: Some(410),
        anatomy: Anatomy::Digest(Self::FORMAT),
    };
}
