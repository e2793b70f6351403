//! Fastly's token validation, as its sample in VCL does it.
//!
//! `token` is the expiry in Unix seconds, an underscore, and the hexadecimal HMAC-SHA1 of path, query (without the
//! token) and expiry. The key is written in base64.

use super::digest::Row;
use crate::{
    Anatomy, Boundary, Carrier, ClientIp, Digest, Encoding, Facts, Format, Function, Params, Part,
    Scope, SecretSpelling, Time, TimeEvent, TimeSpelling, TokenPart,
};

/// The scheme `fastly`.
pub(super) struct Fastly;

impl Row for Fastly {
    const FORMAT: &'static Format = &Format {
        token: &[TokenPart::Time, TokenPart::Text("_"), TokenPart::Token],
        time: Time {
            event: TimeEvent::Expiry,
            spelling: TimeSpelling::Seconds,
        },
        digest: Digest {
            function: Function::HmacSha1,
            encoding: Encoding::Hex,
        },
        secret: SecretSpelling::Base64,
        message: &[Part::RawUri, Part::Time],
    };
    const FACTS: &'static Facts = &Facts {
        name: "fastly",
        title: "Fastly token validation, as in its VCL sample",
        vendor: "https://docs.fastly.com/en/guides/enabling-url-token-validation",
        extras: &[],
        carrier: Carrier::Query,
        params: Params::of("token", None),
        client_ip: ClientIp::Never,
        scope: Scope::Exact,
        boundary: Boundary::Inclusive,
        expired_status: Some(410),
        anatomy: Anatomy::Digest(Self::FORMAT),
    };
}
