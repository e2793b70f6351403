//! Advanced tokens of bunny.net, by docs/directives.md and docs/signing.md.

use std::net::IpAddr;

use super::{Clock, Said, hashing, query};
use crate::naive::digest::address;
use crate::text::{bytes, is_plain, percent_decoded, served, text};

/// A request.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub target: String,
    pub secret: Vec<u8>,
    pub client_ip: Option<String>,
    pub country: Option<String>,
    pub ignore_case: bool,
    pub clock: Clock,
}

/// What a link says.
pub struct Read {
    pub token: String,
    /// What is hashed in front of the address and behind it.
    front: String,
    behind: String,
    /// The arguments that are signed, by their names, and all there are.
    signed: Vec<(String, String)>,
    all: Vec<(String, String)>,
    served: String,
    expires: u64,
}

impl Read {
    /// The token of one form: "HS256-", "HS256-1-" or "".
    pub fn token(&self, form: &str, asked: &Asked) -> Option<String> {
        let address = asked.client_ip.as_deref();
        let digest = |address: &str| {
            let message = bytes(&format!("{}{address}{}", self.front, self.behind));
            match form {
                "" | "bound" => hashing::sha256(&[&asked.secret[..], &message].concat()),
                _ => hashing::digest("hmac-sha256", &asked.secret, &message),
            }
        };
        let digest = match form {
            "HS256-1-" => digest(&packed(address?)?),
            "bound" => digest(&self::address(address?)?),
            _ => digest(""),
        };
        let form = if form == "bound" { "" } else { form };
        Some(format!("{form}{}", hashing::base64url(&digest)))
    }

    /// Whether the first argument could be four bytes of an address in front of a restriction.
    fn may_hide_an_address(&self) -> bool {
        let known = [
            "token_path",
            "token_countries",
            "token_countries_blocked",
            "token_ignore_params",
            "limit",
        ];
        let first = self.signed.first();
        first.is_some_and(|(name, _)| {
            let behind: String = name.chars().skip(4).collect();
            known.contains(&behind.as_str())
        })
    }
}

/// The bytes of an address: all of IPv4, of IPv6 the network of 64 bits.
fn packed(address: &str) -> Option<String> {
    let address: IpAddr = address.parse().ok()?;
    Some(match address.to_canonical() {
        IpAddr::V4(address) => text(&address.octets()),
        IpAddr::V6(address) => text(&[&address.octets()[..8], &[0; 8]].concat()),
    })
}

/// Reads a link. `None` for one that nothing opens.
pub fn read(asked: &Asked) -> Option<Read> {
    let (raw, query) = query::split_target(&asked.target);
    let query = query.unwrap_or_default();
    let whole = served(raw)?;
    let segment = raw
        .split('/')
        .nth(1)
        .filter(|one| one.starts_with("bcdn_token=") && raw[1..].contains('/'));
    // One that is empty is none.
    let is_token = |segment: &&str| {
        let values = query::values(segment, "bcdn_token");
        values.len() > 1 || values.iter().any(|value| !value.is_empty())
    };
    let (carrier, name, raw, path, more) = match segment.filter(is_token) {
        Some(segment) => {
            let decoded = lossily_decoded(segment);
            let path = whole.strip_prefix(&format!("/{decoded}"))?;
            // An escaped slash at its end is merged with the one behind it.
            let path = if path.starts_with('/') {
                path.to_owned()
            } else {
                format!("/{path}")
            };
            let is_there = path.starts_with('/')
                && (whole == format!("/{decoded}{path}") || decoded.ends_with('/'));
            (
                segment,
                "bcdn_token",
                raw[segment.len() + 1..].to_owned(),
                is_there.then_some(path)?,
                query,
            )
        }
        None => (query, "token", raw.to_owned(), whole, ""),
    };
    let tokens = query::values(carrier, name);
    let expiries = query::values(carrier, "expires");
    let ([token], [expires]) = (&*tokens, &*expiries) else {
        return None;
    };
    let digits = percent_decoded(expires)?;
    let is_number = digits.len() == 10
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    let expires = is_number.then(|| digits.parse().ok()).flatten()?;

    let mut pieces = query::without(carrier, &[name, "expires"]);
    pieces.extend(more.split('&'));
    let arguments = arguments(&pieces)?;
    let prefix = arguments
        .iter()
        .find(|(name, _)| name == "token_path")
        .map(|(_, value)| value.clone());
    let signed = match prefix {
        Some(prefix) => prefix.starts_with('/').then_some(prefix)?,
        None if asked.ignore_case => raw.to_ascii_lowercase(),
        None => raw.clone(),
    };
    if raw.is_empty() || path.is_empty() || !is_plain(&raw) || !is_plain(&path) {
        return None;
    }
    let pairs: Vec<String> = arguments
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    Some(Read {
        token: percent_decoded(token)?,
        front: format!("{signed}{digits}"),
        behind: pairs.join("&"),
        all: all_of(&pieces),
        signed: arguments,
        served: path,
        expires,
    })
}

/// Decoded where that can be done, as NGINX does where it serves.
fn lossily_decoded(segment: &str) -> String {
    percent_decoded(segment).unwrap_or_else(|| segment.to_owned())
}

fn decoded(text: &str) -> Option<String> {
    percent_decoded(&text.replace('+', " "))
}

fn all_of(pieces: &[&str]) -> Vec<(String, String)> {
    let pairs = pieces
        .iter()
        .filter(|piece| !piece.is_empty())
        .map(|piece| query::pair(piece));
    // A restriction is there, even if nobody can read it.
    let value_of = |value: &str| decoded(value).unwrap_or_else(|| value.to_owned());
    let mut all: Vec<(String, String)> = pairs
        .filter_map(|(name, value)| Some((decoded(name)?, value_of(value))))
        .collect();
    all.sort();
    all
}

/// Those that are signed, by their names. `None` where they could be read in two ways.
fn arguments(pieces: &[&str]) -> Option<Vec<(String, String)>> {
    const OWN: [&str; 4] = [
        "token_path",
        "token_countries",
        "token_countries_blocked",
        "token_ignore_params",
    ];
    let pairs: Vec<(&str, &str)> = pieces
        .iter()
        .filter(|piece| !piece.is_empty())
        .map(|piece| query::pair(piece))
        .collect();
    let is_own = |name: &str| decoded(name).is_some_and(|name| OWN.contains(&name.as_str()));
    for (at, (name, _)) in pairs.iter().enumerate() {
        let is_twice = pairs[..at].iter().any(|(other, _)| other == name);
        if is_own(name) && (!OWN.contains(name) || is_twice) {
            return None;
        }
    }
    let ignores = pairs.iter().any(|(name, value)| {
        *name == "token_ignore_params" && decoded(value).as_deref() == Some("true")
    });
    let mut signed = Vec::new();
    for (name, value) in pairs {
        if ignores && !["token_path", "token_ignore_params"].contains(&name) {
            continue;
        }
        let (name, value) = (decoded(name)?, decoded(value)?);
        let is_letter = |char: char| char.is_ascii_alphabetic() || char == '_';
        let is_name = |char: char| char.is_ascii_alphanumeric() || "-._~[]".contains(char);
        if !name.starts_with(is_letter)
            || !name.chars().all(is_name)
            || !is_plain(&value)
            || value.contains('&')
        {
            return None;
        }
        signed.push((name, value));
    }
    signed.sort();
    let is_twice = signed.windows(2).any(|two| two[0].0 == two[1].0);
    (!is_twice && signed.len() <= 64).then_some(signed)
}

/// Decides about a request.
pub fn decide(asked: &Asked) -> Said {
    let Some(read) = read(asked).filter(|_| !asked.secret.is_empty()) else {
        return Said::Refused;
    };
    let is = |form: &str| {
        let token = read.token(form, asked);
        token.is_some_and(|token| read.token == token || read.token == format!("{token}="))
    };
    let is_right = match &read.token {
        token if token.starts_with("HS256-1-") && is("HS256-1-") => true,
        token if token.starts_with("HS256-") => is("HS256-") && !read.may_hide_an_address(),
        _ => is("") || is("bound"),
    };
    if !is_right {
        return Said::Refused;
    }
    match asked.clock.says(None, Some(read.expires)) {
        Said::Opens(expires) if read.holds(asked) => Said::Opens(expires),
        Said::Opens(_) => Said::Refused,
        said => said,
    }
}

impl Read {
    fn get(&self, name: &str) -> Option<&str> {
        self.all
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    fn holds(&self, asked: &Asked) -> bool {
        let case = |text: &str| {
            if asked.ignore_case {
                text.to_ascii_lowercase()
            } else {
                text.to_owned()
            }
        };
        let is_for_path = self
            .get("token_path")
            .is_none_or(|prefix| case(&self.served).starts_with(&case(prefix)));
        let (allowed, blocked) = (
            self.get("token_countries"),
            self.get("token_countries_blocked"),
        );
        if allowed.or(blocked).is_none() {
            return is_for_path;
        }
        let is_country =
            |code: &str| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let Some(country) = asked.country.as_deref().filter(|code| is_country(code)) else {
            return false;
        };
        let listed = |list: &str| {
            let codes: Vec<&str> = list.split(',').map(|code| code.trim_matches(' ')).collect();
            let is_sound = codes.iter().all(|code| is_country(code));
            is_sound.then(|| codes.iter().any(|code| code.eq_ignore_ascii_case(country)))
        };
        let is_allowed = allowed.map_or(Some(true), listed);
        let is_blocked = blocked.map_or(Some(false), listed);
        is_for_path && is_allowed == Some(true) && is_blocked == Some(false)
    }
}
