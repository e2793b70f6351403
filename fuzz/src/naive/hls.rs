//! HLS playlists, read whole and line by line: docs/streaming.md.

use std::ops::Range;

const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];
/// Longer ones are not looked at.
const LONGEST: usize = 8192;

/// Where the URIs of a playlist stand, without blanks around them, and whether within quotes.
pub fn uris(text: &str) -> Vec<(Range<usize>, bool)> {
    let mut uris = Vec::new();
    let marked = text.strip_prefix("\u{ef}\u{bb}\u{bf}").unwrap_or(text);
    let opening = marked.trim_start_matches(BLANKS);
    if !opening.starts_with("#EXTM3U") {
        return uris;
    }
    let start = text.len() - opening.len();
    let mut at = start;
    for line in opening.split(['\r', '\n']) {
        if at > start {
            line_uris(line, at, &mut uris);
        }
        at += line.len() + 1;
    }
    uris
}

fn line_uris(line: &str, at: usize, uris: &mut Vec<(Range<usize>, bool)>) {
    let begun = line.trim_start_matches(BLANKS);
    let at = at + line.len() - begun.len();
    let Some(tag) = begun.strip_prefix('#') else {
        return add(begun, at, false, uris);
    };
    let Some((name, attributes)) = tag.split_once(':') else {
        return;
    };
    let behind = at + begun.len() - attributes.len();
    let wanted: &[&str] = match name.trim_start_matches(BLANKS) {
        "EXT-X-PREFETCH" => return add(attributes, behind, false, uris),
        "EXT-X-KEY"
        | "EXT-X-SESSION-KEY"
        | "EXT-X-MAP"
        | "EXT-X-MEDIA"
        | "EXT-X-I-FRAME-STREAM-INF"
        | "EXT-X-IMAGE-STREAM-INF"
        | "EXT-X-PART"
        | "EXT-X-PRELOAD-HINT"
        | "EXT-X-RENDITION-REPORT"
        | "EXT-X-SESSION-DATA" => &["URI"],
        "EXT-X-DATERANGE" => &["X-ASSET-URI", "X-ASSET-LIST"],
        "EXT-X-CONTENT-STEERING" => &["SERVER-URI"],
        _ => return,
    };
    let mut rest = attributes;
    while let Some(equals) = rest.find(['=', ',']) {
        let (name, value) = (rest[..equals].trim_matches(BLANKS), &rest[equals + 1..]);
        if rest[equals..].starts_with(',') {
            rest = value;
            continue;
        }
        let value = value.trim_start_matches([' ', '\t']);
        rest = match value
            .strip_prefix('"')
            .map(|inside| inside.split_once('"').ok_or(inside))
        {
            Some(Ok((inside, behind))) => {
                if wanted.contains(&name) {
                    let from = at + begun.len() - behind.len() - 1 - inside.len();
                    add(inside, from, true, uris);
                }
                behind
            }
            // Without its second quote it is no value, and the line ends there.
            Some(Err(_)) => return,
            None => value,
        };
        rest = rest.split_once(',').map_or("", |(_, behind)| behind);
    }
}

fn add(value: &str, at: usize, is_quoted: bool, uris: &mut Vec<(Range<usize>, bool)>) {
    let begun = value.trim_start_matches(BLANKS);
    let from = at + value.len() - begun.len();
    let uri = begun.trim_end_matches(BLANKS);
    if !uri.is_empty() && value.chars().count() <= LONGEST {
        uris.push((from..from + uri.len(), is_quoted));
    }
}
