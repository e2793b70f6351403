use super::{ManifestUrl, directory};
use crate::Left;
use std::string::String;

const URL: ManifestUrl<'static> = ManifestUrl {
    host: b"example.com",
    secure: false,
    path: b"/v/a/m.m3u8?st=x/y",
    merge_slashes: true,
};

fn at(url: &ManifestUrl<'_>, uri: &str) -> Result<String, Left> {
    let mut room = [0; 64];
    url.path(uri.as_bytes(), &mut room)
        .map(|path| String::from_utf8(path.to_vec()).unwrap())
}

fn path(uri: &str) -> Result<String, Left> {
    at(&URL, uri)
}

fn from(base: &str, uri: &str) -> String {
    at(
        &ManifestUrl {
            path: base.as_bytes(),
            ..URL
        },
        uri,
    )
    .unwrap()
}

#[test]
fn a_uri_is_resolved_against_the_path_that_the_client_sent() {
    for (uri, expected) in [
        ("s.ts", "/v/a/s.ts"),
        ("s.ts?a/b#c/d", "/v/a/s.ts"),
        ("b/s.ts", "/v/a/b/s.ts"),
        ("./s.ts", "/v/a/s.ts"),
        ("../s.ts", "/v/s.ts"),
        ("../../../s.ts", "/s.ts"),
        ("/s.ts", "/s.ts"),
        ("/a/./b/../s.ts", "/a/s.ts"),
        ("/a/..", "/"),
        ("/a/.", "/a/"),
        (".", "/v/a/"),
        ("..", "/v/"),
        ("?q", "/v/a/m.m3u8"),
        ("b/", "/v/a/b/"),
        ("...", "/v/a/..."),
        (".a/..b", "/v/a/.a/..b"),
        ("a:b/../s:1", ""),
    ] {
        if expected.is_empty() {
            assert_eq!(path(uri), Err(Left::Scheme));
        } else {
            assert_eq!(path(uri).as_deref(), Ok(expected), "{uri}");
        }
    }
}

#[test]
fn a_path_is_decoded_and_normalised_as_nginx_does() {
    for (uri, expected) in [
        ("a%20b+c.ts", "/v/a/a b+c.ts"),
        ("a b.ts", "/v/a/a b.ts"),
        ("%C3%A4.ts", "/v/a/ä.ts"),
        ("ä.ts", "/v/a/ä.ts"),
        ("%2541", "/v/a/%41"),
        ("a%3Fb%23c", "/v/a/a?b#c"),
        ("x/%2e%2E/y", "/v/a/y"),
        ("x/%2e./.%2e/y", "/v/y"),
        ("x//%2E%2e/y", "/v/a/x/y"),
        ("x%2f..%2fy", "/v/a/y"),
        ("/a%2F%2Fb", "/a/b"),
        ("/a//b///c//", "/a/b/c/"),
        ("x%2f..", "/v/a/"),
    ] {
        assert_eq!(path(uri).as_deref(), Ok(expected), "{uri}");
    }
}

#[test]
fn a_player_takes_dots_out_before_nginx_merges_slashes() {
    assert_eq!(from("/a//m", "../x"), "/a/x");
    assert_eq!(from("/a//b/m", "../x"), "/a/x");
    assert_eq!(from("/a/b//m", "../x"), "/a/b/x");
}

#[test]
fn slashes_stay_where_nginx_does_not_merge_them() {
    let url = ManifestUrl {
        merge_slashes: false,
        ..URL
    };
    assert_eq!(at(&url, "b//s.ts").as_deref(), Ok("/v/a/b//s.ts"));
    assert_eq!(at(&url, "b%2F%2Fs/").as_deref(), Ok("/v/a/b//s/"));
    assert_eq!(at(&url, "b//%2f..").as_deref(), Ok("/v/a/b//"));
}

#[test]
fn what_nginx_answers_with_400_is_left() {
    for uri in ["a%", "a%2", "a%zz", "a%+1", "a%00b", "%"] {
        assert_eq!(path(uri), Err(Left::Escape), "{uri}");
    }
    assert_eq!(path("/a%2f..%2f..%2fb"), Err(Left::AboveRoot));
    // The query does not matter.
    assert_eq!(path("a?%").as_deref(), Ok("/v/a/a"));
}

#[test]
fn the_same_host_is_the_same_name_and_port_whatever_the_scheme() {
    for uri in [
        "http://example.com/x",
        "HTTPS://EXAMPLE.com/x",
        "//example.com/x",
        "http://example.com:80/x",
        "https://example.com:443/x",
        "http://example.com:/x",
        "http://example.com/./b/../x?y#z",
    ] {
        assert_eq!(path(uri).as_deref(), Ok("/x"), "{uri}");
    }
    assert_eq!(path("http://example.com").as_deref(), Ok("/"));
    assert_eq!(path("http://example.com?a").as_deref(), Ok("/"));
    let url = ManifestUrl {
        host: b"[::1]:8080",
        ..URL
    };
    assert_eq!(at(&url, "http://[::1]:8080/x").as_deref(), Ok("/x"));
    assert_eq!(at(&url, "//[::1]:08080/x").as_deref(), Ok("/x"));
    assert_eq!(at(&url, "http://[::1]/x"), Err(Left::OtherHost));
    let url = ManifestUrl {
        host: b"example.com:443",
        secure: true,
        ..URL
    };
    assert_eq!(at(&url, "https://example.com/x").as_deref(), Ok("/x"));
    assert_eq!(at(&url, "//example.com:443/x").as_deref(), Ok("/x"));
}

#[test]
fn no_token_goes_to_another_host() {
    for uri in [
        "http://example.org/x",
        "//example.org/x",
        "http://example.com.example.org/x",
        "http://example.com./x",
        "http://example.com:8080/x",
        "https://example.com:80/x",
        "http://example.com:80a/x",
        "http://example.com:99999/x",
        "http://:80/x",
        "//example.com%2f/x",
        "//example.com;example.org/x",
    ] {
        assert_eq!(path(uri), Err(Left::OtherHost), "{uri}");
    }
    let nameless = ManifestUrl { host: b"", ..URL };
    assert_eq!(at(&nameless, "http://example.com/x"), Err(Left::OtherHost));
    assert_eq!(at(&nameless, "http://:80/x"), Err(Left::OtherHost));
}

#[test]
fn what_players_read_differently_is_left() {
    for (uri, left) in [
        ("data:text/plain,a", Left::Scheme),
        ("skd://key", Left::Scheme),
        ("urn:mpeg:dash:resolve-to-zero:2013", Left::Scheme),
        ("ftp://example.com/x", Left::Scheme),
        ("a.b-c+d:e", Left::Scheme),
        ("http://user@example.com/x", Left::UserInfo),
        ("//example.org@example.com/x", Left::UserInfo),
        ("///x", Left::NoHost),
        ("http:///x", Left::NoHost),
        ("http:/x", Left::NoHost),
        ("http:x", Left::NoHost),
        ("https:", Left::NoHost),
        ("//", Left::NoHost),
        ("/\\example.org/x", Left::Byte),
        ("\\\\example.org/x", Left::Byte),
        ("http://example.com\\@example.org/x", Left::Byte),
        ("a\tb", Left::Byte),
        ("/\t/example.org", Left::Byte),
        ("a\x7f", Left::Byte),
        ("\u{a0}//example.org/x", Left::Blank),
        ("\u{feff}skd:x", Left::Blank),
        (" //example.org/x", Left::Blank),
        (".. ", Left::Blank),
        ("a?b\u{2028}http://example.org/x", Left::Blank),
        ("a?b\x0chttp://example.org/x", Left::Blank),
        ("a?b\t//example.org/x", Left::Blank),
        ("", Left::SameDocument),
        ("#f", Left::SameDocument),
    ] {
        assert_eq!(path(uri), Err(left), "{uri:?}");
    }
    assert_eq!(path("a?\\").as_deref(), Ok("/v/a/a"));
    assert_eq!(path("a b?c d#\u{a0}\t").as_deref(), Ok("/v/a/a b"));
    assert_eq!(path("1:b").as_deref(), Ok("/v/a/1:b"));
    assert_eq!(path("./a:b").as_deref(), Ok("/v/a/a:b"));
}

#[test]
fn a_path_longer_than_its_room_is_left() {
    assert_eq!(path(&"x".repeat(59)).as_deref().map(str::len), Ok(64));
    assert_eq!(path(&"x".repeat(60)), Err(Left::TooLong));
}

#[test]
fn a_directory_ends_with_its_slash() {
    assert_eq!(directory(b"/v/a.m3u8"), b"/v/");
    assert_eq!(directory(b"/v/"), b"/v/");
    assert_eq!(directory(b"/a"), b"/");
}

#[test]
fn what_a_player_sends_is_resolved_and_not_decoded() {
    let sent = |uri: &str| {
        let mut room = [0; 64];
        URL.sent(uri.as_bytes(), &mut room)
            .map(|path| String::from_utf8(path.to_vec()).unwrap())
    };
    for (uri, expected) in [
        ("s%20%61.ts?x#y", "/v/a/s%20%61.ts"),
        ("../b//s.ts", "/v/b//s.ts"),
        ("/%7Es.ts", "/%7Es.ts"),
        ("http://example.com/s.ts", "/s.ts"),
    ] {
        assert_eq!(sent(uri), Ok(expected.into()), "{uri}");
    }
    assert_eq!(sent("//example.org/s.ts"), Err(Left::OtherHost));
    assert_eq!(sent("data:,x"), Err(Left::Scheme));
}
