//! The ciphers of tokens whose claims are encrypted.

use aes_gcm::aead::AeadInOut as _;
use aes_gcm::{Aes256Gcm, KeyInit as _};
use blowfish::Blowfish;
use blowfish::cipher::InnerIvInit as _;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroize as _;

use crate::hmac::Hmac;
use crate::{Hash, Secret};

/// Bytes of a nonce.
pub(crate) const NONCE_LENGTH: usize = 12;
/// Bytes of an authentication tag.
pub(crate) const TAG_LENGTH: usize = 16;

/// AES-256-GCM, its key the SHA-256 of the secret.
pub(crate) struct Gcm(Aes256Gcm);

impl Gcm {
    pub(crate) fn new(secret: Secret<'_>) -> Self {
        let mut key = Sha256::digest(secret.expose());
        let cipher = Self(Aes256Gcm::new(&key));
        key.zeroize();
        cipher
    }

    /// Decrypts nonce, ciphertext and tag in place; afterwards the plaintext stands where the
    /// ciphertext was. `false` where the tag does not fit: then nothing is changed.
    pub(crate) fn open(&self, sealed: &mut [u8]) -> bool {
        let Some((nonce, rest)) = sealed.split_first_chunk_mut::<NONCE_LENGTH>() else {
            return false;
        };
        let Some((text, tag)) = rest.split_last_chunk_mut::<TAG_LENGTH>() else {
            return false;
        };
        self.0
            .decrypt_inout_detached((&*nonce).into(), b"", text.into(), (&*tag).into())
            .is_ok()
    }

    /// Encrypts in place what stands between the room for nonce and tag, and fills in both. `None`
    /// where there is no such room.
    ///
    /// `nonce` must be another for every plaintext of a secret.
    pub(crate) fn seal(&self, nonce: [u8; NONCE_LENGTH], room: &mut [u8]) -> Option<()> {
        let (nonce_room, rest) = room.split_first_chunk_mut::<NONCE_LENGTH>()?;
        let (text, tag_room) = rest.split_last_chunk_mut::<TAG_LENGTH>()?;
        *nonce_room = nonce;
        let tag = self
            .0
            .encrypt_inout_detached((&*nonce_room).into(), b"", text.into())
            .ok()?;
        *tag_room = tag.into();
        Some(())
    }
}

/// Nonces that are made of plaintexts, so that one plaintext is encrypted to the same bytes each time: HMAC-SHA256 under
/// a key of their own. To who has not the secret they are as good as random ones, and two plaintexts have the same one as
/// seldom as two random ones are the same.
pub(crate) struct Nonces(Hmac);

impl Nonces {
    pub(crate) fn new(secret: Secret<'_>) -> Option<Self> {
        let mut derived = Hmac::new(Hash::Sha256, secret.expose())?;
        derived.update(b"nginx-secure-token ectoken nonce");
        let mut key = derived.finish().first::<32>()?;
        let hmac = Hmac::new(Hash::Sha256, &key);
        key.zeroize();
        hmac.map(Self)
    }

    pub(crate) fn of(&self, text: &[u8]) -> Option<[u8; NONCE_LENGTH]> {
        let mut hmac = self.0.clone();
        hmac.update(text);
        hmac.finish().first()
    }
}

/// Blowfish in 64-bit CFB mode, its key the secret itself and its first vector zero. It encrypts and
/// does not authenticate.
pub(crate) struct Cfb(Blowfish);

impl Cfb {
    /// `secret` is not empty. As in OpenSSL, bytes behind the 72nd do not count.
    pub(crate) fn new(secret: Secret<'_>) -> Self {
        let mut blowfish = Blowfish::bc_init_state();
        blowfish.bc_expand_key(secret.expose());
        Self(blowfish)
    }

    pub(crate) fn decrypt(&self, bytes: &mut [u8]) {
        cfb_mode::Decryptor::inner_iv_init(&self.0, &[0; 8].into()).decrypt(bytes);
    }
}
