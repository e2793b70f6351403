//! `secure-token explain`: what was taken for the path, the secret and the address. Every wrong link is made here, by
//! other code than the command's.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod common;

use common::{
    Cli, EXPIRES, NOW, PATH, SECRET, URL, azion, azion_token, base64url, gcore_token, is_named,
    md5, one, the_mistake,
};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};

#[test]
fn a_path_that_was_signed_in_another_form_is_named() {
    let of = |path: &str| azion(&azion_token(SECRET, path, EXPIRES));
    for (path, said) in [
        (
            "/videos/my%20film.mp4",
            "as it stands in the URL, \"/videos/my%20film.mp4\": sign it decoded",
        ),
        ("/videos/my+film.mp4", "with \"+\" for a blank"),
        (
            "%2Fvideos%2Fmy%20film.mp4",
            "percent-encoded, \"%2Fvideos%2Fmy%20film.mp4\"",
        ),
        ("%2fvideos%2fmy%20film.mp4", "percent-encoded"),
        ("videos/my film.mp4", "without its leading slash"),
        ("/videos/my film.mp4/", "with a trailing slash"),
        ("/videos/", "for the directory \"/videos/\""),
        ("/videos", "for the directory \"/videos\""),
        ("/", "for the directory \"/\""),
        ("my film.mp4", "without its beginning, \"my film.mp4\""),
        ("/my film.mp4", "without its beginning, \"/my film.mp4\""),
        (
            "cdn.example.com/videos/my film.mp4",
            "The host was signed with the path",
        ),
        (
            "https://cdn.example.com/videos/my film.mp4",
            "The host was signed with the path",
        ),
        (
            "https://cdn.example.com/videos/my%20film.mp4",
            "The host was signed with the path",
        ),
        ("", "The path was not signed"),
        ("/videos/my film.mp4\n", "with a newline at its end"),
        ("/videos/my film.mp4?", "with a question mark"),
    ] {
        let mistake = the_mistake(&of(path));
        assert!(mistake.contains(said), "{path}: {mistake}");
    }
}

#[test]
fn other_paths_have_other_mistakes() {
    for (url, signed, said) in [
        ("/%C3%BC", "/%c3%bc", "percent-encoded, \"/%c3%bc\""),
        ("/%c3%bc", "/%C3%BC", "percent-encoded, \"/%C3%BC\""),
        ("/Film.mp4", "/film.mp4", "in lower case"),
        ("/a/", "/a", "without its trailing slash"),
        ("/a//b/../c", "/a//b/../c", "as it stands in the URL"),
        (
            "/a/./%62",
            "/a/./b",
            "before \".\", \"..\" and \"//\" are resolved",
        ),
        ("/100%2525", "/100%", "decoded twice"),
        ("/a+b", "/a b", "taken for a blank"),
        (
            "/a?x=1&y=2",
            "/a?x=1&y=2",
            "The query was signed with the path",
        ),
        (
            "https://h/a?x=1",
            "https://h/a?x=1",
            "The whole URL was signed",
        ),
    ] {
        let mark = if url.contains('?') { '&' } else { '?' };
        let link = format!(
            "{url}{mark}st={}&e={EXPIRES}",
            azion_token(SECRET, signed, EXPIRES)
        );
        let mistake = the_mistake(&link);
        assert!(mistake.contains(said), "{url}: {mistake}");
    }
    let latin = base64url(md5([SECRET.as_bytes(), b"/\xfc1795514400"].concat()));
    is_named(&format!("/%C3%BC?st={latin}&e={EXPIRES}"), "ISO 8859-1");
    let cased = format!("/A?st={}&e={EXPIRES}", azion_token(SECRET, "/A", EXPIRES));
    let mistake = one(Cli::new().mistakes("azion", &["--ignore-case", &cased]));
    assert!(
        mistake.contains("must be signed in lower case"),
        "{mistake}"
    );
}

#[test]
fn a_secret_that_was_taken_wrongly_is_named_and_not_shown() {
    for (secret, said) in [
        (
            format!("{SECRET}\n"),
            "The secret was signed with a newline at its end",
        ),
        (format!("{SECRET}\r\n"), "CR LF"),
        (format!("{SECRET} "), "with a blank"),
        (format!(" {SECRET}"), "with a blank"),
        (format!("\"{SECRET}\""), "with quotes around it"),
        (format!("'{SECRET}'"), "with quotes around it"),
        (SECRET.to_uppercase(), "another case"),
        (
            HEXLOWER.encode(SECRET.as_bytes()),
            "was encoded before it was used",
        ),
        (
            BASE64.encode(SECRET.as_bytes()),
            "was encoded before it was used",
        ),
        (format!("\u{feff}{SECRET}"), "byte order mark"),
        (String::new(), "nothing at all for a secret"),
        ("undefined".to_owned(), "the word \"undefined\""),
    ] {
        let mistake = the_mistake(&azion(&azion_token(&secret, PATH, EXPIRES)));
        assert!(mistake.contains(said), "{mistake}");
    }
}

#[test]
fn a_secret_that_stands_wrongly_in_its_file_is_named() {
    let bytes = b"sixteen bytes...";
    for (file, signed, said) in [
        (
            format!(" {SECRET}\t"),
            SECRET.as_bytes(),
            "has blanks or newlines around it here",
        ),
        (
            format!("{SECRET}\n\n"),
            SECRET.as_bytes(),
            "has blanks or newlines around it here",
        ),
        (
            format!("\"{SECRET}\""),
            SECRET.as_bytes(),
            "has quotes around it here",
        ),
        (
            HEXLOWER.encode(bytes),
            bytes.as_slice(),
            "was decoded from hexadecimal",
        ),
        (BASE64.encode(bytes), bytes, "was decoded from base64"),
        (
            BASE64URL_NOPAD.encode(bytes),
            bytes,
            "was decoded from base64",
        ),
    ] {
        let mut cli = Cli::new();
        cli.secret_file("key", file.as_bytes());
        let token = base64url(md5([signed, PATH.as_bytes(), b"1795514400"].concat()));
        let mistake = one(cli.mistakes("azion", &[&azion(&token)]));
        assert!(mistake.contains(said), "{mistake}");
    }
}

#[test]
fn of_several_secrets_the_one_that_was_meant_is_named() {
    let mut cli = Cli::new();
    cli.secret_file("new", b"the-secret-of-next-year");
    let link = azion(&azion_token("the-secret-of-next-year\n", PATH, EXPIRES));
    let mistake = one(cli.mistakes("azion", &["--secret-file", "new", &link]));
    assert!(
        mistake.starts_with("Secret 2 was signed with a newline"),
        "{mistake}"
    );
    let right = azion(&azion_token("the-secret-of-next-year", PATH, EXPIRES));
    let ran = cli.run(&[
        "explain",
        "--secret-file",
        "key",
        "--secret-file",
        "new",
        "--now",
        NOW,
        &right,
    ]);
    assert!(
        ran.code == 0 && ran.out.contains("passed       secret 2 fits"),
        "{}",
        ran.out
    );
}

#[test]
fn an_address_that_was_left_out_or_put_in_or_spelt_otherwise_is_named() {
    let of = |address: &str| {
        format!(
            "{URL}?md5={}&expires={EXPIRES}",
            gcore_token(SECRET, PATH, EXPIRES, address)
        )
    };
    let mistake = |link: &str, address: &str| {
        one(Cli::new().mistakes("gcore", &["--client-ip", address, link]))
    };
    assert!(mistake(&of(""), "192.0.2.7").contains("The client's address was left out"));
    for spelling in [
        "2001:DB8::1",
        "2001:0db8:0000:0000:0000:0000:0000:0001",
        "2001:db8:0:0:0:0:0:1",
        "[2001:db8::1]",
    ] {
        assert!(
            mistake(&of(spelling), "2001:db8::1").contains("in another spelling"),
            "{spelling}"
        );
    }
    assert!(mistake(&of("::ffff:192.0.2.7"), "192.0.2.7").contains("in another spelling"));
    let mistake = one(Cli::new().mistakes("gcore", &[&of("127.0.0.1")]));
    assert!(
        mistake.contains("The client's address 127.0.0.1 was signed, and is not looked at here"),
        "{mistake}"
    );
    let link = azion(&base64url(md5(format!("{SECRET}{PATH}{EXPIRES}192.0.2.7"))));
    let (certain, _) = Cli::new().mistakes("azion", &["--client-ip", "192.0.2.7", &link]);
    assert!(
        certain
            .iter()
            .any(|mistake| mistake.contains("The client's address 192.0.2.7 was signed")),
        "{certain:?}"
    );
}
