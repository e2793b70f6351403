//! Leaseweb CDN's secure links.
//!
//! `st` is base64url, without padding, of MD5(secret + client address + path + expiry), `e` the expiry in Unix
//! seconds. The address is in the text unless the operator leaves it out.

use super::digest::Row;
use crate::{
    Anatomy, Boundary, Carrier, ClientIp, Digest, Encoding, Facts, Format, Function, Params, Part,
    Scope, SecretSpelling, Time, TimeEvent, TimeSpelling, TokenPart,
};

/// The scheme `leaseweb`.
pub(super) struct Leaseweb;

impl Row for Leaseweb {
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
        message: &[Part::Secret, Part::ClientIp, Part::Path, Part::Time],
    };
    const FACTS: &'static Facts = &Facts {
        name: "leaseweb",
        title: "Leaseweb CDN secure links",
        vendor: "https://kb.leaseweb.com/display/KB/Pull+Zones%3A+CDN",
        extras: &[],
        carrier: Carrier::Query,
        params: Params::of("st", Some("e")),
        client_ip: ClientIp::Always,
        scope: Scope::Exact,
        boundary: Boundary::Inclusive,
        expired_status: Some(410),
        anatomy: Anatomy::Digest(Self::FORMAT),
    };
}
