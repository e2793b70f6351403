//! How secrets are written.

use data_encoding::{BASE64, BASE64URL_NOPAD, Encoding, HEXLOWER_PERMISSIVE};

use crate::{KeyError, Secret};

/// How a secret is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretSpelling {
    /// As it is.
    Text,
    /// In standard base64, with padding.
    Base64,
    /// In base64url, with padding or without.
    Base64Url,
    /// In hexadecimal digits.
    Hex,
}

/// Bytes of the longest key that is not written as it is: of 1368 characters of base64.
pub(crate) const LONGEST_KEY: usize = 1026;

impl SecretSpelling {
    /// The key that a secret is, decoded into `room` where that is needed.
    pub(crate) fn key<'k>(
        self,
        text: &'k [u8],
        room: &'k mut [u8; LONGEST_KEY],
    ) -> Result<&'k [u8], KeyError> {
        let key = match self {
            Self::Text => text,
            Self::Base64 => decoded(&BASE64, text, room, KeyError::NotBase64)?,
            Self::Base64Url => {
                let text = text.strip_suffix(b"=").unwrap_or(text);
                let text = text.strip_suffix(b"=").unwrap_or(text);
                decoded(&BASE64URL_NOPAD, text, room, KeyError::NotBase64Url)?
            }
            Self::Hex => decoded(&HEXLOWER_PERMISSIVE, text, room, KeyError::NotHex)?,
        };
        if key.is_empty() {
            return Err(KeyError::Empty);
        }
        Ok(key)
    }

    /// Bytes of the key that is written so.
    pub fn key_length(self, secret: Secret<'_>) -> usize {
        let text = secret.expose();
        match self {
            Self::Text => text.len(),
            Self::Base64 | Self::Base64Url => {
                let digits = text.iter().filter(|byte| **byte != b'=').count();
                digits.saturating_mul(3) / 4
            }
            Self::Hex => text.len() / 2,
        }
    }
}

fn decoded<'k>(
    encoding: &Encoding,
    text: &[u8],
    room: &'k mut [u8; LONGEST_KEY],
    error: KeyError,
) -> Result<&'k [u8], KeyError> {
    let length = encoding.decode_len(text.len()).map_err(|_| error)?;
    let room = room.get_mut(..length).ok_or(KeyError::TooLong)?;
    let length = encoding.decode_mut(text, room).map_err(|_| error)?;
    Ok(room.get(..length).unwrap_or_default())
}
