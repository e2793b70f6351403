//! Whether two authorities are the same host: name and port, whatever the scheme.

use crate::text::split;

/// Compares `name[:port]` of two URLs, each with whether it is https. A port that its scheme has
/// anyway is the same as none: in front of NGINX there may be TLS of which it knows nothing.
pub(super) fn same(one: (&[u8], bool), other: (&[u8], bool)) -> bool {
    match (parts(one), parts(other)) {
        (Some(one), Some(other)) => {
            !one.0.is_empty() && one.0.eq_ignore_ascii_case(other.0) && one.1 == other.1
        }
        _ => false,
    }
}

/// Name and port; `None` if the port is none.
fn parts((authority, secure): (&[u8], bool)) -> Option<(&[u8], Option<u16>)> {
    // An IPv6 address has colons of its own, within brackets.
    let address = authority
        .iter()
        .rposition(|&byte| byte == b']')
        .unwrap_or(0);
    let (_, behind) = split(authority, address);
    let Some(colon) = behind.iter().position(|&byte| byte == b':') else {
        return Some((authority, None));
    };
    let (name, port) = split(authority, address.saturating_add(colon));
    let digits = port.get(1..).unwrap_or_default();
    if digits.is_empty() {
        return Some((name, None));
    }
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let port: u16 = core::str::from_utf8(digits).ok()?.parse().ok()?;
    let usual = if secure { 443 } else { 80 };
    Some((name, (port != usual).then_some(port)))
}
