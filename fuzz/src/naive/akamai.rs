//! Akamai EdgeAuth 2.0, by docs/directives.md and docs/signing.md.

use super::{Clock, Said, hashing};
use crate::naive::digest::address;
use crate::text::{bytes, is_plain, percent_decoded};

/// A request, and what the words behind the scheme's name ask for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// "sha256", "sha1" or "md5".
    pub digest: String,
    pub escapes_early: bool,
    pub salt: Option<String>,
    pub key: Vec<u8>,
    pub path: String,
    pub raw: String,
    pub client_ip: String,
    pub ignore_case: bool,
    pub clock: Clock,
}

/// What is hashed of these claims, in each way in which signers escape.
pub fn messages(claims: &str, asked: &Asked) -> Vec<String> {
    let names_paths = claims.starts_with("acl=") || claims.contains("~acl=");
    let salt = asked
        .salt
        .as_ref()
        .map(|salt| format!("~salt={salt}"))
        .unwrap_or_default();
    if names_paths {
        return vec![format!("{claims}{salt}")];
    }
    let raw = if asked.ignore_case {
        asked.raw.to_ascii_lowercase()
    } else {
        asked.raw.clone()
    };
    let urls = if asked.escapes_early {
        // Python's quote_plus and JavaScript's encodeURIComponent, as Akamai's own signers have them.
        vec![escaped(&raw, "-_.~", "+"), escaped(&raw, "-_.!()", "%20")]
    } else {
        vec![raw]
    };
    urls.iter()
        .map(|url| format!("{claims}~url={url}{salt}"))
        .collect()
}

fn escaped(text: &str, kept: &str, blank: &str) -> String {
    let escape = |char: char| match char {
        ' ' => blank.to_owned(),
        char if char.is_ascii_alphanumeric() || kept.contains(char) => char.to_string(),
        char => format!("%{:02x}", char as u32),
    };
    text.chars().map(escape).collect()
}

/// The token of these claims, by the way that is asked for.
pub fn token(claims: &str, asked: &Asked, way: usize) -> String {
    let messages = messages(claims, asked);
    let message = bytes(&messages[way % messages.len()]);
    let code = hashing::digest(&format!("hmac-{}", asked.digest), &asked.key, &message);
    format!("{claims}~hmac={}", hashing::hex(&code))
}

/// Decides about a token as it was sent.
pub fn decide(sent: &str, asked: &Asked) -> Said {
    if sent.chars().count() > 8192 {
        return Said::Refused;
    }
    // The signer's own escapes, or those of who put the token into a URL.
    let readings = [Some(sent.to_owned()), percent_decoded(sent)];
    let opened = readings
        .into_iter()
        .flatten()
        .find_map(|token| claims(&token, asked));
    opened.map_or(Said::Refused, |claims| judge(&claims, asked))
}

/// The claims of a token that is right.
fn claims(sent: &str, asked: &Asked) -> Option<String> {
    let (claims, code) = sent.rsplit_once('~')?;
    code.strip_prefix("hmac=")?;
    let names_paths = claims.starts_with("acl=") || claims.contains("~acl=");
    let is_sound =
        is_plain(claims) && (names_paths || (!asked.raw.is_empty() && is_plain(&asked.raw)));
    let ways = 0..messages(claims, asked).len();
    let is_right = is_sound
        && ways
            .into_iter()
            .any(|way| token(claims, asked, way) == sent);
    is_right.then(|| claims.to_owned())
}

fn judge(claims: &str, asked: &Asked) -> Said {
    let mut list: Vec<(&str, &str)> = Vec::new();
    for claim in claims.split('~') {
        let Some((name, value)) = claim.split_once('=') else {
            return Said::Refused;
        };
        let is_known = ["ip", "st", "exp", "acl", "id", "data"].contains(&name);
        if !is_known || list.iter().any(|(other, _)| *other == name) {
            return Said::Refused;
        }
        list.push((name, value));
    }
    let get = |name: &str| {
        list.iter()
            .find(|(own, _)| *own == name)
            .map(|(_, value)| *value)
    };
    let seconds = |text: &str| {
        let is_number = (1..=10).contains(&text.len())
            && !text.starts_with('0')
            && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<u64>().ok()).flatten()
    };
    let (starts, expires) = (get("st").map(seconds), get("exp").and_then(seconds));
    let (Some(expires), false) = (expires, starts == Some(None)) else {
        return Said::Refused;
    };
    match asked.clock.says(starts.flatten(), Some(expires)) {
        Said::Opens(expires) => {
            let is_for_path = get("acl").is_none_or(|acl| fits_any(acl, asked));
            let is_for_client = get("ip").is_none_or(|ip| {
                let ip = if asked.escapes_early {
                    percent_decoded(ip).filter(|ip| ip.chars().count() <= 64)
                } else {
                    Some(ip.to_owned())
                };
                let (own, client) = (ip.and_then(|ip| address(&ip)), address(&asked.client_ip));
                own.is_some() && own == client
            });
            if is_for_path && is_for_client {
                Said::Opens(expires)
            } else {
                Said::Refused
            }
        }
        said => said,
    }
}

fn fits_any(acl: &str, asked: &Asked) -> bool {
    let case = |text: &str| {
        if asked.ignore_case {
            text.to_ascii_lowercase()
        } else {
            text.to_owned()
        }
    };
    let patterns: Vec<&str> = acl.split('!').collect();
    !acl.is_empty()
        && patterns.len() <= 32
        && patterns
            .iter()
            .any(|pattern| fits(&case(pattern), &case(&asked.path)))
}

/// Which beginnings of the pattern fit which beginnings of the path, one row for each character.
fn fits(pattern: &str, path: &str) -> bool {
    let path: Vec<char> = path.chars().collect();
    let mut row: Vec<bool> = (0..=path.len()).map(|taken| taken == 0).collect();
    for wanted in pattern.chars() {
        let mut next = vec![false; path.len() + 1];
        for taken in 0..=path.len() {
            next[taken] = match wanted {
                '*' => row[taken] || (taken > 0 && next[taken - 1]),
                _ => taken > 0 && row[taken - 1] && (wanted == '?' || wanted == path[taken - 1]),
            };
        }
        row = next;
    }
    row[path.len()]
}
