//! HLS playlists.

use super::{PASS, SIGN, hls, in_path, left, links, one};
use playlist::hls::LONGEST;
use playlist::{Left, Links, Outcome, Way, Why};

#[test]
fn each_link_under_the_directory_gets_a_token_of_its_own() {
    let seen = hls(
        "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"k.key?a=1\"\n./s/../1.ts?st=old&b#f\n",
        &links(SIGN),
    );
    assert_eq!(
        seen.text,
        "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"k.key?a=1&st=/v/k.key\"\n\
         ./s/../1.ts?b&st=/v/1.ts#f\n"
    );
    let report = |link: &str, path: &str| (link.into(), Some(path.into()), Outcome::Signed);
    assert_eq!(
        seen.reports,
        [
            report("EXT-X-KEY k.key?a=1", "/v/k.key"),
            report("URI line ./s/../1.ts?st=old&b#f", "/v/1.ts")
        ]
    );
}

#[test]
fn what_is_left_is_said_with_the_reason() {
    let sign = links(SIGN);
    assert_eq!(left("/w/1.ts", &sign), Why::Elsewhere);
    assert_eq!(left("../w/1.ts", &sign), Why::Elsewhere);
    assert_eq!(left("refused", &sign), Why::Refused("refused"));
    assert_eq!(left("//other/1.ts", &sign), Why::Left(Left::OtherHost));
    assert_eq!(left("{$x}/1.ts", &sign), Why::Left(Left::Variable));
    assert!(left("data:,x", &sign).is_plain());
}

#[test]
fn a_link_too_long_to_look_at_is_reported_too() {
    let long = "x".repeat(LONGEST + 1);
    let seen = hls(&format!("#EXTM3U\n{long}\n"), &links(PASS));
    assert_eq!(seen.text, format!("#EXTM3U\n{long}\n"));
    assert_eq!(
        seen.reports,
        [(
            "URI line ".into(),
            None,
            Outcome::Left(Why::Left(Left::TooLong))
        )]
    );
}

#[test]
fn the_manifests_token_is_handed_on_to_any_path_of_its_host() {
    let pass = links(PASS);
    assert_eq!(
        one("/w/1.ts?st=x", &pass),
        ("/w/1.ts?st=all".into(), Outcome::HandedOn)
    );
    assert_eq!(
        left("https://other/1.ts", &pass),
        Why::Left(Left::OtherHost)
    );
}

#[test]
fn a_token_without_a_name_comes_first() {
    let bare = Links {
        is_bare: true,
        ..links(Way::Pass { token: b"abc" })
    };
    assert_eq!(one("1.ts?a=1", &bare).0, "1.ts?abc&a=1");
}

#[test]
fn schemes_that_hash_what_is_sent_get_path_and_query_as_players_send_them() {
    let sent = Links {
        hashes_sent: true,
        ..links(SIGN)
    };
    assert_eq!(
        one("a%20b.ts?c=%20&st=old#f", &sent).0,
        "a%20b.ts?c=%20&st=/v/a%20b.ts?c=%20#f"
    );
}

#[test]
fn a_token_in_the_path_comes_into_the_paths_of_links() {
    let pass = in_path(PASS);
    assert_eq!(one("1.ts", &pass), ("1.ts".into(), Outcome::Kept));
    assert_eq!(
        one("//example.com/p/v/1.ts?a#f", &pass),
        ("//example.com/p/TOKEN/v/1.ts?a#f".into(), Outcome::HandedOn)
    );
    assert_eq!(left("/v/1.ts", &pass), Why::NoPlace);
    assert_eq!(left("/pv/1.ts", &pass), Why::NoPlace);
    // The signer of this test says nothing of a place, and the token comes to the beginning.
    let sign = in_path(Way::Sign { under: b"/p/v/" });
    assert_eq!(
        one("s/1.ts?a", &sign),
        ("st=/p/v/s/1.ts?a/p/v/s/1.ts?a".into(), Outcome::Signed)
    );
    assert_eq!(left("../1.ts", &sign), Why::Elsewhere);
}
