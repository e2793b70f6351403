//! The client's address in the one spelling that is hashed.

use core::fmt::Write as _;
use core::net::Ipv6Addr;

use crate::encoding;
use crate::text::Text;

/// An address as it is hashed: IPv6 in its canonical short form (RFC 5952), an IPv4-mapped one as
/// the IPv4 address it is, anything else as it was given.
pub(crate) enum Address<'a> {
    /// Nothing to change, or nothing to bind to.
    Given(&'a [u8]),
    /// Written anew.
    Canonical(Text),
}

impl<'a> Address<'a> {
    /// `None` for a text that cannot be the address of a client.
    pub(crate) fn new(given: &'a [u8]) -> Option<Self> {
        if given.is_empty() || !encoding::is_plain(given) {
            return None;
        }
        // Of an IPv6 address one of the first five bytes is a colon.
        if let Some(first) = given.first_chunk::<5>()
            && !first.contains(&b':')
        {
            return Some(Self::Given(given));
        }
        let Some(address) = core::str::from_utf8(given)
            .ok()
            .and_then(|text| text.parse::<Ipv6Addr>().ok())
        else {
            return Some(Self::Given(given));
        };
        let mut text = Text::new();
        match address.to_ipv4_mapped() {
            Some(mapped) => write!(text, "{mapped}"),
            None => write!(text, "{address}"),
        }
        .ok()?;
        Some(Self::Canonical(text))
    }

    pub(crate) fn text(&self) -> &[u8] {
        match self {
            Self::Given(text) => text,
            Self::Canonical(text) => text.as_bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_address_is_hashed_alike() {
        for (given, hashed) in [
            ("192.0.2.7", "192.0.2.7"),
            ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
            ("2001:db8::0:1", "2001:db8::1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("::FFFF:c000:0207", "192.0.2.7"),
            (
                "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            ),
            ("2001::", "2001::"),
            ("1:0:0:0:0:0:0:2", "1::2"),
            ("::", "::"),
            ("::0", "::"),
            ("1::", "1::"),
            ("192.0.2.7:80", "192.0.2.7:80"),
            ("1.2", "1.2"),
            ("unix:", "unix:"),
        ] {
            let address = Address::new(given.as_bytes()).unwrap();
            assert_eq!(address.text(), hashed.as_bytes(), "{given}");
        }
    }

    #[test]
    fn an_empty_or_binary_address_is_none() {
        assert!(Address::new(b"").is_none());
        assert!(Address::new(b"\x01\x02\x03\x04").is_none());
    }
}
