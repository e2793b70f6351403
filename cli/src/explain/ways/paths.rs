//! What signers take for the path.

use super::super::digest;
use super::super::search::{Bytes, Way};
use super::alike;
use crate::path::{percent_decoded, percent_encoded};
use crate::query;
use crate::request::Asked;
use crate::text::quote;

/// Unreserved characters and the slash: what never needs an escape in a path.
pub(super) const UNRESERVED: &[u8] = b"/-._~";
/// What JavaScript's `encodeURI` keeps.
const ENCODE_URI: &[u8] = b"/-._~!*'();:@&=+$,?#";

pub(super) struct Paths {
    ways: Vec<Way<Bytes>>,
}

impl Paths {
    pub(super) fn add(&mut self, path: impl AsRef<[u8]>, mistake: &str) {
        let path = path.as_ref();
        if self.ways.iter().all(|way| way.value.as_slice() != path) {
            let mistake = mistake.replace("{}", &quote(path));
            self.ways.push(Way::wrong(path.to_vec(), mistake));
        }
    }
}

pub(super) fn of(asked: &Asked<'_>) -> Vec<Way<Bytes>> {
    let right = digest::path(asked);
    let mut paths = Paths {
        ways: vec![Way::right(right.clone().into())],
    };
    add_spellings(&mut paths, asked, &right);
    add_parts(&mut paths, &right);
    add_more(&mut paths, asked, &right);
    paths.ways
}

/// The same path, written in another way.
fn add_spellings(paths: &mut Paths, asked: &Asked<'_>, right: &[u8]) {
    if asked.rules.ignore_case {
        paths.add(&asked.path, "The path was signed as {}: with secure_token_ignore_case it must be signed in lower case.");
    }
    let sent = asked.url.sent_path();
    alike::add_slashes(paths, asked, right);
    paths.add(
        sent,
        "The path was signed as it stands in the URL, {}: sign it decoded, as NGINX sees it.",
    );
    let encoded = "The path was signed percent-encoded, {}: sign it decoded, as NGINX sees it.";
    for kept in [UNRESERVED, ENCODE_URI, b"-._~"] {
        let upper = percent_encoded(right, kept);
        paths.add(&upper, encoded);
        paths.add(lower_escapes(&upper), encoded);
        paths.add(
            upper.replace("%20", "+"),
            "The path was signed with \"+\" for a blank, {}: sign it decoded.",
        );
    }
    paths.add(lower_escapes(&String::from_utf8_lossy(sent)), encoded);
    if let Some(decoded) = percent_decoded(sent) {
        paths.add(
            &decoded,
            "The path was signed as {}, before \".\", \"..\" and \"//\" are resolved: NGINX resolves them, sign the result.",
        );
        if let Some(again) = percent_decoded(&decoded) {
            paths.add(again, "The path was decoded twice, to {}: decode it once.");
        }
        let blanks: Vec<u8> = decoded
            .iter()
            .map(|&byte| if byte == b'+' { b' ' } else { byte })
            .collect();
        paths.add(
            blanks,
            "A \"+\" in the path was taken for a blank, {}: that is so in queries only.",
        );
    }
    paths.add(
        right.to_ascii_lowercase(),
        "The path was signed in lower case, {}: sign it as it is, or set secure_token_ignore_case.",
    );
    if let Some(latin) = latin_1(right) {
        paths.add(latin, "The path was signed in ISO 8859-1 and not in UTF-8: encode it as it stands in the URL.");
    }
    alike::add_unicode(paths, right);
}

/// Less than the path.
fn add_parts(paths: &mut Paths, right: &[u8]) {
    if let Some(bare) = right.strip_prefix(b"/") {
        paths.add(
            bare,
            "The path was signed without its leading slash, {}: sign it with it.",
        );
    }
    if let Some(bare) = right.strip_suffix(b"/") {
        paths.add(
            bare,
            "The path was signed without its trailing slash, {}: sign it as it is requested.",
        );
    }
    paths.add(
        [right, b"/"].concat(),
        "The path was signed with a trailing slash, {}: sign it as it is requested.",
    );
    paths.add(
        b"",
        "The path was not signed: it belongs into what is hashed.",
    );
    let name = right
        .rsplit(|&byte| byte == b'/')
        .next()
        .unwrap_or_default();
    let dots = name
        .iter()
        .rev()
        .zip(1usize..)
        .filter(|(byte, _)| **byte == b'.');
    for (_, length) in dots {
        let bare = right
            .get(..right.len().saturating_sub(length))
            .unwrap_or_default();
        // A name that is nothing but its dot and what follows has no extension.
        if !bare.ends_with(b"/") {
            paths.add(
                bare,
                "The path was signed without its extension, {}: sign it as it is requested.",
            );
        }
    }
    let slashes = right
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'/')
        .map(|(at, _)| at);
    for at in slashes.collect::<Vec<_>>().into_iter().rev() {
        let (above, below) = right.split_at_checked(at).unwrap_or_default();
        let directory = "The link was signed for the directory {} and not for the file: sign the file, or set secure_token_uri \
                         to the directory and give --path.";
        paths.add([above, b"/"].concat(), directory);
        paths.add(above, directory);
        for wildcard in [b"/*".as_slice(), b"/**"] {
            paths.add(
                [above, wildcard].concat(),
                "The path was signed as {}, where \"*\" is a plain character: sign the file, or set secure_token_uri to the \
                 directory and sign that, without the \"*\".",
            );
        }
        let beginning = "The path was signed without its beginning, {}: sign the path of the URL, or set secure_token_uri.";
        paths.add(below, beginning);
        paths.add(below.get(1..).unwrap_or_default(), beginning);
    }
}

/// More than the path.
fn add_more(paths: &mut Paths, asked: &Asked<'_>, right: &[u8]) {
    let sent = asked.url.sent_path();
    let all = asked.query();
    let others = query::without_token(&asked.rules.params, all);
    let authority = asked.url.authority();
    let mut queries: Vec<&[u8]> = vec![&others, all];
    queries.retain(|query| !query.is_empty());

    for path in [right, sent] {
        for query in &queries {
            paths.add(
                [path, b"?", query].concat(),
                "The query was signed with the path, {}: sign the path alone.",
            );
        }
        paths.add(
            [path, b"?"].concat(),
            "The path was signed with a question mark, {}: sign the path alone.",
        );
        paths.add(
            [path, b"\n"].concat(),
            "The path was signed with a newline at its end: sign it without.",
        );
        let mut hosts = vec![authority, &asked.host, asked.url.site];
        hosts.retain(|host| !host.is_empty());
        for host in hosts {
            let with_host = "The host was signed with the path, {}: sign the path alone.";
            paths.add([host, path].concat(), with_host);
            for query in &queries {
                paths.add(
                    [host, path, b"?", query].concat(),
                    "The whole URL was signed, {}: sign the path alone.",
                );
            }
        }
    }
}

pub(super) fn lower_escapes(text: &str) -> String {
    let mut lower = String::with_capacity(text.len());
    let mut left = 0u8;
    for character in text.chars() {
        if character == '%' {
            left = 3;
        }
        lower.push(if left > 0 {
            character.to_ascii_lowercase()
        } else {
            character
        });
        left = left.saturating_sub(1);
    }
    lower
}

fn latin_1(path: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(path).ok()?;
    text.chars()
        .map(|character| u8::try_from(u32::from(character)).ok())
        .collect()
}
