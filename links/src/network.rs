//! The network that a client is counted by.

use core::net::IpAddr;

/// The network that a client is counted by: its address without the bits behind the prefix, an IPv4 address as the IPv6
/// address that is mapped to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(pub(crate) u128);

/// How many bits of an address tell one client from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefixes {
    /// Of an IPv4 address, 1 to 32.
    pub ipv4: u8,
    /// Of an IPv6 address, 1 to 128.
    pub ipv6: u8,
}

impl Prefixes {
    /// One IPv4 address, and what a provider gives to one household of IPv6.
    pub const USUAL: Self = Self { ipv4: 32, ipv6: 64 };

    /// The network of an address.
    #[inline]
    pub fn network(self, address: IpAddr) -> Network {
        let (address, bits) = match address.to_canonical() {
            IpAddr::V4(address) => (
                address.to_ipv6_mapped(),
                u32::from(self.ipv4).saturating_add(96),
            ),
            IpAddr::V6(address) => (address, u32::from(self.ipv6)),
        };
        let behind = u128::BITS.saturating_sub(bits);
        Network(address.to_bits() & u128::MAX.checked_shl(behind).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(prefixes: Prefixes, address: &str) -> Network {
        prefixes.network(address.parse().unwrap())
    }

    #[test]
    fn a_household_is_one_client_and_its_neighbour_another() {
        let usual = |address| network(Prefixes::USUAL, address);
        assert_eq!(usual("192.0.2.7"), usual("::ffff:192.0.2.7"));
        assert_ne!(usual("192.0.2.7"), usual("192.0.2.6"));
        assert_eq!(usual("2001:db8:0:1::1"), usual("2001:db8:0:1:ffff::"));
        assert_ne!(usual("2001:db8:0:1::1"), usual("2001:db8:0:2::1"));
        assert_ne!(usual("192.0.2.7"), usual("::192.0.2.7"));
    }

    #[test]
    fn the_prefix_says_how_much_of_an_address_counts() {
        let wide = Prefixes { ipv4: 24, ipv6: 48 };
        assert_eq!(network(wide, "192.0.2.7"), network(wide, "192.0.2.200"));
        assert_ne!(network(wide, "192.0.2.7"), network(wide, "192.0.3.7"));
        assert_eq!(
            network(wide, "2001:db8:1:2::"),
            network(wide, "2001:db8:1:f::")
        );
        assert_ne!(
            network(wide, "2001:db8:1:2::"),
            network(wide, "2001:db8:2:2::")
        );
        let whole = Prefixes { ipv4: 1, ipv6: 128 };
        assert_eq!(network(whole, "1.2.3.4"), network(whole, "127.0.0.1"));
        assert_ne!(network(whole, "1.2.3.4"), network(whole, "128.0.0.1"));
        assert_ne!(network(whole, "2001:db8::1"), network(whole, "2001:db8::2"));
    }
}
