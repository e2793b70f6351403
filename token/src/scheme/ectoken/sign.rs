//! Signing: version 3 only, for nobody should make version 2 tokens any more.

use core::fmt::Write as _;

use base64::display::Base64Display;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::claims::{ClaimList, Form};
use super::{LONGEST, NONCE_LENGTH, Sealed, TAG_LENGTH, decoded};
use crate::cipher::{Gcm, Nonces};
use crate::key::Prepared;
use crate::opened::secret_of;
use crate::request::lone_token;
use crate::scheme::{FieldSink, Random};
use crate::text::{Text, split};
use crate::{Child, Key, Link, Request, Rules, Secret, SignError, SignedFields, encoding};

pub(super) fn sign(
    link: &Link<'_>,
    secret: Secret<'_>,
    random: Random<'_>,
    sink: FieldSink<'_>,
) -> Result<(), SignError> {
    let mut claims = Claims::new();
    claims.state(link)?;
    claims.check()?;
    let mut nonce = [0; NONCE_LENGTH];
    random(&mut nonce).map_err(|_| SignError::Random)?;
    claims.seal(nonce, secret, sink)
}

/// Signs with the claims of an opened token, but for the paths that it is for. Nobody authenticates a version 2 token,
/// and none is made after it: what somebody made of such a one would open as long as it says.
pub(super) fn sign_child(
    parent: &impl Request,
    child: &Child<'_>,
    rules: &Rules,
    sink: FieldSink<'_>,
) -> Result<(), SignError> {
    let secret = secret_of(parent)?;
    let (token, _) = lone_token(parent, &rules.params)?.map_err(|_| SignError::Token)?;
    let mut buffer = [0; decoded(LONGEST)];
    let mut sealed = Sealed::decode(token, false, &mut buffer).ok_or(SignError::Token)?;
    if !sealed.open(secret) {
        return Err(SignError::Token);
    }
    let mut claims = Claims::new();
    for pair in split(sealed.text(), b'&') {
        let name = split(pair, b'=').next().unwrap_or_default();
        if !pair.is_empty() && name != URL_ALLOW {
            claims.add_pair(&[pair])?;
        }
    }
    claims.add_path(child.path)?;
    claims.check()?;
    let nonce = match secret.key() {
        Some(Key(Prepared::Sealed {
            nonces: Some(nonces),
            ..
        })) => nonces.of(claims.text()),
        _ => Nonces::new(secret).and_then(|nonces| nonces.of(claims.text())),
    };
    claims.seal(nonce.ok_or(SignError::Secret)?, secret, sink)
}

const URL_ALLOW: &[u8] = b"ec_url_allow";

/// The claims, with room for the nonce in front of them.
struct Claims {
    bytes: [u8; decoded(LONGEST)],
    end: usize,
}

impl Claims {
    fn new() -> Self {
        Self {
            bytes: [0; decoded(LONGEST)],
            end: NONCE_LENGTH,
        }
    }

    /// Encrypts them, and hands the token to `sink`.
    fn seal(
        mut self,
        nonce: [u8; NONCE_LENGTH],
        secret: Secret<'_>,
        sink: FieldSink<'_>,
    ) -> Result<(), SignError> {
        let end = self.end.saturating_add(TAG_LENGTH);
        let token = self.bytes.get_mut(..end).ok_or(SignError::Length)?;
        let sealed = match secret.key() {
            Some(Key(Prepared::Sealed { gcm, .. })) => gcm.seal(nonce, token),
            _ => Gcm::new(secret).seal(nonce, token),
        };
        sealed.ok_or(SignError::Length)?;
        let token = Base64Display::new(token, &URL_SAFE_NO_PAD);
        sink(&SignedFields {
            fields: &[],
            at: 0,
            in_path: None,
            token: &token,
            time: None,
            more: None,
        })?;
        Ok(())
    }

    fn state(&mut self, link: &Link<'_>) -> Result<(), SignError> {
        if let Some(expires) = link.expires {
            let mut digits = Text::new();
            write!(digits, "{expires}")?;
            encoding::unix_seconds(digits.as_bytes()).ok_or(SignError::Expires)?;
            self.add(b"ec_expire", digits.as_bytes(), SignError::Expires)?;
        }
        // The paths that it is for are its own unless it names others.
        if !link.claims.iter().any(|claim| claim.name == URL_ALLOW) {
            self.add_path(link.path)?;
        }
        if let Some(address) = link.client_ip {
            super::lists::client_ip(address, b"").ok_or(SignError::ClientIp)?;
            self.add(b"ec_clientip", address, SignError::ClientIp)?;
        }
        for claim in link.claims {
            if claim.name.is_empty() || claim.name.contains(&b'&') || claim.name.contains(&b'=') {
                return Err(SignError::Claim);
            }
            self.add(claim.name, claim.value, SignError::Claim)?;
        }
        Ok(())
    }

    /// `error`: what to say of a value that would end in its middle.
    fn add(&mut self, name: &[u8], value: &[u8], error: SignError) -> Result<(), SignError> {
        if value.contains(&b'&') {
            return Err(error);
        }
        self.add_pair(&[name, b"=", value])
    }

    /// That it is for this path.
    fn add_path(&mut self, path: &[u8]) -> Result<(), SignError> {
        let is_one_entry = path.first() == Some(&b'/')
            && encoding::is_plain(path)
            && !path.contains(&b',')
            && path.trim_ascii() == path;
        if !is_one_entry {
            return Err(SignError::Path);
        }
        self.add(URL_ALLOW, path, SignError::Path)
    }

    fn add_pair(&mut self, pieces: &[&[u8]]) -> Result<(), SignError> {
        let between: &[u8] = if self.end == NONCE_LENGTH { b"" } else { b"&" };
        for piece in core::iter::once(&between).chain(pieces) {
            let end = self.end.saturating_add(piece.len());
            let room = self.bytes.get_mut(self.end..end);
            room.ok_or(SignError::Length)?.copy_from_slice(piece);
            self.end = end;
        }
        Ok(())
    }

    fn text(&self) -> &[u8] {
        self.bytes.get(NONCE_LENGTH..self.end).unwrap_or_default()
    }

    /// Reads the claims as a server does. Whether they hold is another matter.
    fn check(&self) -> Result<(), SignError> {
        let stated =
            ClaimList::parse(self.text(), Form::Authentic).map_err(|_| SignError::Claim)?;
        if stated.is_of_form() {
            Ok(())
        } else {
            Err(SignError::Claim)
        }
    }
}
