//! The lists in an ectoken's claims: entries between commas, blanks around an entry dropped.
//!
//! Each function says whether an entry fits, or `None` where one of them, or the list as a whole, is
//! not of its form: what cannot be read can neither allow nor deny.

use core::net::IpAddr;

use crate::text::split;

/// Whether any entry fits. Every one of them is read.
fn any<'a>(
    entries: impl Iterator<Item = &'a [u8]>,
    fits: impl Fn(&'a [u8]) -> Option<bool>,
) -> Option<bool> {
    let mut found = None;
    for entry in entries {
        found = Some(fits(entry)? | found.unwrap_or(false));
    }
    found
}

fn entries(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    split(list, b',').map(<[u8]>::trim_ascii)
}

fn filled(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    entries(list).filter(|entry| !entry.is_empty())
}

/// `ec_url_allow`: beginnings of paths, plain strings.
pub(super) fn path(list: &[u8], path: &[u8], ignore_case: bool) -> Option<bool> {
    any(filled(list), |entry| {
        entry
            .starts_with(b"/")
            .then(|| begins(path, entry, ignore_case))
    })
}

fn begins(text: &[u8], beginning: &[u8], ignore_case: bool) -> bool {
    text.get(..beginning.len()).is_some_and(|start| {
        if ignore_case {
            start.eq_ignore_ascii_case(beginning)
        } else {
            start == beginning
        }
    })
}

/// `ec_country_allow`, `ec_country_deny`: two-letter codes.
pub(super) fn country(list: &[u8], country: &[u8]) -> Option<bool> {
    any(filled(list), |entry| {
        is_country(entry).then(|| entry.eq_ignore_ascii_case(country))
    })
}

/// ISO 3166 has letters; what maps addresses to countries has some codes of its own, such as `A1`.
pub(super) fn is_country(code: &[u8]) -> bool {
    code.len() == 2 && code.iter().all(u8::is_ascii_alphanumeric)
}

/// `ec_proto_allow`, `ec_proto_deny`.
pub(super) fn protocol(list: &[u8], protocol: &[u8]) -> Option<bool> {
    any(filled(list), |entry| {
        let is_known = entry.eq_ignore_ascii_case(b"http") || entry.eq_ignore_ascii_case(b"https");
        is_known.then(|| entry.eq_ignore_ascii_case(protocol))
    })
}

/// `ec_host_allow`, `ec_host_deny`: hosts without a port, and `*.domain` for what is below it.
pub(super) fn host(list: &[u8], host: &[u8]) -> Option<bool> {
    any(filled(list), |entry| match authority(entry)? {
        (_, Some(_)) => None,
        (entry, None) => host_fits(entry, host),
    })
}

/// `ec_ref_allow`, `ec_ref_deny`: hosts, with the beginning of a path or without. `missing` or an empty
/// entry stands for the visitor whom no page led here.
pub(super) fn referrer(list: &[u8], referrer: &[u8], ignore_case: bool) -> Option<bool> {
    let referrer = referrer.trim_ascii();
    let (page_host, page_port, page_path) = page(referrer);
    any(entries(list), |entry| {
        if entry.is_empty() || entry.eq_ignore_ascii_case(b"missing") {
            return Some(referrer.is_empty());
        }
        let slash = entry.iter().position(|&byte| byte == b'/');
        let (entry, path) = entry.split_at_checked(slash.unwrap_or(entry.len()))?;
        let (host, port) = authority(entry)?;
        Some(
            host_fits(host, page_host)?
                && (port.is_none() || port == page_port)
                && begins(page_path, path, ignore_case),
        )
    })
}

/// Host, port and path of the URL of a page.
fn page(url: &[u8]) -> (&[u8], Option<&[u8]>, &[u8]) {
    let is_scheme_byte = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+-".contains(byte);
    let scheme = url.iter().take_while(is_scheme_byte).count();
    let behind = url.get(scheme..).unwrap_or_default();
    let rest = behind.strip_prefix(b"://").unwrap_or(url);
    let is_end = |byte: &u8| matches!(byte, b'/' | b'?' | b'#');
    let end = rest.iter().position(is_end).unwrap_or(rest.len());
    let (site, behind) = rest.split_at_checked(end).unwrap_or_default();
    let site = site.rsplit(|&byte| byte == b'@').next().unwrap_or_default();
    let path = match behind.split(|byte| matches!(byte, b'?' | b'#')).next() {
        Some(path) if !path.is_empty() => path,
        _ => b"/",
    };
    let (host, port) = authority(site.strip_suffix(b":").unwrap_or(site)).unwrap_or_default();
    (host.strip_suffix(b".").unwrap_or(host), port, path)
}

/// Host and port. `None` for a port that is none.
fn authority(text: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let colon = text.iter().rposition(|&byte| byte == b':');
    let Some(at) = colon.filter(|_| !text.ends_with(b"]")) else {
        return Some((text, None));
    };
    let (host, port) = (text.get(..at)?, text.get(at..)?.get(1..)?);
    let is_port = !port.is_empty() && port.iter().all(u8::is_ascii_digit);
    is_port.then_some((host, Some(port)))
}

/// Whether a host is the one that an entry names, or below `*.domain`. `None` for an entry that names
/// no host.
fn host_fits(entry: &[u8], host: &[u8]) -> Option<bool> {
    let below = entry.strip_prefix(b"*.");
    let name = below.unwrap_or(entry);
    let is_host_byte =
        |byte: &u8| byte.is_ascii_alphanumeric() || b"-._[]:".contains(byte) || !byte.is_ascii();
    if name.is_empty() || !name.iter().all(is_host_byte) {
        return None;
    }
    Some(match below {
        None => host.eq_ignore_ascii_case(name),
        Some(domain) => {
            let above = host.len().checked_sub(domain.len());
            let (prefix, suffix) = above
                .and_then(|at| host.split_at_checked(at))
                .unwrap_or_default();
            prefix.len() > 1 && prefix.ends_with(b".") && suffix.eq_ignore_ascii_case(domain)
        }
    })
}

/// `ec_clientip`: addresses and networks, `192.0.2.0/24`; bits behind a network's prefix do not count.
pub(super) fn client_ip(list: &[u8], client: &[u8]) -> Option<bool> {
    // As a rule it is the client's address, spelt the same, and nothing else.
    if list == client && address(list).is_some() {
        return Some(true);
    }
    any(filled(list), |entry| {
        let slash = entry.iter().position(|&byte| byte == b'/');
        let (network, behind) = entry.split_at_checked(slash.unwrap_or(entry.len()))?;
        let network = address(network)?;
        let width = if network.is_ipv4() { 32 } else { 128u32 };
        let prefix = match behind.get(1..) {
            Some(digits) => prefix(digits)?,
            None => width,
        };
        // An address is 128 bits, so what is behind the prefix is the same in both families.
        let free = width.checked_sub(prefix)?;
        Some(address(client).is_some_and(|client| {
            // Only a network of mapped addresses is one of IPv4 addresses: `::/0` is not.
            let is_family_meant = width == 32 || prefix >= 96 || client.to_canonical().is_ipv6();
            let differs = bits(client) ^ bits(network);
            is_family_meant && differs.checked_shr(free).unwrap_or(0) == 0
        }))
    })
}

fn prefix(digits: &[u8]) -> Option<u32> {
    let is_number = (1..=3).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    is_number
        .then(|| core::str::from_utf8(digits).ok()?.parse().ok())
        .flatten()
}

fn address(text: &[u8]) -> Option<IpAddr> {
    core::str::from_utf8(text).ok()?.parse().ok()
}

/// An IPv4 address is the IPv6 address that it is mapped to.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}
