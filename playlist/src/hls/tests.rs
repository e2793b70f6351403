use super::{Kind, LONGEST, Parser, Sink, Uri};
use crate::{Left, Token, with_token};
use std::string::String;
use std::vec::Vec;

/// Marks each URI with its kind, or puts a token into it.
#[derive(Default)]
struct Seen {
    out: Vec<u8>,
    uris: Vec<(Kind, String)>,
    left: Vec<(Kind, Left)>,
}

impl Sink for Seen {
    type Error = ();

    fn text(&mut self, text: &[u8]) -> Result<(), ()> {
        assert!(!text.is_empty());
        self.out.extend_from_slice(text);
        Ok(())
    }

    fn uri(&mut self, uri: Uri<'_>) -> Result<(), ()> {
        let mut room = [0; 64];
        match uri.meaning(&mut room) {
            Ok(meaning) => {
                self.uris
                    .push((uri.kind, String::from_utf8_lossy(meaning).into_owned()));
                let token = Token {
                    text: b"T",
                    ..Token::default()
                };
                with_token(uri.written, uri.spelling, &token, &mut |text| {
                    self.out.extend_from_slice(text);
                    Ok(())
                })
            }
            Err(left) => {
                self.left.push((uri.kind, left));
                self.text(uri.written)
            }
        }
    }

    fn left(&mut self, kind: Kind, why: Left) -> Result<(), ()> {
        self.left.push((kind, why));
        Ok(())
    }
}

fn read(playlist: &[u8]) -> Seen {
    let (mut seen, mut parser) = (Seen::default(), Parser::new());
    parser.feed(playlist, &mut seen).unwrap();
    parser.finish(&mut seen).unwrap();
    seen
}

/// What comes of lines behind `#EXTM3U`.
fn out(lines: &str) -> String {
    let seen = read(["#EXTM3U\n", lines].concat().as_bytes());
    String::from_utf8(seen.out)
        .unwrap()
        .strip_prefix("#EXTM3U\n")
        .unwrap()
        .into()
}

fn uris(lines: &str) -> Vec<(Kind, String)> {
    read(["#EXTM3U\n", lines].concat().as_bytes()).uris
}

#[test]
fn a_line_that_is_no_comment_is_a_uri() {
    assert_eq!(
        out("#EXTINF:4,seg.ts\nseg.ts\n# no.ts\n"),
        "#EXTINF:4,seg.ts\nseg.ts?T\n# no.ts\n"
    );
    assert_eq!(
        uris("a.ts\nb.ts\n"),
        [(Kind::Line, "a.ts".into()), (Kind::Line, "b.ts".into())]
    );
}

#[test]
fn the_last_line_needs_no_newline() {
    assert_eq!(out("a.ts"), "a.ts?T");
    assert_eq!(out("#EXTINF:4,\na.ts  "), "#EXTINF:4,\na.ts?T  ");
}

#[test]
fn blanks_and_carriage_returns_around_a_uri_stay_outside_it() {
    assert_eq!(
        out(" \ta b.ts \t\r\n\r\nc.ts\r\n"),
        " \ta b.ts?T \t\r\n\r\nc.ts?T\r\n"
    );
    assert_eq!(out("a.ts\rb.ts\r"), "a.ts?T\rb.ts?T\r");
    assert_eq!(
        out("#EXT-X-MAP:URI=\" i.mp4 \"\n"),
        "#EXT-X-MAP:URI=\" i.mp4?T \"\n"
    );
}

#[test]
fn a_comment_behind_blanks_is_a_comment() {
    assert_eq!(out("  # a.ts\n"), "  # a.ts\n");
    assert_eq!(
        out("  #EXT-X-MAP:URI=\"i\"\n"),
        "  #EXT-X-MAP:URI=\"i?T\"\n"
    );
}

#[test]
fn only_what_begins_with_extm3u_is_a_playlist() {
    for begin in [
        "",
        "a.ts\n",
        "#EXTINF:1,\n",
        "#EXTM3\n",
        "\u{feff}a\n",
        "#extm3u\n",
        "\u{feff}\u{feff}#EXTM3U\n",
    ] {
        let text = [begin, "b.ts\n"].concat();
        assert_eq!(read(text.as_bytes()).out, text.as_bytes());
    }
    for begin in [
        "#EXTM3U\n",
        "\u{feff}#EXTM3U\r\n",
        "\n \t\r\n#EXTM3U\n",
        "\u{feff}\n#EXTM3U\n",
        "#EXTM3U b.ts\n",
    ] {
        let seen = read([begin, "b.ts"].concat().as_bytes());
        assert_eq!(seen.out, [begin, "b.ts?T"].concat().as_bytes());
    }
}

#[test]
fn half_a_byte_order_mark_is_none() {
    for begin in [
        b"\xef#EXTM3U\nb.ts".as_slice(),
        b"\xef\xbb\n#EXTM3U\nb.ts",
        b"\n\xef\xbb\xbf#EXTM3U\nb.ts",
    ] {
        assert_eq!(read(begin).out, begin);
    }
}

#[test]
fn a_parser_says_whether_it_is_a_playlist() {
    let (mut parser, mut seen) = (Parser::new(), Seen::default());
    assert_eq!(parser.is_playlist(), None);
    parser.feed(b" #EXTM3", &mut seen).unwrap();
    assert_eq!(parser.is_playlist(), None);
    parser.feed(b"U", &mut seen).unwrap();
    assert_eq!(parser.is_playlist(), Some(true));
    let mut parser = Parser::new();
    parser.feed(b"<", &mut seen).unwrap();
    assert_eq!(parser.is_playlist(), Some(false));
}

#[test]
fn every_tag_with_a_uri_is_known() {
    for (line, kind) in [
        ("#EXT-X-KEY:METHOD=AES-128,URI=\"u\",IV=0x1", Kind::Key),
        (
            "#EXT-X-SESSION-KEY:METHOD=AES-128,URI=\"u\"",
            Kind::SessionKey,
        ),
        ("#EXT-X-MAP:URI=\"u\",BYTERANGE=\"1@0\"", Kind::Map),
        (
            "#EXT-X-MEDIA:TYPE=AUDIO,NAME=\"a,URI=b\",URI=\"u\"",
            Kind::Media,
        ),
        (
            "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"u\"",
            Kind::IFrameStreamInf,
        ),
        ("#EXT-X-IMAGE-STREAM-INF:URI=\"u\"", Kind::ImageStreamInf),
        (
            "#EXT-X-PART:DURATION=0.3,URI=\"u\",INDEPENDENT=YES",
            Kind::Part,
        ),
        ("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"u\"", Kind::PreloadHint),
        (
            "#EXT-X-RENDITION-REPORT:URI=\"u\",LAST-MSN=1",
            Kind::RenditionReport,
        ),
        (
            "#EXT-X-SESSION-DATA:DATA-ID=\"a\",URI=\"u\"",
            Kind::SessionData,
        ),
        (
            "#EXT-X-DATERANGE:ID=\"a\",X-ASSET-URI=\"u\"",
            Kind::AssetUri,
        ),
        (
            "#EXT-X-DATERANGE:ID=\"a\",X-ASSET-LIST=\"u\"",
            Kind::AssetList,
        ),
        (
            "#EXT-X-CONTENT-STEERING:SERVER-URI=\"u\",PATHWAY-ID=\"a\"",
            Kind::ContentSteering,
        ),
        ("#EXT-X-PREFETCH:u", Kind::Prefetch),
    ] {
        assert_eq!(uris(line), [(kind, "u".into())], "{line}");
        assert!(out(line).contains("u?T"), "{line}");
    }
}

#[test]
fn other_attributes_and_tags_are_text() {
    for line in [
        "#EXT-X-DATERANGE:ID=\"a\",URI=\"u\",X-AD-URL=\"u\"",
        "#EXT-X-STREAM-INF:BANDWIDTH=1,URI=\"u\"",
        "#EXT-X-KEYS:URI=\"u\"",
        "#EXT-X-key:URI=\"u\"",
        "#EXT-X-KEY",
        "#EXT-X-KEY:uri=\"u\",X-URI=\"u\",NAME=\"URI=u\"",
        "#EXT-X-KEY:METHOD=NONE,URI=\"\"",
        "#EXT-X-KEY:URI=u,URI='u'",
        "#EXT-X-SOME-VERY-LONG-TAG-THAT-NO-PLAYER-KNOWS:URI=\"u\"",
        "#EXT-X-MAP:SOME-VERY-LONG-ATTRIBUTE-THAT-NO-PLAYER-KNOWS-URI=\"u\"",
        "#EXTINF:4,URI=\"u\"",
    ] {
        assert_eq!(out(line), line);
    }
}

#[test]
fn a_name_that_only_begins_as_one_that_matters_is_another() {
    let line = std::format!("#EXT-X-MAP:URI{}X=\"u\"", " ".repeat(40));
    assert_eq!(out(&line), line);
}

#[test]
fn blanks_between_attributes_do_not_hide_one() {
    assert_eq!(out("#EXT-X-MAP: URI = \"u\""), "#EXT-X-MAP: URI = \"u?T\"");
    assert_eq!(
        out("#EXT-X-MAP:A=1, \tURI=\"u\""),
        "#EXT-X-MAP:A=1, \tURI=\"u?T\""
    );
    assert_eq!(
        out("#EXT-X-MAP:A=,,B=\"x\"y,URI=\"u\""),
        "#EXT-X-MAP:A=,,B=\"x\"y,URI=\"u?T\""
    );
}

#[test]
fn a_quote_that_does_not_end_is_text_and_hides_no_line() {
    assert_eq!(
        out("#EXT-X-MAP:URI=\"u\nb.ts\n"),
        "#EXT-X-MAP:URI=\"u\nb.ts?T\n"
    );
    assert_eq!(
        out("#EXT-X-MAP:A=\"u\nb.ts\n"),
        "#EXT-X-MAP:A=\"u\nb.ts?T\n"
    );
    assert_eq!(out("#EXT-X-MAP:URI=\"u"), "#EXT-X-MAP:URI=\"u");
}

#[test]
fn a_variable_is_expanded_to_decide_and_written_as_it_stood() {
    let define = "#EXT-X-DEFINE:NAME=\"h\",VALUE=\"/v\"\n";
    let lines = [define, "{$h}/a{$h}.ts?x\n#EXT-X-MAP:URI=\"{$h}\""].concat();
    assert_eq!(
        uris(&lines),
        [(Kind::Line, "/v/a/v.ts?x".into()), (Kind::Map, "/v".into())]
    );
    assert_eq!(
        out(&lines),
        [define, "{$h}/a{$h}.ts?x&T\n#EXT-X-MAP:URI=\"{$h}?T\""].concat()
    );
}

#[test]
fn what_is_no_reference_to_a_variable_is_text() {
    assert_eq!(
        uris("{$}a{$b c}{d}{$e"),
        [(Kind::Line, "{$}a{$b c}{d}{$e".into())]
    );
}

#[test]
fn a_variable_without_one_known_value_leaves_its_uri() {
    for define in [
        "",
        "#EXT-X-DEFINE:NAME=\"other\",VALUE=\"x\"\n",
        "#EXT-X-DEFINE:IMPORT=\"v\"\n",
        "#EXT-X-DEFINE:QUERYPARAM=\"v\"\n",
        "#EXT-X-DEFINE:NAME=\"v\"\n",
        "#EXT-X-DEFINE:NAME=\"v\",VALUE=\"a\n",
        "#EXT-X-DEFINE:NAME=\"v\",VALUE=\"a\"\n#EXT-X-DEFINE:VALUE=\"a\",NAME=\"v\"\n",
        "#EXT-X-DEFINE:NAME=\"v\",VALUE=\"a\",VALUE=\"b\"\n",
        "#EXT-X-DEFINE:NAME=\"v\",NAME=\"w\",VALUE=\"a\"\n",
        "#EXT-X-DEFINE:NAME=\"v\",VALUE=\"{$w}\"\n",
        "#EXT-X-DEFINE:NAME=\"v\",VALUE=\"a?b\"\n",
        "#EXT-X-DEFINE:NAME=\"v\",VALUE=\"a#b\"\n",
        "#EXT-X-DEFINE:X-VALUE=\"b\",NAME=\"v\",VALUE=\"a\"\n",
        "#EXT-X-DEFINE:NAME=\"v\",VALUE=\"a\"\n#EXT-X-DEFINE:X=NAME=\"v\",VALUE=\"b\"\n",
        "#EXT-X-DEFINE:NAME=\"v\",VALUE=\"a\"\n#EXT-X-DEFINE:NAME=v,VALUE=\"b\"\n",
        "#EXT-X-DEFINE:NAME=\"v\",VALUE=\"a\"\n#EXT-X-DEFINED:NAME=\"v\",VALUE=\"b\"\n",
    ] {
        let text = ["#EXTM3U\n", define, "{$v}a.ts\n"].concat();
        let seen = read(text.as_bytes());
        assert_eq!(seen.out, text.as_bytes());
        assert_eq!(seen.left, [(Kind::Line, Left::Variable)], "{define}");
    }
}

#[test]
fn a_variable_does_not_end_the_host_that_is_written() {
    let define = "#EXT-X-DEFINE:NAME=\"v\",VALUE=\"x/y\"\n";
    let seen = read(["#EXTM3U\n", define, "//a{$v}.b/c\n"].concat().as_bytes());
    assert_eq!(seen.left, [(Kind::Line, Left::Variable)]);
    let seen = read(["#EXTM3U\n", define, "http:{$v}.b/c\n"].concat().as_bytes());
    assert_eq!(seen.left, [(Kind::Line, Left::NoHost)]);
    assert_eq!(
        uris(&[define, "//a/{$v}.b/c"].concat()),
        [(Kind::Line, "//a/x/y.b/c".into())]
    );
}

#[test]
fn a_variable_defined_below_is_not_known_yet() {
    let seen = read(b"#EXTM3U\n{$v}\n#EXT-X-DEFINE:NAME=\"v\",VALUE=\"a\"\n{$v}");
    assert_eq!(seen.left, [(Kind::Line, Left::Variable)]);
    assert_eq!(seen.uris, [(Kind::Line, "a".into())]);
}

#[test]
fn a_variable_may_hold_parameters_of_a_query() {
    let define = "#EXT-X-DEFINE:NAME=\"q\",VALUE=\"a=1?\"\n";
    assert_eq!(
        uris(&[define, "s?{$q}"].concat()),
        [(Kind::Line, "s?a=1?".into())]
    );
}

#[test]
fn more_variables_than_are_kept_are_unknown() {
    let mut lines = String::new();
    for name in 0..40 {
        lines += &std::format!("#EXT-X-DEFINE:NAME=\"v{name}\",VALUE=\"a\"\n");
    }
    let seen = read(["#EXTM3U\n", &lines, "{$v0}\n{$v39}\n"].concat().as_bytes());
    assert_eq!(seen.uris, [(Kind::Line, "a".into())]);
    assert_eq!(seen.left, [(Kind::Line, Left::Variable)]);
    let long = "x".repeat(5000);
    let lines = std::format!("#EXTM3U\n#EXT-X-DEFINE:NAME=\"v\",VALUE=\"{long}\"\n{{$v}}");
    assert_eq!(read(lines.as_bytes()).left, [(Kind::Line, Left::Variable)]);
}

#[test]
fn a_meaning_longer_than_its_room_leaves_its_uri() {
    let value = "x".repeat(40);
    let lines = std::format!("#EXTM3U\n#EXT-X-DEFINE:NAME=\"v\",VALUE=\"{value}\"\n{{$v}}{{$v}}");
    assert_eq!(read(lines.as_bytes()).left, [(Kind::Line, Left::TooLong)]);
}

#[test]
fn a_uri_is_looked_at_up_to_the_longest_however_it_is_cut() {
    for (len, looked_at) in [(LONGEST, true), (LONGEST + 1, false), (3 * LONGEST, false)] {
        for line in ["@", "#EXT-X-MAP:URI=\"@\",URI=\"u\"\nb"] {
            let text = ["#EXTM3U\n", &line.replace('@', &"x".repeat(len)), "\n"].concat();
            let whole = read(text.as_bytes());
            assert_eq!(whole.left.is_empty(), looked_at);
            for size in [1, 100, LONGEST, LONGEST + 3] {
                let (mut seen, mut parser) = (Seen::default(), Parser::new());
                for chunk in text.as_bytes().chunks(size) {
                    parser.feed(chunk, &mut seen).unwrap();
                }
                parser.finish(&mut seen).unwrap();
                assert!(
                    seen.out == whole.out && seen.left == whole.left && seen.uris == whole.uris
                );
            }
        }
    }
}

#[test]
fn a_quote_in_a_token_does_not_end_the_attribute() {
    let mut out = Vec::new();
    let token = Token {
        text: b"a=\"",
        ..Token::default()
    };
    let write = &mut |text: &[u8]| -> Result<(), ()> {
        out.extend_from_slice(text);
        Ok(())
    };
    with_token(b"u", crate::Spelling::Quoted, &token, write).unwrap();
    assert_eq!(out, b"u?a=%22");
}
