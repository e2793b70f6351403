//! Where a URI of a manifest leads: never elsewhere than to where the WHATWG's algorithm leads.
#![no_main]

use fuzz::input::Lines;
use fuzz::manifest::{Manifest, has_drive};
use fuzz::text::{percent_decoded, served, text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut lines = Lines::of(input);
    let flags = lines.flags();
    let (host, path) = (lines.text(), lines.text());
    let uri = lines.rest();
    let Some(manifest) = Manifest::read(flags, host, path) else {
        return;
    };
    let (Some(base), Ok(readable)) = (manifest.base(), std::str::from_utf8(&uri)) else {
        return;
    };
    manifest.with_links(|links| {
        let mut room = vec![0; uri.len() + links.url.path.len() + 2];
        let Ok(path) = links.url.path(&uri, &mut room).map(text) else {
            return;
        };
        manifest.check_host(&base, readable, Some(&path));
        let mut room = vec![0; uri.len() + links.url.path.len() + 2];
        let sent = links
            .url
            .sent(&uri, &mut room)
            .map(text)
            .expect("a path that is served is sent");
        assert_eq!(served(&sent), Some(path));
        if has_drive(readable) || has_drive(base.path()) {
            return;
        }
        // As a browser sends it, whatever it escapes.
        let url = base.join(readable).expect("a URL");
        assert_eq!(
            percent_decoded(&sent),
            percent_decoded(url.path()),
            "{readable} on {base}"
        );
    });
});
