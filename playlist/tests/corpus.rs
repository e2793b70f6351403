//! Manifests that others wrote: `PLAYLIST_CORPUS=folder cargo test -p secure-token-playlist --test corpus -- --ignored --nocapture`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::{dash, hls};
use playlist::dash::Target;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn files(folder: &Path, name_ends: &str, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, name_ends, into);
        } else if path.to_string_lossy().ends_with(name_ends) {
            into.push(path);
        }
    }
    into.sort();
}

fn corpus(name_ends: &str) -> Vec<(String, Vec<u8>)> {
    let folder = env::var_os("PLAYLIST_CORPUS").expect("PLAYLIST_CORPUS is to name a folder");
    let mut paths = Vec::new();
    files(Path::new(&folder), name_ends, &mut paths);
    assert!(!paths.is_empty(), "no {name_ends} below PLAYLIST_CORPUS");
    let read = |path: PathBuf| {
        (
            path.file_name().unwrap().to_string_lossy().into(),
            fs::read(path).unwrap(),
        )
    };
    paths.into_iter().map(read).collect()
}

#[test]
#[ignore = "needs PLAYLIST_CORPUS, a folder with .m3u8 files"]
fn hls_playlists_come_out_the_same_however_they_are_cut() {
    for (name, text) in corpus(".m3u8") {
        let whole = hls([text.as_slice()].into_iter(), true);
        let here = whole.uris.iter().filter(|uri| uri.2.is_ok()).count();
        println!("{name}: {} URIs, {here} signed", whole.uris.len());
        for (_, written, path) in whole.uris.iter().filter(|uri| uri.2.is_err()) {
            println!(
                "    {}: {}",
                String::from_utf8_lossy(written),
                path.as_ref().unwrap_err()
            );
        }
        for size in 1..70 {
            assert_eq!(
                hls(text.chunks(size), true),
                whole,
                "{name} in chunks of {size}"
            );
            assert_eq!(
                hls(text.chunks(size), false).out,
                text,
                "{name} in chunks of {size}"
            );
        }
        assert_eq!(
            hls([whole.out.as_slice()].into_iter(), true).out,
            whole.out,
            "{name} twice"
        );
    }
}

#[test]
#[ignore = "needs PLAYLIST_CORPUS, a folder with .mpd files"]
fn dash_manifests_come_out_the_same_twice() {
    for (name, xml) in corpus(".mpd") {
        let (once, places) = match dash(&xml) {
            Ok(signed) => signed,
            Err(why) => {
                println!("{name}: untouched, {why}");
                continue;
            }
        };
        let count = |is: fn(&Target) -> bool| {
            places
                .iter()
                .filter(|place| place.target.as_ref().is_ok_and(is))
                .count()
        };
        println!(
            "{name}: {} URIs, {} of one path, {} of several, {} patterns",
            places.len(),
            count(|target| matches!(target, Target::Path(_))),
            count(|target| matches!(target, Target::Paths)),
            count(|target| matches!(target, Target::Pattern)),
        );
        for place in &places {
            let written = String::from_utf8_lossy(&xml[place.at.clone()]);
            let leads = match &place.target {
                Ok(Target::Path(one)) => String::from_utf8_lossy(&one.path).into_owned(),
                Ok(target) => format!("{target:?}"),
                Err(left) => left.to_string(),
            };
            println!("    {:?} {written}: {leads}", place.kind);
        }
        assert_eq!(dash(&once).unwrap().0, once, "{name} twice");
    }
}
