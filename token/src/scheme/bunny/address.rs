//! The client's address, as each form of the token hashes it.

use core::net::IpAddr;

use crate::client_ip::Address;

/// Whom a token may be bound to.
pub(super) struct Addresses<'a> {
    packed: Option<Packed>,
    text: Option<Address<'a>>,
}

/// The bytes of an address: four, or of IPv6 sixteen of which the latter half is zero, so that a whole /64 network
/// counts as one client.
pub(super) struct Packed {
    bytes: [u8; 16],
    length: usize,
}

impl<'a> Addresses<'a> {
    /// The client, who may have no address that anything could be bound to.
    pub(super) fn of(client: Option<&'a [u8]>) -> Self {
        Self {
            packed: client.and_then(Packed::of),
            text: client.and_then(Address::new),
        }
    }

    pub(super) fn packed(&self) -> Option<&[u8]> {
        self.packed.as_ref().map(Packed::bytes)
    }

    pub(super) fn text(&self) -> Option<&[u8]> {
        self.text.as_ref().map(Address::text)
    }
}

impl Packed {
    /// `None` for what is no address, such as that of a client on a Unix socket.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        let address: IpAddr = core::str::from_utf8(text).ok()?.parse().ok()?;
        let mut bytes = [0; 16];
        // Mapped ones are those of IPv4 clients. Masked, all of them would be one.
        let length = match address.to_canonical() {
            IpAddr::V4(address) => {
                *bytes.first_chunk_mut()? = address.octets();
                4
            }
            IpAddr::V6(address) => {
                let octets = address.octets();
                *bytes.first_chunk_mut::<8>()? = *octets.first_chunk()?;
                16
            }
        };
        Some(Self { bytes, length })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(text: &str) -> Option<std::vec::Vec<u8>> {
        Packed::of(text.as_bytes()).map(|packed| packed.bytes().to_vec())
    }

    #[test]
    fn an_ipv4_address_counts_whole_and_of_an_ipv6_one_its_network() {
        let network = [0x20, 1, 0x0d, 0xb8, 0, 7, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(packed("192.0.2.7"), Some([192, 0, 2, 7].into()));
        assert_eq!(packed("2001:db8:7:8:1:2:3:4"), Some(network.into()));
        assert_eq!(packed("2001:0DB8:7:8::"), Some(network.into()));
    }

    #[test]
    fn a_mapped_address_is_the_ipv4_one() {
        assert_eq!(packed("::ffff:192.0.2.7"), Some([192, 0, 2, 7].into()));
    }

    #[test]
    fn what_is_no_address_is_none() {
        for text in ["", "unix:", "192.0.2", "192.0.2.07", "[::1]", "::1%eth0"] {
            assert_eq!(packed(text), None, "{text}");
        }
    }
}
