//! What a link restricts, in the words of the scheme's tokens where they are others than those of an ectoken.

use std::net::IpAddr;

use explain::restriction::{CLIENT_IP, by_claim};
use token::Scheme;

use super::Args;

/// A claim of tokens.
pub(super) struct Known {
    pub(super) name: &'static str,
    /// The option that states it.
    option: &'static str,
    /// What its value has to look like.
    pub(super) form: &'static str,
}

const fn known(name: &'static str, option: &'static str, form: &'static str) -> Known {
    Known { name, option, form }
}

static AKAMAI: [Known; 6] = [
    known(
        "acl",
        "url-allow",
        "patterns of decoded paths, such as /films/*, 32 at most with \"!\" between, without \"~\"",
    ),
    known("st", "start", "a Unix time in seconds, before the expiry"),
    known("ip", "client-ip", "one address"),
    known("url", "", "a path as it is sent, without a query"),
    known("id", "", "text without \"~\" and control characters"),
    known("data", "", "text without \"~\" and control characters"),
];

static BUNNY: [Known; 5] = [
    known(
        "token_path",
        "url-allow",
        "the beginning of a path, such as /films/",
    ),
    known(
        "token_countries",
        "country-allow",
        "countries of two letters, such as DE,FR",
    ),
    known(
        "token_countries_blocked",
        "country-deny",
        "countries of two letters, such as DE,FR",
    ),
    known("token_ignore_params", "", "\"true\""),
    known("limit", "", "a number of kilobytes for each second"),
];

/// The claims of a scheme that has other ones than an ectoken; none of any other.
pub(super) fn of(scheme: &Scheme) -> &'static [Known] {
    match scheme.name() {
        "akamai" => &AKAMAI,
        "bunny" => &BUNNY,
        _ => &[],
    }
}

/// Puts what the options restrict into the words of the scheme.
///
/// # Errors
/// What its tokens cannot say.
pub(super) fn translate(args: &mut Args, scheme: &Scheme) -> Result<(), String> {
    let all = of(scheme);
    if all.is_empty() {
        return Ok(());
    }
    let scheme = scheme.name();
    let by_option = |option: &str| all.iter().find(|known| known.option == option);
    for (name, value) in &mut args.claims.0 {
        let Some(restriction) = by_claim(name.as_bytes()) else {
            continue;
        };
        let flag = restriction.flag;
        let Some(known) = by_option(flag) else {
            let options = all.iter().filter(|known| !known.option.is_empty());
            let options: Vec<String> = options.map(|known| format!("--{}", known.option)).collect();
            return Err(format!(
                "links of {scheme} do not restrict that; leave --{flag} out, or take {}",
                options.join(", ")
            ));
        };
        match known.name {
            "acl" => *value = patterns(value)?,
            "token_path" if value.contains(',') => {
                return Err(
                    "links of bunny open one beginning of paths; give --url-allow one".to_owned(),
                );
            }
            _ => {}
        }
        known.name.clone_into(name);
    }
    if let (Some(start), Some(known)) = (args.start, by_option("start")) {
        args.start = None;
        args.claims
            .0
            .push((known.name.to_owned(), start.to_string()));
    }
    let Some(address) = &args.link.client_ip else {
        return Ok(());
    };
    if address.parse::<IpAddr>().is_err() {
        let flag = CLIENT_IP.flag;
        return Err(format!(
            "links of {scheme} open to one address; give --{flag} one, such as 192.0.2.7"
        ));
    }
    match args.claims.0.iter().find(|(name, _)| name == "ip") {
        Some(_) => {
            Err("\"ip\" is given twice, by --client-ip and by --claim; leave one out".to_owned())
        }
        None => Ok(()),
    }
}

/// Beginnings of paths as patterns: `/films/` is `/films/*`.
fn patterns(beginnings: &str) -> Result<String, String> {
    let mut patterns = Vec::new();
    for beginning in beginnings.split(',') {
        if !beginning.starts_with('/') || beginning.contains(['*', '?', '!', '~']) {
            return Err(
                "--url-allow takes beginnings of decoded paths, such as /videos/; give a pattern with --claim \
                 'acl=/videos/*.ts'"
                    .to_owned(),
            );
        }
        patterns.push(format!("{beginning}*"));
    }
    Ok(patterns.join("!"))
}
