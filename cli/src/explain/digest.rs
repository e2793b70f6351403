//! The text that a token is the MD5 of, and the MD5 of any text that might have been meant.

use md5::{Digest as _, Md5};
use token::{Failure, Link, Part, Secret};

use super::found::Found;
use crate::request::Asked;
use crate::text::show;

pub(super) type Digest = [u8; 16];

/// The values of the parts.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    pub(super) secret: &'a [u8],
    pub(super) path: &'a [u8],
    pub(super) expires: &'a [u8],
    pub(super) client_ip: &'a [u8],
}

impl<'a> Fields<'a> {
    fn of(self, part: &Part) -> &'a [u8] {
        match part {
            Part::Secret => self.secret,
            Part::Path => self.path,
            Part::Expires => self.expires,
            Part::ClientIp => self.client_ip,
            Part::Literal(bytes) => bytes,
        }
    }
}

/// How parts become a digest.
#[derive(Clone)]
pub(super) enum Message {
    /// MD5 of the parts, one behind the other.
    Plain(Vec<Part>),
    /// HMAC-MD5 of the parts, with the secret as its key.
    Keyed(Vec<Part>),
}

impl Message {
    pub(super) fn digest(&self, fields: Fields<'_>) -> Digest {
        match self {
            Self::Plain(parts) => md5(b"", parts.iter().map(|part| fields.of(part))),
            Self::Keyed(parts) => hmac(fields.secret, parts.iter().map(|part| fields.of(part))),
        }
    }
}

fn md5<'a>(first: &[u8], rest: impl Iterator<Item = &'a [u8]>) -> Digest {
    let mut md5 = Md5::new();
    md5.update(first);
    for piece in rest {
        md5.update(piece);
    }
    md5.finalize().into()
}

/// RFC 2104.
fn hmac<'a>(key: &[u8], pieces: impl Iterator<Item = &'a [u8]>) -> Digest {
    let hashed = md5(key, std::iter::empty());
    let key = if key.len() > 64 { &hashed } else { key };
    let pad = |byte: u8| {
        let mut block = [byte; 64];
        for (slot, key) in block.iter_mut().zip(key) {
            *slot ^= key;
        }
        block
    };
    let inner = md5(&pad(0x36), pieces);
    md5(&pad(0x5c), [inner.as_slice()].into_iter())
}

/// What the module hashes, the secret as dots.
pub(super) fn hashed(asked: &Asked<'_>, found: &Found) -> String {
    let path = path(asked);
    let fields = Fields {
        secret: b"",
        path: &path,
        expires: found.expires.as_deref().unwrap_or_default(),
        client_ip: &client_ip(asked.client_ip.unwrap_or_default()),
    };
    let said = |part: &Part| match part {
        Part::Secret => "\u{2022}\u{2022}\u{2022}".to_owned(),
        part => show(fields.of(part)),
    };
    asked.scheme.facts().message().iter().map(said).collect()
}

/// The path as it is hashed.
pub(super) fn path(asked: &Asked<'_>) -> Vec<u8> {
    if asked.rules.ignore_case {
        asked.path.to_ascii_lowercase()
    } else {
        asked.path.clone()
    }
}

/// An address in the spelling that is hashed.
pub(super) fn client_ip(given: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(given).unwrap_or_default();
    match text.parse::<std::net::Ipv6Addr>() {
        Ok(address) => match address.to_ipv4_mapped() {
            Some(mapped) => mapped.to_string().into_bytes(),
            None => address.to_string().into_bytes(),
        },
        Err(_) => given.to_vec(),
    }
}

/// The token that each secret makes of this path and expiry, by the scheme itself. `None` for a link that
/// cannot be signed at all.
pub(super) fn computed(asked: &Asked<'_>, found: &Found) -> Vec<Option<String>> {
    let one = |secret: &&[u8]| {
        let link = Link {
            path: &asked.path,
            expires: found.seconds(),
            client_ip: asked.client_ip,
            claims: &[],
        };
        let mut query = String::new();
        let none = &mut |_: &mut [u8]| Err(Failure);
        let scheme = asked.scheme;
        scheme
            .sign(&link, &asked.rules, Secret::new(secret), none, &mut query)
            .ok()?;
        let token = asked.rules.params.find(query.as_bytes())?.token;
        Some(show(token))
    };
    asked.secrets.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyed_digest_is_that_of_the_rfc() {
        // RFC 2202, test cases 2 and 6.
        let fields = |secret| Fields {
            secret,
            path: b"what do ya want for nothing?",
            expires: b"",
            client_ip: b"",
        };
        let keyed = Message::Keyed(vec![Part::Path]);
        let hex = |digest: Digest| data_encoding::HEXLOWER.encode(&digest);
        assert_eq!(
            hex(keyed.digest(fields(b"Jefe"))),
            "750c783e6ab0b503eaa86e310a5db738"
        );
        let long = Fields {
            path: b"Test Using Larger Than Block-Size Key - Hash Key First",
            ..fields(&[0xaa; 80])
        };
        assert_eq!(hex(keyed.digest(long)), "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd");
    }
}
