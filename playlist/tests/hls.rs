//! What holds for every playlist, wherever buffers cut it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::hls;
use proptest::prelude::*;

/// Text that is nearly a playlist.
fn playlist() -> impl Strategy<Value = Vec<u8>> {
    let begin = prop_oneof![
        8 => Just("#EXTM3U\n".as_bytes().to_vec()),
        1 => Just("\u{feff}#EXTM3U\r\n".as_bytes().to_vec()),
        1 => Just(b" \n#EXTM3U\n".to_vec()),
        1 => Just(Vec::new()),
    ];
    let piece = prop_oneof![
        Just("\n"),
        Just("\r\n"),
        Just("\r"),
        Just("#EXT"),
        Just("#EXTINF:4,\n"),
        Just("seg.ts"),
        Just("../a b.ts?st=1&b=2#f"),
        Just("https://example.com/x"),
        Just("//example.org/x"),
        Just("#EXT-X-MAP:URI=\"i.mp4\""),
        Just("#EXT-X-KEY:METHOD=AES-128,URI=\"skd://k\",IV=0x1"),
        Just("#EXT-X-DATERANGE:ID=\"a\",X-ASSET-LIST=\""),
        Just("#EXT-X-DEFINE:NAME=\"v\",VALUE=\"w\"\n"),
        Just("#EXT-X-DEFINE:IMPORT=\"v\"\n"),
        Just("{$v}"),
        Just("{$"),
        Just("#EXT-X-PREFETCH:"),
        Just("URI="),
        Just("\""),
        Just(","),
        Just(" "),
        Just("\t"),
        Just("#"),
        Just("?"),
        Just("\u{e4}"),
        Just("\0"),
    ];
    (begin, prop::collection::vec(piece, 0..24))
        .prop_map(|(begin, pieces)| [begin, pieces.concat().into_bytes()].concat())
}

/// A text in pieces that begin where it says.
fn cut<'t>(text: &'t [u8], at: &[usize]) -> Vec<&'t [u8]> {
    let mut cuts: Vec<usize> = at.iter().map(|at| at % (text.len() + 1)).collect();
    cuts.extend([0, text.len()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|two| &text[two[0]..two[1]]).collect()
}

proptest! {
    #[test]
    fn every_cut_gives_the_same(text in playlist(), at in prop::collection::vec(any::<usize>(), 0..8)) {
        let whole = hls([text.as_slice()].into_iter(), true);
        prop_assert_eq!(&hls(cut(&text, &at).into_iter(), true), &whole);
        prop_assert_eq!(&hls(text.chunks(1), true), &whole);
        for one in 0..=text.len() {
            prop_assert_eq!(&hls(cut(&text, &[one]).into_iter(), true), &whole);
        }
    }

    #[test]
    fn what_is_not_signed_is_handed_on_byte_for_byte(text in playlist(), size in 1_usize..9) {
        prop_assert_eq!(hls(text.chunks(size), false).out, text);
    }

    #[test]
    fn any_bytes_are_handed_on(text in any::<Vec<u8>>(), size in 1_usize..9) {
        let text = [b"#EXTM3U\n".as_slice(), &text].concat();
        prop_assert_eq!(hls(text.chunks(size), false).out, text);
    }

    #[test]
    fn signing_twice_is_signing_once(text in playlist()) {
        let once = hls([text.as_slice()].into_iter(), true);
        let twice = hls([once.out.as_slice()].into_iter(), true);
        prop_assert_eq!(&twice.out, &once.out);
        let paths = |seen: &common::Seen| seen.uris.iter().map(|uri| uri.2.clone()).collect::<Vec<_>>();
        prop_assert_eq!(paths(&twice), paths(&once));
    }
}
