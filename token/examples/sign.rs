//! Signs links from the command line.
//!
//! `sign SCHEME SECRET EXPIRES PATH [CLIENT_IP]` prints the path with the signed query behind it.
//! EXPIRES is a Unix time, or a number of seconds from now with a `+` in front. PATH is the decoded
//! path; it is printed percent-encoded. To bind no address, leave CLIENT_IP out.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use token::{Failure, Link, Rules, Secret, scheme};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let (scheme, secret, expires, path, client_ip) = match args.as_slice() {
        [scheme, secret, expires, path] => (scheme, secret, expires, path, None),
        [scheme, secret, expires, path, ip] => (scheme, secret, expires, path, Some(ip.as_bytes())),
        _ => return Err("usage: sign SCHEME SECRET EXPIRES PATH [CLIENT_IP]".into()),
    };
    let scheme = scheme::by_name(scheme.as_bytes()).ok_or("no such scheme")?;
    let expires = match expires.strip_prefix('+') {
        Some(seconds) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
            now.saturating_add(seconds.parse()?)
        }
        None => expires.parse()?,
    };
    let link = Link {
        path: path.as_bytes(),
        expires: Some(expires),
        client_ip,
        claims: &[],
    };
    let mut url = percent_encoded(&link)?;
    url.push('?');
    scheme.sign(
        &link,
        &Rules::of(scheme),
        Secret::new(secret.as_bytes()),
        &mut |bytes| getrandom::fill(bytes).map_err(|_| Failure),
        &mut url,
    )?;
    println!("{url}");
    Ok(())
}

fn percent_encoded(link: &Link<'_>) -> Result<String, std::fmt::Error> {
    let mut encoded = String::new();
    for &byte in link.path {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}")?;
        }
    }
    Ok(encoded)
}
