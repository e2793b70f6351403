//! DASH: what has no token stands as it stood, the tree is the same but for tokens, and none goes to another host.
#![no_main]

use fuzz::input::Lines;
use fuzz::manifest::{HANDED_ON, Manifest, Rewritten, token_of};
use fuzz::naive::dash;
use fuzz::text::{bytes, text};
use libfuzzer_sys::fuzz_target;
use playlist::Spelling;
use playlist::dash::Place;

fuzz_target!(|input: &[u8]| {
    let mut lines = Lines::of(input);
    let flags = lines.flags();
    let (host, path) = (lines.text(), lines.text());
    let xml = lines.rest();
    let Some(manifest) = Manifest::read(flags, host, path) else {
        return;
    };
    let mut rewritten = Rewritten::default();
    let done = manifest
        .with_links(|links| playlist::dash::rewrite(&xml, links, &manifest, &mut rewritten));
    if done.expect("nothing fails").is_err() {
        assert_eq!(rewritten.text, xml);
        return;
    }
    if let (Ok(before), Ok(after)) = (
        std::str::from_utf8(&xml),
        std::str::from_utf8(&rewritten.text),
    ) {
        dash::check(&manifest, before, after);
    }
    if manifest.is_in_path() {
        return;
    }
    let places = manifest
        .with_links(|links| playlist::dash::places(&xml, &links.url))
        .expect("it was rewritten");
    if let Some(expected) = expected(&manifest, &xml, &places, &rewritten) {
        assert_eq!(text(&rewritten.text), expected);
    }
});

/// The manifest with each token in its place. `None` where a link has entities that are no ampersands.
fn expected(
    manifest: &Manifest,
    xml: &[u8],
    places: &[Place],
    rewritten: &Rewritten,
) -> Option<String> {
    assert_eq!(places.len(), rewritten.links.len());
    let (mut whole, mut done) = (String::new(), 0);
    for (place, link) in places.iter().zip(&rewritten.links) {
        whole.push_str(&text(&xml[done..place.at.start]));
        done = place.at.end;
        assert_eq!(link.written, text(&xml[place.at.clone()]));
        if !link.has_token() {
            whole.push_str(&link.written);
            continue;
        }
        let token = if manifest.passes() {
            HANDED_ON.to_owned()
        } else {
            token_of(&bytes(link.path.as_deref().unwrap_or_default()))
        };
        let is_cdata = place.spelling == Spelling::Cdata;
        let plain = if is_cdata {
            link.written.clone()
        } else {
            link.written.replace("&amp;", "&")
        };
        if !is_cdata && plain.matches('&').count() != link.written.matches("&amp;").count() {
            return None;
        }
        let token = if place.spelling == Spelling::Template {
            token.replace('$', "$$")
        } else {
            token
        };
        let with_token = manifest.with_token(&plain, &token);
        whole.push_str(&if is_cdata {
            with_token
        } else {
            with_token.replace('&', "&amp;")
        });
    }
    whole.push_str(&text(&xml[done..]));
    Some(whole)
}
