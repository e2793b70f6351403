//! `secure-token explain`: how the token was put together and written. Every wrong link is made here, by other code than
//! the command's.

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
    Cli, EXPIRES, PATH, SECRET, URL, azion, azion_token, base64url, is_named, md5, one, the_mistake,
};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};

#[test]
fn a_token_in_another_encoding_is_named() {
    // One with all the letters that base64url has of its own.
    let path = (0..).map(|number| format!("/{number}")).find(|path| {
        let token = azion_token(SECRET, path, EXPIRES);
        token.contains('-') && token.contains('_')
    });
    let path = path.unwrap();
    let token = azion_token(SECRET, &path, EXPIRES);
    let digest = md5(format!("{SECRET}{path}{EXPIRES}"));
    let standard = BASE64.encode(&digest);
    for (written, said) in [
        (HEXLOWER.encode(&digest), "hexadecimal"),
        (HEXLOWER.encode(&digest).to_uppercase(), "hexadecimal"),
        (standard.clone(), "standard base64 alphabet"),
        (
            standard.trim_end_matches('=').to_owned(),
            "standard base64 alphabet",
        ),
        (
            standard
                .replace('+', "%2B")
                .replace('/', "%2F")
                .replace('=', "%3D"),
            "standard base64 alphabet",
        ),
        (format!("{token}="), "wrong number of \"=\""),
        (format!("{token}%253D%253D"), "percent-encoded twice"),
        (
            BASE64URL_NOPAD.encode(HEXLOWER.encode(&digest).as_bytes()),
            "base64 of the digest's hexadecimal digits",
        ),
        (token.to_lowercase(), "lost the case"),
        (token[..15].to_owned(), "cut off"),
        (format!("{token}..."), "appended"),
    ] {
        let (certain, _) =
            Cli::new().mistakes("azion", &[&format!("{path}?st={written}&e={EXPIRES}")]);
        assert!(
            certain.iter().any(|mistake| mistake.contains(said)),
            "{written}: {certain:?}"
        );
    }
}

#[test]
fn another_order_and_another_scheme_are_named() {
    for (text, said) in [
        (
            format!("{SECRET}{EXPIRES}{PATH}"),
            "another order or with something else between: secret, expiry and path",
        ),
        (
            format!("{PATH}_{EXPIRES}_{SECRET}"),
            "path, \"_\", expiry, \"_\" and secret",
        ),
        (
            format!("{EXPIRES}{PATH} {SECRET}"),
            "signed as one of gcore, which hashes expiry, path, a blank and secret",
        ),
    ] {
        is_named(&azion(&base64url(md5(text))), said);
    }
    let link = format!(
        "{URL}?md5={}&expires={EXPIRES}",
        azion_token(SECRET, PATH, EXPIRES)
    );
    let mistake = one(Cli::new().mistakes("gcore", &[&link]));
    assert!(mistake.contains("signed as one of azion"), "{mistake}");
    let link = format!(
        "{URL}?md5={}&expires={EXPIRES}",
        base64url(md5(format!("{EXPIRES}{PATH}{SECRET}")))
    );
    let mistake = one(Cli::new().mistakes("gcore", &[&link]));
    assert!(mistake.contains("expiry, path and secret"), "{mistake}");
}

#[test]
fn another_digest_is_named() {
    // RFC 2104 by hand, for a key of less than 64 bytes.
    let pad = |byte: u8| {
        let mut block = [byte; 64];
        block
            .iter_mut()
            .zip(SECRET.bytes())
            .for_each(|(pad, key)| *pad ^= key);
        block.to_vec()
    };
    for end in ["", "\n"] {
        let text = format!("{PATH}{EXPIRES}{end}");
        let inner = md5([pad(0x36), text.into_bytes()].concat());
        let hmac = md5([pad(0x5c), inner.to_vec()].concat());
        let mistake = the_mistake(&azion(&base64url(hmac)));
        assert!(
            mistake.starts_with("The token is an HMAC")
                && mistake.contains("There was a newline at the end") != end.is_empty(),
            "{mistake}"
        );
    }
    for (length, said) in [(27, "SHA-1"), (43, "SHA-256")] {
        is_named(&azion(&"A".repeat(length)), said);
    }
}

#[test]
fn two_mistakes_at_once_are_both_named() {
    let token = azion_token(&format!("{SECRET}\n"), "/videos/my%20film.mp4", EXPIRES);
    let (certain, _) = Cli::new().mistakes("azion", &[&azion(&token)]);
    assert_eq!(certain.len(), 2);
    assert!(
        certain[0].contains("newline") && certain[1].contains("as it stands in the URL"),
        "{certain:?}"
    );
    let digest = md5(format!("{EXPIRES}{PATH} {SECRET}\n"));
    let (certain, _) = Cli::new().mistakes("azion", &[&azion(&HEXLOWER.encode(&digest))]);
    assert_eq!(certain.len(), 3);
}

#[test]
fn an_expiry_in_another_unit_or_zone_is_named() {
    let e = EXPIRES;
    for (sent, signed, said) in [
        (e, e * 1000, "signed in milliseconds"),
        (
            e,
            e + 2 * 3600,
            "2 hours later than the one in the link: local time was taken for UTC",
        ),
        (e, e - 5 * 3600 - 1800, "5 h 30 min earlier"),
        (e, e + 14 * 3600, "14 hours later"),
    ] {
        let token = azion_token(SECRET, PATH, signed);
        let mistake = the_mistake(&format!("{URL}?st={token}&e={sent}"));
        assert!(mistake.contains(said), "{mistake}");
    }
    is_named(
        &azion(&azion_token(SECRET, PATH, "")),
        "The expiry was not signed",
    );
    let off = azion(&azion_token(SECRET, PATH, e + 15 * 3600));
    assert_eq!(Cli::new().mistakes("azion", &[&off]).0.len(), 0);
}

#[test]
fn an_expiry_of_the_wrong_form_is_named() {
    let milliseconds = EXPIRES * 1000;
    for (sent, signed, said) in [
        (
            milliseconds.to_string(),
            milliseconds.to_string(),
            "is in milliseconds: sign and send seconds, 1795514400",
        ),
        (
            milliseconds.to_string(),
            EXPIRES.to_string(),
            "sent in milliseconds",
        ),
        (
            "1795514400.5".to_owned(),
            "1795514400.5".to_owned(),
            "no whole number",
        ),
        (
            "1795514400.".to_owned(),
            EXPIRES.to_string(),
            "has something behind it",
        ),
        (
            "01795514400".to_owned(),
            "01795514400".to_owned(),
            "begins with a zero",
        ),
        (
            "17955144000".to_owned(),
            "17955144000".to_owned(),
            "ten are the most",
        ),
        (
            "2026-11-24T10:00:00Z".to_owned(),
            EXPIRES.to_string(),
            "no whole number",
        ),
        (String::new(), String::new(), "is empty"),
    ] {
        let link = format!("{URL}?st={}&e={sent}", azion_token(SECRET, PATH, signed));
        let (certain, _) = Cli::new().mistakes("azion", &[&link]);
        assert!(
            certain.iter().any(|mistake| mistake.contains(said)),
            "{sent}: {certain:?}"
        );
    }
    let token = azion_token(SECRET, PATH, EXPIRES);
    for (query, said) in [
        (
            format!("st={EXPIRES}&e={token}"),
            "The parameters are swapped",
        ),
        (
            format!("st={token}&expires={EXPIRES}"),
            "The expiry stands in the parameter \"expires\", and the module looks for \"e\"",
        ),
        (format!("st={token}"), "There is no expiry"),
        (
            format!("st={token}&amp;e={EXPIRES}"),
            "The expiry stands in the parameter \"amp;e\"",
        ),
    ] {
        let (certain, _) = Cli::new().mistakes("azion", &[&format!("{URL}?{query}")]);
        assert!(
            certain.iter().any(|mistake| mistake.contains(said)),
            "{query}: {certain:?}"
        );
    }
}
