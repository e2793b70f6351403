//! ectoken, by docs/directives.md: sealed and opened with the ciphers themselves, its claims read as a list of texts.

use std::net::IpAddr;

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead as _, KeyInit as _};
use blowfish::Blowfish;
use blowfish::cipher::BlockCipherEncrypt as _;

use super::{Clock, Said, hashing};
use crate::text::{bytes, text};

/// A request, as far as claims ask for it.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub path: String,
    pub client_ip: String,
    pub country: String,
    pub referrer: String,
    pub host: String,
    pub protocol: String,
    pub ignore_case: bool,
    pub clock: Clock,
}

fn gcm(secret: &[u8]) -> Aes256Gcm {
    Aes256Gcm::new_from_slice(&hashing::sha256(secret)).expect("a key of 32 bytes")
}

/// A token of version 3.
pub fn seal(secret: &[u8], nonce: [u8; 12], claims: &str) -> Vec<u8> {
    let sealed = gcm(secret)
        .encrypt(&nonce.into(), &*bytes(claims))
        .expect("it is not too long");
    [&nonce[..], &sealed].concat()
}

/// The claims of a token of version 3.
pub fn open(secret: &[u8], token: &[u8]) -> Option<String> {
    let (nonce, sealed) = token.split_first_chunk::<12>()?;
    let claims = gcm(secret).decrypt(nonce.into(), sealed).ok()?;
    Some(text(&claims))
}

/// Blowfish in 64-bit CFB mode with a first vector of zeros, on both ways.
pub fn blowfish(secret: &[u8], input: &[u8], is_sealed: bool) -> Vec<u8> {
    let mut cipher = Blowfish::bc_init_state();
    cipher.bc_expand_key(secret);
    let (mut vector, mut output) = ([0u8; 8], Vec::new());
    for chunk in input.chunks(8) {
        let mut block = vector.into();
        Blowfish::encrypt_block(&cipher, &mut block);
        let made: Vec<u8> = chunk
            .iter()
            .zip(block)
            .map(|(one, other)| one ^ other)
            .collect();
        let sealed = if is_sealed {
            chunk.to_vec()
        } else {
            made.clone()
        };
        vector[..sealed.len()].copy_from_slice(&sealed);
        output.extend(made);
    }
    output
}

/// What a token of version 2 has in front of its claims, with the length of both.
pub fn with_length(claims: &str) -> String {
    format!("ec_secure={:03}&{claims}", claims.chars().count() + 14)
}

/// Decides by claims that a secret opened.
pub fn decide(claims: &str, is_exact: bool, asked: &Asked) -> Said {
    let Some(list) = List::read(claims, is_exact) else {
        return Said::Refused;
    };
    let Some(expires) = list.expires() else {
        return Said::Refused;
    };
    match asked.clock.says(None, expires) {
        Said::Opens(expires) if list.hold(asked) == Some(true) => Said::Opens(expires),
        Said::Opens(_) => Said::Refused,
        said => said,
    }
}

const KNOWN: &[&str] = &[
    "ec_expire",
    "ec_url_allow",
    "ec_clientip",
    "ec_country_allow",
    "ec_country_deny",
    "ec_ref_allow",
    "ec_ref_deny",
    "ec_host_allow",
    "ec_host_deny",
    "ec_proto_allow",
    "ec_proto_deny",
    "ec_rate",
    "ec_prebuf",
    "ec_secure",
];

struct List(Vec<(String, String)>);

impl List {
    /// `None` for what no server can tell the meaning of. `is_exact`: nobody vouches for the bytes.
    fn read(claims: &str, is_exact: bool) -> Option<Self> {
        let mut list: Vec<(String, String)> = Vec::new();
        for pair in claims.split('&') {
            let name = pair.split('=').next()?;
            if !KNOWN.contains(&name) {
                let blank = |char: char| " \t\r\n\u{c}".contains(char);
                let is_reserved = name
                    .trim_matches(blank)
                    .to_ascii_lowercase()
                    .starts_with("ec_");
                if is_reserved || is_exact {
                    return None;
                }
                continue;
            }
            let (name, value) = pair.split_once('=')?;
            let is_twice =
                list.iter().any(|(other, _)| other == name) || (is_exact && name == "ec_secure");
            if is_twice || (is_exact && !value.chars().all(|char| (' '..='~').contains(&char))) {
                return None;
            }
            list.push((name.to_owned(), value.to_owned()));
        }
        Some(Self(list))
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    fn expires(&self) -> Option<Option<u64>> {
        let Some(value) = self.get("ec_expire") else {
            return Some(None);
        };
        let is_number =
            (1..=19).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit());
        let seconds: u64 = is_number.then(|| value.parse().ok()).flatten()?;
        Some((seconds != 0).then_some(seconds))
    }

    /// `None`: a claim is not of its form.
    fn hold(&self, asked: &Asked) -> Option<bool> {
        let path = |entry: &str| {
            entry
                .starts_with('/')
                .then(|| begins(&asked.path, entry, asked.ignore_case))
        };
        let address = |entry: &str| address_fits(entry, &asked.client_ip);
        let is_country =
            |code: &str| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let country =
            |entry: &str| is_country(entry).then(|| entry.eq_ignore_ascii_case(&asked.country));
        let referrer = |entry: &str| referrer_fits(entry, asked);
        let host = |entry: &str| {
            (!has_port(entry))
                .then(|| host_fits(entry, &asked.host))
                .flatten()
        };
        let protocol = |entry: &str| {
            ["http", "https"]
                .iter()
                .find(|one| entry.eq_ignore_ascii_case(one))
                .map(|one| asked.protocol == *one)
        };
        let is_known = asked.country.is_empty() || is_country(&asked.country);
        let holds = [
            self.get("ec_url_allow")
                .map_or(Some(true), |list| any(list, false, path)),
            self.get("ec_clientip")
                .map_or(Some(true), |list| any(list, false, address)),
            self.pair("country", false, &country, is_known),
            self.pair("ref", true, &referrer, true),
            self.pair("host", false, &host, !asked.host.is_empty()),
            self.pair("proto", false, &protocol, true),
        ];
        holds
            .into_iter()
            .try_fold(true, |all, one| Some(all & one?))
    }

    fn pair(
        &self,
        name: &str,
        has_empty: bool,
        fits: &dyn Fn(&str) -> Option<bool>,
        is_usable: bool,
    ) -> Option<bool> {
        let list = |end: &str| self.get(&format!("ec_{name}_{end}"));
        let (allow, deny) = (list("allow"), list("deny"));
        let denied = deny.map_or(Some(false), |list| any(list, has_empty, fits))?;
        match (allow, deny) {
            (None, None) => Some(true),
            (Some(list), _) => Some(any(list, has_empty, fits)? && is_usable),
            (None, Some(_)) => Some(!denied && is_usable),
        }
    }
}

/// Whether one entry fits, where each is of its form and there is one.
fn any(list: &str, has_empty: bool, fits: impl Fn(&str) -> Option<bool>) -> Option<bool> {
    let blank = |char: char| " \t\r\n\u{c}".contains(char);
    let entries: Vec<&str> = list
        .split(',')
        .map(|entry| entry.trim_matches(blank))
        .filter(|entry| has_empty || !entry.is_empty())
        .collect();
    let fitting: Option<Vec<bool>> = entries.iter().map(|entry| fits(entry)).collect();
    let fitting = fitting.filter(|fitting| !fitting.is_empty())?;
    Some(fitting.contains(&true))
}

fn begins(text: &str, beginning: &str, ignore_case: bool) -> bool {
    if ignore_case {
        text.to_ascii_lowercase()
            .starts_with(&beginning.to_ascii_lowercase())
    } else {
        text.starts_with(beginning)
    }
}

fn address_fits(entry: &str, client: &str) -> Option<bool> {
    let (network, prefix) = match entry.split_once('/') {
        Some((network, prefix)) => (network, Some(prefix)),
        None => (entry, None),
    };
    let network: IpAddr = network.parse().ok()?;
    let width = if network.is_ipv4() { 32 } else { 128 };
    let prefix: u32 = match prefix {
        Some(digits) => {
            let is_number =
                (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| digits.parse().ok()).flatten()?
        }
        None => width,
    };
    if prefix > width {
        return None;
    }
    let Ok(client) = client.parse::<IpAddr>() else {
        return Some(entry == client);
    };
    // All as bits of IPv6; a network of IPv6 has IPv4 clients only where all of it is mapped addresses.
    let bits = |address: IpAddr| match address {
        IpAddr::V4(address) => format!("{:0128b}", u128::from(address.to_ipv6_mapped())),
        IpAddr::V6(address) => format!("{:0128b}", u128::from(address)),
    };
    let is_of_ipv4 = |address: IpAddr| address.to_canonical().is_ipv4();
    let length = 128 - (width - prefix) as usize;
    if width == 128 && length < 96 && is_of_ipv4(client) {
        return Some(false);
    }
    Some(bits(network)[..length] == bits(client)[..length])
}

fn has_port(entry: &str) -> bool {
    !entry.ends_with(']') && entry.contains(':')
}

fn host_fits(entry: &str, host: &str) -> Option<bool> {
    let below = entry.strip_prefix("*.");
    let name = below.unwrap_or(entry);
    let is_host =
        |char: char| char.is_ascii_alphanumeric() || "-._[]:".contains(char) || !char.is_ascii();
    if name.is_empty() || !name.chars().all(is_host) {
        return None;
    }
    let (host, name) = (host.to_ascii_lowercase(), name.to_ascii_lowercase());
    Some(match below {
        None => host == name,
        Some(_) => host
            .strip_suffix(&format!(".{name}"))
            .is_some_and(|label| !label.is_empty()),
    })
}

/// Host and port; `None` for a port that is none.
fn authority(site: &str) -> Option<(&str, Option<&str>)> {
    match site.rsplit_once(':') {
        Some((host, port)) if !site.ends_with(']') => {
            let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
            is_port.then_some((host, Some(port)))
        }
        _ => Some((site, None)),
    }
}

fn referrer_fits(entry: &str, asked: &Asked) -> Option<bool> {
    let blank = |char: char| " \t\r\n\u{c}".contains(char);
    let referrer = asked.referrer.trim_matches(blank);
    if entry.is_empty() || entry.eq_ignore_ascii_case("missing") {
        return Some(referrer.is_empty());
    }
    let slash = entry.find('/').unwrap_or(entry.len());
    let (site, path) = entry.split_at(slash);
    let (host, port) = authority(site)?;
    let rest = match referrer.split_once("://") {
        Some((scheme, rest))
            if scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-".contains(&byte)) =>
        {
            rest
        }
        _ => referrer,
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (page, behind) = rest.split_at(end);
    let page = page.rsplit('@').next()?;
    let behind = behind
        .split(['?', '#'])
        .next()
        .filter(|path| !path.is_empty())
        .unwrap_or("/");
    let page = page.strip_suffix(':').unwrap_or(page);
    let (page_host, page_port) = authority(page).unwrap_or_default();
    let page_host = page_host.strip_suffix('.').unwrap_or(page_host);
    Some(
        host_fits(host, page_host)?
            && (port.is_none() || port == page_port)
            && begins(behind, path, asked.ignore_case),
    )
}
