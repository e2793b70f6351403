//! ectoken: what opens, what does not, and what is signed.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that panics is a test that fails"
)]

use aes_gcm::aead::AeadInOut as _;
use aes_gcm::{Aes256Gcm, KeyInit as _};
use base64::display::Base64Display;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use blowfish::Blowfish;
use blowfish::cipher::InnerIvInit as _;
use sha2::{Digest as _, Sha256};
use token::{Reason, RequestParts, Rules, Scheme, Source, scheme};

mod claims;
mod keys;
mod legacy;
mod sign;
mod spelling;

const NOW: u64 = 1_800_000_000;
const SECRET: &[u8] = b"testkey123";

fn ectoken() -> Scheme {
    scheme::by_name(b"ectoken").unwrap()
}

fn legacy() -> Scheme {
    let ectoken = ectoken();
    let word = ectoken.facts().extras[0].word.as_bytes();
    ectoken.with_word(word).unwrap()
}

/// A request that fits everything below unless it says otherwise.
fn request() -> RequestParts<'static> {
    RequestParts {
        path: b"/pictures/City/x.png",
        client_ip: Some(b"192.0.2.7"),
        country: Some(b"FR"),
        referrer: b"https://www.Example.com:8443/Films/1?q=/#x",
        host: b"cdn.example.com",
        protocol: b"https",
        secrets: &[SECRET],
        ..RequestParts::default()
    }
}

/// A version 3 token with that plaintext, whatever it is.
fn sealed(plaintext: &[u8]) -> String {
    let cipher = Aes256Gcm::new(&Sha256::digest(SECRET));
    let nonce = [7; 12];
    let mut bytes = plaintext.to_vec();
    let tag = cipher
        .encrypt_inout_detached((&nonce).into(), b"", bytes.as_mut_slice().into())
        .unwrap();
    let token = [&nonce, bytes.as_slice(), &tag].concat();
    Base64Display::new(&token, &URL_SAFE_NO_PAD).to_string()
}

fn reason_of(token: &str, request: &RequestParts<'_>, rules: &Rules) -> Option<Reason> {
    let sources = &[Source::query(token.as_bytes())];
    let request = RequestParts {
        sources,
        ..*request
    };
    ectoken().verify(&request, rules, NOW).unwrap().reason()
}

/// The verdict about a request whose token has these claims.
fn verdict(claims: &str, request: &RequestParts<'_>) -> Option<Reason> {
    reason_of(&sealed(claims.as_bytes()), request, &Rules::of(&ectoken()))
}

/// A version 2 token with that plaintext, whatever it is.
fn version_2(plaintext: &[u8], secret: &[u8]) -> String {
    let mut blowfish = <Blowfish>::bc_init_state();
    blowfish.bc_expand_key(secret);
    let mut bytes = plaintext.to_vec();
    cfb_mode::Encryptor::inner_iv_init(&blowfish, &[0; 8].into()).encrypt(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn version_2_verdict(plaintext: &str) -> Option<Reason> {
    let token = version_2(plaintext.as_bytes(), SECRET);
    let sources = &[Source::query(token.as_bytes())];
    let request = RequestParts {
        sources,
        ..request()
    };
    legacy()
        .verify(&request, &Rules::of(&legacy()), NOW)
        .unwrap()
        .reason()
}
