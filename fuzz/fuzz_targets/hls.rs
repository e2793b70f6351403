//! HLS: the same however it is cut, what the second opinion makes of it line by line, and no token for another host.
#![no_main]

use fuzz::input::Lines;
use fuzz::manifest::{HANDED_ON, Manifest, Seen, token_of};
use fuzz::naive::hls::uris;
use fuzz::text::{bytes, text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut lines = Lines::of(input);
    let flags = lines.flags();
    let (host, path) = (lines.text(), lines.text());
    let (one, other) = (lines.number(1) as usize, lines.number(7) as usize);
    // Where it is asked for, what is too long for a mutation: nearly, or just over what is looked at.
    let mut whole = lines.rest();
    if let Some(at) = whole
        .iter()
        .position(|byte| *byte == 1)
        .filter(|_| flags.has('l'))
    {
        let long = "long/".repeat(1630 + other % 20);
        whole.splice(at..=at, long.bytes());
    }
    let Some(manifest) = Manifest::read(flags, host, path) else {
        return;
    };

    let rewritten = manifest.rewrite_hls([&*whole].into_iter());
    for size in [1, one % 64 + 1] {
        // A long one is cut often enough as it is.
        let size = if whole.len() > 2000 { size + 64 } else { size };
        assert_eq!(
            manifest.rewrite_hls(whole.chunks(size)),
            rewritten,
            "in pieces of {size}"
        );
    }
    let (first, second) = whole.split_at(other % (whole.len() + 1));
    assert_eq!(
        manifest.rewrite_hls([first, second].into_iter()),
        rewritten,
        "cut at {}",
        first.len()
    );

    let (before, after) = (text(&whole), text(&rewritten.text));
    let links = &rewritten.links;
    let looked_at: Vec<&Seen> = links
        .iter()
        .filter(|link| !link.written.is_empty())
        .collect();
    let found = uris(&before);
    let written: Vec<&str> = found.iter().map(|(at, _)| &before[at.clone()]).collect();
    let seen: Vec<&str> = looked_at.iter().map(|link| &*link.written).collect();
    assert_eq!(seen, written, "{before}");
    check_hosts(&manifest, &looked_at);
    if manifest.is_in_path() {
        return;
    }
    let mut expected = String::new();
    let mut done = 0;
    for ((at, is_quoted), link) in found.into_iter().zip(looked_at) {
        expected.push_str(&before[done..at.start]);
        done = at.end;
        let token = if manifest.passes() {
            HANDED_ON.to_owned()
        } else {
            token_of(&bytes(link.path.as_deref().unwrap_or_default()))
        };
        let token = if is_quoted {
            token.replace('"', "%22")
        } else {
            token
        };
        if link.has_token() {
            expected.push_str(&manifest.with_token(&link.written, &token));
        } else {
            expected.push_str(&link.written);
        }
    }
    expected.push_str(&before[done..]);
    assert_eq!(after, expected, "{before}");
    // What has its tokens gets the same ones.
    assert_eq!(
        text(&manifest.rewrite_hls([&*rewritten.text].into_iter()).text),
        after,
        "{before}"
    );
});

/// No token for another host, as players resolve.
fn check_hosts(manifest: &Manifest, links: &[&Seen]) {
    let Some(base) = manifest.base() else { return };
    for link in links
        .iter()
        .filter(|link| link.has_token() && !link.written.contains("{$"))
    {
        if let Ok(uri) = String::from_utf8(bytes(&link.written)) {
            let path = if manifest.is_in_path() {
                None
            } else {
                link.path.as_deref()
            };
            manifest.check_host(&base, &uri, path);
        }
    }
}
