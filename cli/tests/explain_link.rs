//! `secure-token explain`: mistakes in what surrounds the token, the path and the expiry.

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
    Cli, EXPIRES, SECRET, URL, azion_token, base64url, ectoken, gcore_token, is_named, md5, one,
    the_mistake,
};

fn link(url: &str, signed: &str) -> String {
    format!(
        "{url}?st={}&e={EXPIRES}",
        azion_token(SECRET, signed, EXPIRES)
    )
}

/// All that is said of a link, certain or not.
fn all(scheme: &str, args: &[&str]) -> String {
    let (certain, guessed) = Cli::new().mistakes(scheme, args);
    [certain, guessed].concat().join("\n")
}

#[track_caller]
fn is_said(link: &str, said: &str) {
    let all = all("azion", &[link]);
    assert!(all.contains(said), "{link}: {all}");
}

#[test]
fn adjacent_slashes_are_merged_and_not_decoded() {
    for (url, signed) in [
        ("/a//b", "/a//b"),
        ("https://h//a/b", "//a/b"),
        ("/a//my%20film", "/a//my film"),
        ("/a//x/../b", "/a//b"),
    ] {
        let mistake = the_mistake(&link(url, signed));
        assert!(
            mistake.contains("NGINX merges adjacent slashes")
                && mistake.contains("merge_slashes off")
                && mistake.contains("--keep-slashes")
                && !mistake.contains("decode"),
            "{mistake}"
        );
    }
    let mistake = the_mistake(&link("/a//my%20film", "/a//my%20film"));
    assert!(
        mistake.contains("decoded and with its slashes merged"),
        "{mistake}"
    );
    let merged = link("/a//b", "/a/b");
    let mistake = one(Cli::new().mistakes("azion", &["--keep-slashes", &merged]));
    assert!(
        mistake.contains("with its slashes merged") && mistake.contains("merge_slashes off"),
        "{mistake}"
    );
}

#[test]
fn a_second_question_mark_is_named_wherever_it_stands() {
    let token = azion_token(SECRET, "/videos/my film.mp4", EXPIRES);
    for query in [
        format!("DVR?st={token}&e={EXPIRES}"),
        format!("st={token}&e={EXPIRES}?1592838041"),
        format!("e={EXPIRES}&st={token}?1592838041"),
        format!("st={token}?e={EXPIRES}"),
        format!("e={EXPIRES}?st={token}"),
    ] {
        let link = format!("{URL}?{query}");
        is_said(&link, "There is a second \"?\"");
        // The scheme is seen all the same.
        let ran = Cli::new().run(&["explain", "--secret-file", "key", &link]);
        assert!(
            ran.code == 1 && ran.out.contains("scheme       azion"),
            "{}{}",
            ran.out,
            ran.err
        );
    }
    // What else is wrong is found behind it.
    let token = azion_token(SECRET, "/videos/my%20film.mp4", EXPIRES);
    let all = all("azion", &[&format!("{URL}?st={token}&e={EXPIRES}?1")]);
    assert!(
        all.contains("a second \"?\"") && all.contains("as it stands in the URL"),
        "{all}"
    );
}

#[test]
fn a_second_question_mark_beside_an_ectoken_is_named() {
    let good = ectoken::link(ectoken::CLAIMS);
    for link in [
        good.replace('?', "?DVR?"),
        format!("{good}?x=1"),
        format!("{good}?1592838041"),
    ] {
        let said = all("ectoken", &[&link]);
        assert!(said.contains("There is a second \"?\""), "{link}: {said}");
    }
}

#[test]
fn a_length_of_time_in_place_of_an_expiry_is_named_with_what_it_would_be() {
    let path = "/videos/my film.mp4";
    for (sent, secret) in [
        ("3600", SECRET),
        ("3600", "another-secret-altogether"),
        ("86400", SECRET),
        ("1h", SECRET),
    ] {
        let link = format!("{URL}?st={}&e={sent}", azion_token(secret, path, sent));
        is_said(&link, "is a length of time: an expiry is a Unix time");
        let seconds = if sent == "86400" { 86_400 } else { 3_600 };
        // The tests' now.
        is_said(
            &link,
            &format!("From now it would be {}", 1_795_428_000 + seconds),
        );
    }
    let said = all(
        "ectoken",
        &[&ectoken::link("ec_expire=3600&ec_url_allow=/")],
    );
    assert!(said.contains("is a length of time"), "{said}");
}

#[test]
fn less_than_the_file_or_a_wildcard_is_named() {
    for (signed, said) in [
        ("/films/", "for the directory \"/films/\""),
        ("/films/*", "\"*\" is a plain character"),
        ("/films/**", "\"*\" is a plain character"),
        ("/*", "\"*\" is a plain character"),
        ("/films/a.tar", "without its extension, \"/films/a.tar\""),
        ("/films/a", "without its extension, \"/films/a\""),
    ] {
        let mistake = the_mistake(&link("/films/a.tar.gz", signed));
        assert!(mistake.contains(said), "{signed}: {mistake}");
    }
}

#[test]
fn a_newline_behind_the_hashed_text_is_named() {
    for end in ["\n", "\r\n"] {
        let token = base64url(md5(format!("{SECRET}/a{EXPIRES}{end}")));
        let mistake = the_mistake(&format!("/a?st={token}&e={EXPIRES}"));
        assert!(
            mistake.contains("newline at the end of the hashed text") && mistake.contains("printf"),
            "{mistake}"
        );
    }
    let token = base64url(md5(format!("{EXPIRES}/a {SECRET}\n")));
    let mistake =
        one(Cli::new().mistakes("gcore", &[&format!("/a?md5={token}&expires={EXPIRES}")]));
    assert!(
        mistake.contains("newline at its end") && mistake.contains("printf"),
        "{mistake}"
    );
}

#[test]
fn another_normal_form_of_unicode_is_named() {
    let (composed, decomposed) = ("/caf\u{e9}", "/cafe\u{301}");
    let (sent_composed, sent_decomposed) = ("/caf%C3%A9", "/cafe%CC%81");
    for (sent, signed, form) in [
        (sent_composed, decomposed, "signed in NFD"),
        (sent_decomposed, composed, "signed in NFC"),
        (sent_composed, sent_decomposed, "signed in NFD"),
        (sent_decomposed, sent_composed, "signed in NFC"),
    ] {
        is_named(&link(sent, signed), form);
    }
    let token = base64url(ectoken::sealed(SECRET, "ec_url_allow=/cafe\u{301}"));
    let said = all("ectoken", &[&format!("https://h{sent_composed}?{token}")]);
    assert!(said.contains("NFC"), "{said}");
}

#[test]
fn that_a_link_of_gcore_may_be_bound_to_an_address_is_said() {
    let token = gcore_token(SECRET, "/a", EXPIRES, "198.51.100.7");
    let link = format!("/a?md5={token}&expires={EXPIRES}");
    let said = all("gcore", &[&link]);
    assert!(
        said.contains("may be bound to the client's address") && said.contains("--client-ip"),
        "{said}"
    );
    let said = all("gcore", &["--client-ip", "192.0.2.7", &link]);
    assert!(
        said.contains("may be for another address than \"192.0.2.7\""),
        "{said}"
    );
    let ran = Cli::new().verify("gcore", &[&link]);
    assert!(
        ran.code == 1 && ran.out.contains("--client-ip"),
        "{}",
        ran.out
    );
    // The address of a test machine is named as what it is.
    let token = gcore_token(SECRET, "/a", EXPIRES, "127.0.0.1");
    let link = format!("/a?md5={token}&expires={EXPIRES}");
    let mistake = one(Cli::new().mistakes("gcore", &[&link]));
    assert!(mistake.contains("--client-ip 127.0.0.1"), "{mistake}");
}
