//! Ectokens, made of their description: SHA-256 of the secret, AES-256-GCM, nonce in front and tag behind.

#![allow(dead_code, reason = "each test file uses its part")]

use aes_gcm::aead::AeadInOut as _;
use aes_gcm::{Aes256Gcm, KeyInit as _};
use sha2::{Digest as _, Sha256};

use super::{Cli, SECRET, base64url};

pub(crate) const CLAIMS: &str = "ec_expire=1795514400&ec_url_allow=/films/";

/// Nonce, ciphertext and tag.
pub(crate) fn sealed(secret: impl AsRef<[u8]>, claims: &str) -> Vec<u8> {
    let nonce = *b"twelve bytes";
    let mut text = claims.as_bytes().to_vec();
    let cipher = Aes256Gcm::new(&Sha256::digest(secret.as_ref()));
    let tag = cipher
        .encrypt_inout_detached((&nonce).into(), b"", text.as_mut_slice().into())
        .unwrap();
    [&nonce[..], &text, &tag].concat()
}

pub(crate) fn link(claims: &str) -> String {
    format!(
        "https://h/films/my%20film?{}",
        base64url(sealed(SECRET, claims))
    )
}

#[track_caller]
pub(crate) fn is_named(args: &[&str], said: &str) {
    let (certain, guessed) = Cli::new().mistakes("ectoken", args);
    assert!(
        certain.iter().any(|mistake| mistake.contains(said)),
        "{certain:?} {guessed:?}"
    );
}
