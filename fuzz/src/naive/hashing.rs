//! Digests, and how they are written.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// The digest of that name, keyed for `hmac-…`.
pub fn digest(name: &str, key: &[u8], message: &[u8]) -> Vec<u8> {
    fn plain<D: sha2::Digest>(message: &[u8]) -> Vec<u8> {
        D::digest(message).to_vec()
    }
    macro_rules! keyed {
        ($hash:ty) => {{
            let mut mac = Hmac::<$hash>::new_from_slice(key).expect("a key of any length");
            mac.update(message);
            mac.finalize().into_bytes().to_vec()
        }};
    }
    match name {
        "md5" => plain::<Md5>(message),
        "sha1" => plain::<Sha1>(message),
        "sha256" => plain::<Sha256>(message),
        "sha384" => plain::<Sha384>(message),
        "sha512" => plain::<Sha512>(message),
        "hmac-md5" => keyed!(Md5),
        "hmac-sha1" => keyed!(Sha1),
        "hmac-sha256" => keyed!(Sha256),
        "hmac-sha384" => keyed!(Sha384),
        "hmac-sha512" => keyed!(Sha512),
        name => panic!("there is no digest {name}"),
    }
}

/// SHA-256, for keys.
pub fn sha256(text: &[u8]) -> Vec<u8> {
    Sha256::digest(text).to_vec()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// All the ways in which a digest may be written, the signer's own first.
pub fn spellings(encoding: &str, digest: &[u8]) -> Vec<String> {
    match encoding {
        "hex" => vec![hex(digest)],
        "base64url" => vec![URL_SAFE_NO_PAD.encode(digest), URL_SAFE.encode(digest)],
        "base64" => vec![
            STANDARD.encode(digest),
            STANDARD_NO_PAD.encode(digest),
            URL_SAFE_NO_PAD.encode(digest),
            URL_SAFE.encode(digest),
        ],
        encoding => panic!("nothing is written in {encoding}"),
    }
}

/// The key that a secret is. `None` where it is not written so.
pub fn key(spelling: &str, secret: &[u8]) -> Option<Vec<u8>> {
    let key = match spelling {
        "text" => secret.to_vec(),
        "base64" => STANDARD.decode(secret).ok()?,
        "base64url" => {
            let secret = secret.strip_suffix(b"=").unwrap_or(secret);
            let secret = secret.strip_suffix(b"=").unwrap_or(secret);
            URL_SAFE_NO_PAD.decode(secret).ok()?
        }
        "hex" => {
            let digits: String = secret.iter().map(|&byte| char::from(byte)).collect();
            if !digits.bytes().all(|byte| byte.is_ascii_hexdigit())
                || !digits.len().is_multiple_of(2)
            {
                return None;
            }
            let pairs = (0..digits.len()).step_by(2);
            pairs
                .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok())
                .collect::<Option<_>>()?
        }
        spelling => panic!("no secret is written in {spelling}"),
    };
    (!key.is_empty()).then_some(key)
}
