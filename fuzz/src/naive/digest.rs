//! Links that are a digest over a few fields, checked by the strings of their format: docs/formats.md.

use std::net::Ipv6Addr;

use super::link::{Fields, Link, Piece, has_token, pieces, take_apart};
use super::message::Parts;
use super::rows::Row;
use super::{Clock, Said, hashing, query, time};
use crate::text::{bytes, is_plain, percent_decoded, served};

/// A request, with all that an operator says of it.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub target: String,
    pub secret: Vec<u8>,
    pub client_ip: Option<String>,
    pub variables: Vec<(String, String)>,
    pub ignore_case: bool,
    pub lifetime: u64,
    pub clock: Clock,
}

/// What a link says.
#[derive(Debug)]
pub struct Read {
    /// Its token, decoded.
    pub token: String,
    /// All tokens that would be right, the signer's own first.
    pub right: Vec<String>,
    starts: Option<u64>,
    expires: Option<u64>,
}

/// Characters of a token, without padding.
pub fn token_length(digest: &str) -> usize {
    let (name, encoding) = digest.split_once(':').expect("how it is written");
    let length = hashing::digest(name, b"k", b"").len();
    if encoding == "hex" {
        length * 2
    } else {
        (length * 4).div_ceil(3)
    }
}

/// Decides about a request.
pub fn decide(row: &Row, asked: &Asked) -> Said {
    let Some(read) = read(row, asked) else {
        return Said::Refused;
    };
    if !read.right.contains(&read.token) {
        return Said::Refused;
    }
    asked.clock.says(read.starts, read.expires)
}

/// Reads a link. `None` for one that nothing opens.
pub fn read(row: &Row, asked: &Asked) -> Option<Read> {
    let link = Link::of(&row.link);
    let length = token_length(&row.digest);
    let (raw, query) = query::split_target(&asked.target);
    let query_text = query.unwrap_or_default();
    let mut fields = Fields::new();
    let mut parts = Parts {
        ignore_case: asked.ignore_case,
        variables: asked.variables.clone(),
        ..Parts::default()
    };
    let whole_path = served(raw)?;
    let mut own_time = None;
    match &link {
        Link::Query(arguments) => {
            own_time = Some(read_query(arguments, query_text, length, &mut fields)?);
            let names: Vec<&str> = arguments.iter().map(|(name, _)| name.as_str()).collect();
            parts.args = strings(query::without(query_text, &names));
            (parts.path, parts.raw) = (whole_path, raw.to_owned());
        }
        Link::Path { front, token, rest } => {
            let behind = read_path(front, token, raw, length, &mut fields)?;
            let taken = &raw[..raw.len() - behind.len()];
            parts.path = path_behind(&whole_path, taken, token)?;
            if let Some(rest) = rest {
                fields.insert(rest.clone(), asked.target[taken.len() + 1..].to_owned());
            }
            parts.raw = behind;
            parts.args = if query_text.is_empty() {
                Vec::new()
            } else {
                vec![query_text.to_owned()]
            };
        }
    }
    let (starts, expires) = times(&link, row, asked, &mut fields, own_time.flatten())?;
    if !fields
        .iter()
        .all(|(name, value)| name == "token" || is_plain(value))
    {
        return None;
    }
    if let Link::Path {
        rest: Some(rest), ..
    } = &link
        && fields.get(rest).is_none_or(String::is_empty)
    {
        return None;
    }
    for piece in link.fields() {
        let Piece::Field {
            name, is_optional, ..
        } = piece
        else {
            continue;
        };
        if name != "token" && !is_optional && fields.get(&name).is_none_or(String::is_empty) {
            return None;
        }
    }
    parts.client_ip = match (&asked.client_ip, row.message.contains("{client_ip}")) {
        (Some(text), true) => address(text)?,
        _ => String::new(),
    };
    let token = fields.get("token")?.clone();
    parts.fields = fields;
    let right = tokens(row, asked, &mut parts)?;
    Some(Read {
        token,
        right,
        starts,
        expires,
    })
}

fn name_of(piece: &Piece) -> String {
    match piece {
        Piece::Field { name, .. } => name.clone(),
        Piece::Text(text) => text.clone(),
    }
}

fn strings(pieces: Vec<&str>) -> Vec<String> {
    pieces.into_iter().map(str::to_owned).collect()
}

/// Finds the fields in a query, and the time as it was sent where that has an argument of its own.
fn read_query(
    arguments: &[(String, Vec<Piece>)],
    text: &str,
    length: usize,
    fields: &mut Fields,
) -> Option<Option<String>> {
    let mut own_time = None;
    for (name, template) in arguments {
        let values = query::values(text, name);
        if values.len() > 1 {
            return None;
        }
        let value = values.first().copied();
        if has_token(template) {
            let value = value.filter(|value| !value.is_empty())?;
            let decoded = percent_decoded_if_escaped(value)?;
            take_apart(template, &decoded, length, fields)?;
            continue;
        }
        let [Piece::Field { name: field, .. }] = template.as_slice() else {
            panic!("an argument beside the token is one field");
        };
        if ["expires", "time"].contains(&field.as_str()) {
            own_time = Some(value.unwrap_or_default().to_owned());
        }
        fields.insert(field.clone(), value.unwrap_or_default().to_owned());
    }
    // What NGINX's $arg_name does not tell apart.
    for (name, template) in arguments
        .iter()
        .filter(|(_, template)| !has_token(template))
    {
        let is_free =
            !["expires", "time", "ttl", "start"].contains(&name_of(&template[0]).as_str());
        let is_own = |other: &str| arguments.iter().any(|(own, _)| own == other);
        let is_like = |other: &str| other.eq_ignore_ascii_case(name) && !is_own(other);
        if is_free && text.split('&').any(|piece| is_like(query::pair(piece).0)) {
            return None;
        }
    }
    Some(own_time)
}

fn percent_decoded_if_escaped(value: &str) -> Option<String> {
    if !value.contains('%') {
        return Some(value.to_owned());
    }
    // Longer ones are not decoded.
    percent_decoded(value).filter(|text| text.chars().count() <= 384)
}

/// Finds the fields in a path, and returns what stands behind the token, with its slash.
fn read_path(
    front: &str,
    token: &str,
    raw: &str,
    length: usize,
    fields: &mut Fields,
) -> Option<String> {
    let slashes = |text: &str| text.matches('/').count();
    let all: Vec<&str> = raw.split('/').collect();
    let in_front = slashes(front) + 1;
    let behind = in_front + slashes(token) + 1;
    if all.len() <= behind {
        return None;
    }
    take_apart(&pieces(front), &all[..in_front].join("/"), length, fields)?;
    take_apart(
        &pieces(token),
        &all[in_front..behind].join("/"),
        length,
        fields,
    )?;
    Some(format!("/{}", all[behind..].join("/")))
}

/// What stands behind the token in the path that is served, where the token still stands as it was sent.
fn path_behind(path: &str, taken: &str, token: &str) -> Option<String> {
    let segments: Vec<&str> = taken.split('/').collect();
    let own = token.matches('/').count() + 1;
    let (front, own) = segments.split_at(segments.len() - own);
    let front = front.join("/");
    // A slash at its end is merged with the one behind it.
    let decoded = percent_decoded(&front)?;
    let decoded = decoded.strip_suffix('/').unwrap_or(&decoded);
    if decoded.matches('/').count() != front.matches('/').count() {
        return None;
    }
    let rest = path
        .strip_prefix(decoded)?
        .strip_prefix('/')?
        .strip_prefix(&own.join("/"))?;
    rest.starts_with('/').then(|| rest.to_owned())
}

/// The first and the last second of a link, of which `None` is any.
fn times(
    link: &Link,
    row: &Row,
    asked: &Asked,
    fields: &mut Fields,
    own_time: Option<String>,
) -> Option<(Option<u64>, Option<u64>)> {
    let (mut starts, mut expires) = (None, None);
    let mut lifetime = asked.lifetime;
    let ttl = fields.get("ttl").cloned().filter(|text| !text.is_empty());
    if let Some(ttl) = &ttl {
        let is_number = ttl == "0"
            || (ttl.len() <= 10
                && !ttl.starts_with('0')
                && ttl.chars().all(|char| char.is_ascii_digit()));
        lifetime = is_number.then(|| ttl.parse().ok()).flatten()?;
    }
    for piece in link.fields() {
        let Piece::Field {
            name,
            form,
            is_optional,
        } = piece
        else {
            continue;
        };
        let text = fields.get(&name).cloned().unwrap_or_default();
        match name.as_str() {
            "start" if text == "0" || (text.is_empty() && is_optional) => {}
            "start" => starts = Some(time::read(&form, &text)?),
            "expires" | "time" if text.is_empty() && is_optional => {}
            "expires" | "time" => {
                let seconds = match (time::read(&form, &text), &own_time) {
                    (Some(seconds), _) => seconds,
                    (None, Some(sent)) => {
                        let decoded =
                            percent_decoded(sent).filter(|text| text.chars().count() <= 128)?;
                        let seconds = time::read(&form, &decoded)?;
                        if form != "iso" {
                            fields.insert(name.clone(), decoded);
                        }
                        seconds
                    }
                    (None, None) => return None,
                };
                if name == "expires" {
                    expires = Some(seconds);
                } else if ttl.as_deref() != Some("0") {
                    expires = Some(seconds.saturating_add(lifetime));
                }
                if row.option("window").is_some() {
                    starts = starts.max(Some(seconds.saturating_sub(lifetime)));
                }
            }
            _ => {}
        }
    }
    Some((starts, expires.filter(|seconds| *seconds != u64::MAX)))
}

/// The client's address in the one spelling that is hashed.
pub fn address(text: &str) -> Option<String> {
    if text.is_empty() || !is_plain(text) {
        return None;
    }
    let Ok(address) = text.parse::<Ipv6Addr>() else {
        return Some(text.to_owned());
    };
    Some(
        address
            .to_ipv4_mapped()
            .map_or(address.to_string(), |mapped| mapped.to_string()),
    )
}

/// The tokens that are right. `None` where nothing can be hashed.
fn tokens(row: &Row, asked: &Asked, parts: &mut Parts) -> Option<Vec<String>> {
    let uses = |field: &str| row.message.contains(&format!("{{{field}}}"));
    let is_sound = |path: &str| !path.is_empty() && is_plain(path);
    if ["path", "dir", "parent", "stream"].into_iter().any(uses) && !is_sound(&parts.path) {
        return None;
    }
    if ["path:raw", "uri:raw"].into_iter().any(uses) && !is_sound(&parts.raw) {
        return None;
    }
    let query = asked.target.split_once('?').map_or("", |(_, query)| query);
    if ["args", "uri:raw"].into_iter().any(uses) && !is_plain(query) {
        return None;
    }
    // Variables too are hashed only where nothing can hide in them.
    let message = row.message.to_lowercase();
    let names = |(name, _): &&(String, String)| {
        let spelt = [format!("${name}"), format!("${{{name}}}")];
        spelt
            .iter()
            .any(|one| message.contains(&one.to_lowercase()))
    };
    if !asked
        .variables
        .iter()
        .filter(names)
        .all(|(_, value)| is_plain(value))
    {
        return None;
    }
    let key = hashing::key(row.secret(), &asked.secret)?;
    parts.secret = crate::text::text(&key);
    let (digest, encoding) = row.digest.split_once(':')?;
    let mut parents = vec![String::new()];
    if uses("parent") {
        let slashes: Vec<usize> = parts.path.match_indices('/').map(|(at, _)| at).collect();
        let above = slashes.iter().rev().map(|at| parts.path[..*at].to_owned());
        parents = above.take_while(|path| !path.is_empty()).take(32).collect();
    }
    let mut right = Vec::new();
    for parent in parents {
        parts.parent = parent;
        let message = bytes(&parts.message(&row.message));
        right.extend(hashing::spellings(
            encoding,
            &hashing::digest(digest, &key, &message),
        ));
    }
    Some(right)
}
