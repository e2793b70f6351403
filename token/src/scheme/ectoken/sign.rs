//! Signing: version 3 only, for nobody should make version 2 tokens any more.

use core::fmt::Write as _;

use base64::display::Base64Display;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::claims::{ClaimList, Form};
use super::{LONGEST, NONCE_LENGTH, TAG_LENGTH, decoded};
use crate::cipher::Gcm;
use crate::scheme::{FieldSink, Random};
use crate::text::Text;
use crate::{Link, Secret, SignError, SignedFields, encoding};

pub(super) fn sign(
    link: &Link<'_>,
    secret: Secret<'_>,
    random: Random<'_>,
    sink: FieldSink<'_>,
) -> Result<(), SignError> {
    let mut claims = Claims {
        bytes: [0; decoded(LONGEST)],
        end: NONCE_LENGTH,
    };
    claims.state(link)?;
    claims.check()?;

    let end = claims.end.saturating_add(TAG_LENGTH);
    let token = claims.bytes.get_mut(..end).ok_or(SignError::Length)?;
    let mut nonce = [0; NONCE_LENGTH];
    random(&mut nonce).map_err(|_| SignError::Random)?;
    Gcm::new(secret)
        .seal(nonce, token)
        .ok_or(SignError::Length)?;
    let token = Base64Display::new(token, &URL_SAFE_NO_PAD);
    sink(&SignedFields {
        fields: &[],
        at: 0,
        token: &token,
        time: None,
        more: None,
    })?;
    Ok(())
}

/// The claims, with room for the nonce in front of them.
struct Claims {
    bytes: [u8; decoded(LONGEST)],
    end: usize,
}

impl Claims {
    fn state(&mut self, link: &Link<'_>) -> Result<(), SignError> {
        if let Some(expires) = link.expires {
            let mut digits = Text::new();
            write!(digits, "{expires}")?;
            encoding::unix_seconds(digits.as_bytes()).ok_or(SignError::Expires)?;
            self.add(b"ec_expire", digits.as_bytes(), SignError::Expires)?;
        }
        // The paths that it is for are its own unless it names others.
        if !link
            .claims
            .iter()
            .any(|claim| claim.name == b"ec_url_allow")
        {
            let is_one_entry = link.path.first() == Some(&b'/')
                && encoding::is_plain(link.path)
                && !link.path.contains(&b',')
                && link.path.trim_ascii() == link.path;
            if !is_one_entry {
                return Err(SignError::Path);
            }
            self.add(b"ec_url_allow", link.path, SignError::Path)?;
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
        let between: &[u8] = if self.end == NONCE_LENGTH { b"" } else { b"&" };
        for piece in [between, name, b"=", value] {
            let end = self.end.saturating_add(piece.len());
            let room = self.bytes.get_mut(self.end..end);
            room.ok_or(SignError::Length)?.copy_from_slice(piece);
            self.end = end;
        }
        Ok(())
    }

    /// Reads the claims as a server does. Whether they hold is another matter.
    fn check(&self) -> Result<(), SignError> {
        let text = self.bytes.get(NONCE_LENGTH..self.end).unwrap_or_default();
        let stated = ClaimList::parse(text, Form::Authentic).map_err(|_| SignError::Claim)?;
        if stated.is_of_form() {
            Ok(())
        } else {
            Err(SignError::Claim)
        }
    }
}
