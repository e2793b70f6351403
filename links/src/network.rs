//! The network that a client is counted by.

use core::net::IpAddr;

/// The network that a client is counted by: its address without the bits behind the prefix, an IPv4 address as the IPv6
/// address that is mapped to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(pub(crate) u128);

/// How many bits of an address tell one client from another, as the bits that do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefixes {
    ipv4: u128,
    ipv6: u128,
}

impl Prefixes {
    /// Bits of an IPv4 address where nobody says otherwise: the whole.
    pub const USUAL_IPV4: u8 = 32;
    /// Bits of an IPv6 address where nobody says otherwise: what a provider gives to one household.
    pub const USUAL_IPV6: u8 = 64;

    /// Of so many bits, 1 to 32 and 1 to 128.
    pub fn new(ipv4: u8, ipv6: u8) -> Self {
        let first = |bits: u32| {
            let behind = u128::BITS.saturating_sub(bits);
            u128::MAX.checked_shl(behind).unwrap_or_default()
        };
        Self {
            ipv4: first(u32::from(ipv4).saturating_add(96)),
            ipv6: first(ipv6.into()),
        }
    }

    /// The network of an address.
    #[inline]
    pub fn network(self, address: IpAddr) -> Network {
        Network(match address {
            IpAddr::V4(address) => address.to_ipv6_mapped().to_bits() & self.ipv4,
            IpAddr::V6(address) if address.to_ipv4_mapped().is_some() => {
                address.to_bits() & self.ipv4
            }
            IpAddr::V6(address) => address.to_bits() & self.ipv6,
        })
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
        let usual = |address| network(Prefixes::new(32, 64), address);
        assert_eq!(usual("192.0.2.7"), usual("::ffff:192.0.2.7"));
        assert_ne!(usual("192.0.2.7"), usual("192.0.2.6"));
        assert_eq!(usual("2001:db8:0:1::1"), usual("2001:db8:0:1:ffff::"));
        assert_ne!(usual("2001:db8:0:1::1"), usual("2001:db8:0:2::1"));
        assert_ne!(usual("192.0.2.7"), usual("::192.0.2.7"));
    }

    #[test]
    fn the_prefix_says_how_much_of_an_address_counts() {
        let wide = Prefixes::new(24, 48);
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
        let whole = Prefixes::new(1, 128);
        assert_eq!(network(whole, "1.2.3.4"), network(whole, "127.0.0.1"));
        assert_ne!(network(whole, "1.2.3.4"), network(whole, "128.0.0.1"));
        assert_ne!(network(whole, "2001:db8::1"), network(whole, "2001:db8::2"));
    }
}
