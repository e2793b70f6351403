//! The words that formats are written with.

use core::fmt;

use super::{Digest, Encoding, Field, FieldKind, Hash, Time, TimeEvent, TimeSpelling};

impl TimeEvent {
    /// The field's name in a link.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Expiry => "expires",
            Self::Issue => "time",
        }
    }
}

/// What stands behind the name of a time.
impl fmt::Display for TimeSpelling {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seconds => Ok(()),
            Self::Hex => out.write_str(":hex"),
            Self::Minutes { east } => write!(out, ":yyyymmddhhmm{east:+}"),
            Self::Iso => out.write_str(":iso"),
        }
    }
}

/// The field in a link, without braces: `expires`, `time:yyyymmddhhmm+8`, `expires?`.
impl fmt::Display for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", self.event.name(), self.spelling)?;
        out.write_str(if self.is_optional { "?" } else { "" })
    }
}

/// The field in a link, without braces: `uid`, `start:hex`, `speed?`.
impl fmt::Display for Field {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.name)?;
        if let FieldKind::Start(spelling) = self.kind {
            spelling.fmt(out)?;
        }
        out.write_str(if self.is_optional { "?" } else { "" })
    }
}

impl Hash {
    /// All there are.
    pub const ALL: [Self; 5] = [
        Self::Md5,
        Self::Sha1,
        Self::Sha256,
        Self::Sha384,
        Self::Sha512,
    ];
}

impl fmt::Display for Hash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        })
    }
}

impl Encoding {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Hex, Self::Base64, Self::Base64Url];
}

impl fmt::Display for Encoding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Base64Url => "base64url",
            Self::Base64 => "base64",
            Self::Hex => "hex",
        })
    }
}

/// `md5:base64url`, `hmac-sha1:hex`.
impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hmac = if self.is_keyed { "hmac-" } else { "" };
        write!(out, "{hmac}{}:{}", self.hash, self.encoding)
    }
}
