//! Links and limits, for the tests and for the model.

use std::net::{IpAddr, Ipv4Addr};

use links::{Key, Limits, Prefixes, Trace, Use};

pub(crate) const KEY: Key = Key(*b"a key of 16 byte");
pub(crate) const NOW: u64 = 1_800_000_000;

pub(crate) fn link(number: u64) -> Trace {
    KEY.link(&u128::from(number).to_le_bytes())
}

/// A request for a link that expires in an hour.
pub(crate) fn wanted(number: u64) -> Use {
    Use {
        link: link(number),
        end: NOW + 3600,
        now: NOW,
    }
}

pub(crate) fn uses(most: u64) -> Limits {
    Limits {
        uses: Some(most),
        ..Limits::default()
    }
}

pub(crate) fn clients(client: u32, most: usize) -> Limits {
    let address = IpAddr::V4(Ipv4Addr::from_bits(client));
    Limits {
        clients: Some((Prefixes::new(32, 64).network(address), most)),
        ..Limits::default()
    }
}
