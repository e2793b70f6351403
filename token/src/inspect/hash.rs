//! Digests, of the schemes and of those who take another in its place.

use alloc::vec::Vec;

use hmac::{Hmac, KeyInit as _};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use crate::{Digest, Hash};

/// How a message becomes a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashUse {
    /// The function.
    pub hash: Hash,
    /// As HMAC, with the secret as its key.
    pub is_keyed: bool,
}

impl HashUse {
    /// What a format has.
    pub const fn of(digest: Digest) -> Self {
        Self {
            hash: digest.hash,
            is_keyed: digest.is_keyed,
        }
    }

    /// The digest of these pieces, one behind the other.
    pub fn digest<'a>(self, secret: &[u8], pieces: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
        match (self.hash, self.is_keyed) {
            (Hash::Md5, false) => plain::<Md5>(pieces),
            (Hash::Sha1, false) => plain::<Sha1>(pieces),
            (Hash::Sha256, false) => plain::<Sha256>(pieces),
            (Hash::Sha384, false) => plain::<Sha384>(pieces),
            (Hash::Sha512, false) => plain::<Sha512>(pieces),
            (Hash::Md5, true) => keyed(Hmac::<Md5>::new_from_slice(secret).ok(), pieces),
            (Hash::Sha1, true) => keyed(Hmac::<Sha1>::new_from_slice(secret).ok(), pieces),
            (Hash::Sha256, true) => keyed(Hmac::<Sha256>::new_from_slice(secret).ok(), pieces),
            (Hash::Sha384, true) => keyed(Hmac::<Sha384>::new_from_slice(secret).ok(), pieces),
            (Hash::Sha512, true) => keyed(Hmac::<Sha512>::new_from_slice(secret).ok(), pieces),
        }
    }
}

fn plain<'a, H: md5::Digest>(pieces: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut hash = H::new();
    pieces.for_each(|piece| hash.update(piece));
    hash.finalize().to_vec()
}

/// `mac`: there is one for a key of any length.
fn keyed<'a, M: hmac::Mac>(mac: Option<M>, pieces: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let Some(mut mac) = mac else {
        return Vec::new();
    };
    pieces.for_each(|piece| mac.update(piece));
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use std::string::String;

    use super::*;

    const HMAC_MD5: HashUse = HashUse {
        hash: Hash::Md5,
        is_keyed: true,
    };

    fn hex(bytes: &[u8]) -> String {
        bytes
            .iter()
            .map(|byte| std::format!("{byte:02x}"))
            .collect()
    }

    #[test]
    fn a_keyed_digest_is_that_of_the_rfc() {
        // RFC 2202, test cases 2 and 6.
        let text = [b"what do ya want ".as_slice(), b"for nothing?"];
        assert_eq!(
            hex(&HMAC_MD5.digest(b"Jefe", text.into_iter())),
            "750c783e6ab0b503eaa86e310a5db738"
        );
        let text = [b"Test Using Larger Than Block-Size Key - Hash Key First".as_slice()];
        assert_eq!(
            hex(&HMAC_MD5.digest(&[0xaa; 80], text.into_iter())),
            "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"
        );
    }
}
