//! Whether one token opens a link, as the server decides it.

use std::string::{String, ToString as _};
use std::vec::Vec;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Digest as _;

use super::hashed::decoded;
use crate::format::lint::ExampleLink;
use crate::{Carrier, Encoding, Hash, RequestParts, Rules, Scheme, Source};

const SECRET: &str = "secret";

/// The token of a message.
fn token(scheme: &Scheme, message: &str) -> String {
    let digest = scheme.facts().format().unwrap().digest;
    let message = message.replace("{secret}", SECRET);
    let bytes = match (digest.hash, digest.is_keyed) {
        (Hash::Md5, false) => md5::Md5::digest(message).to_vec(),
        (Hash::Sha1, false) => sha1::Sha1::digest(message).to_vec(),
        (Hash::Sha1, true) => {
            let mut hmac = Hmac::<sha1::Sha1>::new_from_slice(SECRET.as_bytes()).unwrap();
            hmac.update(message.as_bytes());
            hmac.finalize().into_bytes().to_vec()
        }
        _ => panic!("{digest}"),
    };
    match digest.encoding {
        Encoding::Hex => HEXLOWER.encode_display(&bytes).to_string(),
        Encoding::Base64Url | Encoding::Base64 => {
            BASE64URL_NOPAD.encode_display(&bytes).to_string()
        }
    }
}

/// Whether the token of a message is that of a link.
pub(super) fn opens(scheme: &Scheme, message: &str, example: &ExampleLink) -> bool {
    let link = example.link.replace("TOKEN", &token(scheme, message));
    let (path, query) = link.split_once('?').unwrap_or((&link, ""));
    let path = decoded(path);
    let variables: Vec<&[u8]> = example
        .variables
        .iter()
        .map(|(_, value)| value.as_bytes())
        .collect();
    let sources = [Source::query(query.as_bytes())];
    let is_in_query = scheme.facts().carrier != Carrier::Path;
    let request = RequestParts {
        path: path.as_bytes(),
        target: link.as_bytes(),
        sources: if is_in_query { &sources } else { &[] },
        secrets: &[SECRET.as_bytes()],
        client_ip: example.client_ip.as_ref().map(String::as_bytes),
        variables: &variables,
        ..RequestParts::default()
    };
    // Some times are over by then, and others to come: what counts is whose token it is.
    let verdict = scheme.verify(&request, &Rules::of(scheme), 2_222_222_222);
    verdict.unwrap().token().is_some()
}
