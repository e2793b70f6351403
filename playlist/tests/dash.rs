//! What holds for every manifest.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::dash;
use playlist::dash::{Place, Target};
use proptest::prelude::*;

/// Elements within elements, with URIs of all kinds.
fn manifest() -> impl Strategy<Value = String> {
    let uri = prop_oneof![
        Just("a/b.mp4"),
        Just("$Number$.m4s"),
        Just("$RepresentationID$/$Bandwidth%04d$"),
        Just("../c?d&amp;st=1&#38;e=2#f"),
        Just("https://example.com/x/"),
        Just("//example.org/x"),
        Just("urn:x"),
        Just("a&#36;b"),
        Just("&own;"),
        Just(" \n e?f "),
        Just(""),
        Just("\u{e4}"),
    ];
    let leaf = (0..14_usize, uri).prop_map(|(element, uri)| match element {
        0..4 => format!("<BaseURL>{uri}</BaseURL>"),
        4..6 => format!("<SegmentTemplate media='{uri}' initialization=\"{uri}\" />"),
        6 => format!("<SegmentList><SegmentURL media='{uri}'/><SegmentURL/></SegmentList>"),
        7 => format!("<SegmentBase><Initialization sourceURL='{uri}' /></SegmentBase>"),
        8 => format!("<Location>{uri}</Location><!-- {uri} -->"),
        9 => format!("<BaseURL><![CDATA[{uri}]]></BaseURL>"),
        10 => format!("<EventStream xlink:href='{uri}'><Event>{uri}</Event></EventStream>"),
        11 => "<RequestParam useMPDUrlQuery='true'/>".into(),
        12 => format!("<ContentProtection><l>{uri}</l></ContentProtection>"),
        _ => "\r\n<Role value='a'/>".into(),
    });
    let level = |name: &'static str, inner: BoxedStrategy<String>| {
        prop::collection::vec(inner, 0..4)
            .prop_map(move |inner| {
                format!("<{name} id='r' bandwidth='9'>{}</{name}>", inner.concat())
            })
            .boxed()
    };
    let leaf = leaf.boxed();
    let representation = level("Representation", leaf.clone());
    let set = level(
        "AdaptationSet",
        prop_oneof![leaf.clone(), representation].boxed(),
    );
    let period = level("Period", prop_oneof![leaf.clone(), set].boxed());
    level("MPD", prop_oneof![leaf, period].boxed())
}

proptest! {
    #[test]
    fn signing_twice_is_signing_once(xml in manifest()) {
        let (once, places) = dash(xml.as_bytes()).unwrap();
        let (twice, again) = dash(&once).unwrap();
        prop_assert_eq!(String::from_utf8(twice), String::from_utf8(once));
        // With the token the query is another.
        let path = |target| match target {
            Target::Path(one) => Some(one.path),
            Target::Paths | Target::Pattern => None,
        };
        let targets = |places: Vec<Place>| {
            let of = |place: Place| (place.kind, place.target.map(path));
            places.into_iter().map(of).collect::<Vec<_>>()
        };
        prop_assert_eq!(targets(again), targets(places));
    }

    #[test]
    fn no_bytes_are_too_bad(mut xml in manifest().prop_map(String::into_bytes), at in any::<usize>(), byte: u8) {
        let at = at % xml.len();
        xml[at] = byte;
        let _ = dash(&xml);
        let _ = dash(&xml[..at]);
    }
}
