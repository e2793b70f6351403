mod addressing;
mod bases;
mod documents;
mod others;

use super::{Kind, Place, Target, Untouched, places};
use crate::{Left, ManifestUrl};
use std::string::{String, ToString};
use std::vec::Vec;

const URL: ManifestUrl<'static> = ManifestUrl {
    host: b"example.com",
    secure: false,
    path: b"/v/m.mpd",
    merge_slashes: true,
};

/// The places of what is in an MPD: what stands there, and what it leads to, in a word.
fn seen(inside: &str) -> Vec<(String, String)> {
    let xml = ["<MPD xmlns:xlink=\"x\">", inside, "</MPD>"].concat();
    let places = places(xml.as_bytes(), &URL).unwrap();
    assert!(
        places
            .windows(2)
            .all(|two| two[0].at.end <= two[1].at.start)
    );
    places
        .iter()
        .map(|place| (xml[place.at.clone()].to_string(), word(place)))
        .collect()
}

fn word(place: &Place) -> String {
    match &place.target {
        Ok(Target::Path(one)) => String::from_utf8(one.path.clone()).unwrap(),
        Ok(Target::Paths) => "several".into(),
        Ok(Target::Pattern) => "pattern".into(),
        Err(left) => std::format!("{left:?}"),
    }
}

/// The same, where an MPD has one Period with one AdaptationSet.
fn in_set(inside: &str) -> Vec<(String, String)> {
    seen(
        &[
            "<Period><AdaptationSet>",
            inside,
            "</AdaptationSet></Period>",
        ]
        .concat(),
    )
}

fn expect(seen: Vec<(String, String)>, expected: &[(&str, &str)]) {
    let seen: Vec<_> = seen
        .iter()
        .map(|(at, word)| (at.as_str(), word.as_str()))
        .collect();
    assert_eq!(seen, expected);
}
