//! What becomes of a secret on its way to the signer.

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXLOWER_PERMISSIVE, HEXUPPER};

use super::super::forms::unpadded;
use super::super::search::{Bytes, Way};

/// Every secret as it is, and then every other way to take it.
pub(super) fn of(secrets: &[&[u8]]) -> Vec<Way<Bytes>> {
    let mut ways: Vec<Way<Bytes>> = secrets
        .iter()
        .map(|secret| Way::right(secret.to_vec().into()))
        .collect();
    for (secret, number) in secrets.iter().zip(1u64..) {
        let name = if secrets.len() > 1 {
            format!("Secret {number}")
        } else {
            "The secret".to_owned()
        };
        for (value, mistake) in altered(secret) {
            if !value.is_empty() && ways.iter().all(|way| *way.value != value) {
                ways.push(Way::wrong(value, format!("{name} {mistake}")));
            }
        }
    }
    // Last: it is no alteration, but what a variable that is not set comes out as.
    for (value, said) in [
        ("", "nothing at all"),
        ("undefined", "the word \"undefined\""),
        ("null", "the word \"null\""),
        ("None", "the word \"None\""),
    ] {
        ways.push(Way::wrong(
            value.as_bytes().to_vec(),
            format!(
                "The link was signed with {said} for a secret: see where the signer reads it from."
            ),
        ));
    }
    ways
}

fn altered(secret: &[u8]) -> Vec<(Vec<u8>, &'static str)> {
    let mut all: Vec<(Vec<u8>, &'static str)> = Vec::new();
    let newline = "was signed with a newline at its end, as \"echo\" writes it: sign without it, with printf '%s' or echo -n.";
    all.push(([secret, b"\n"].concat(), newline));
    all.push((
        [secret, b"\r\n"].concat(),
        "was signed with CR LF at its end, as Windows writes it: sign without it.",
    ));
    all.push((
        [secret, b"\r"].concat(),
        "was signed with a carriage return at its end: sign without it.",
    ));
    all.push((
        [secret, b"\n\n"].concat(),
        "was signed with two newlines at its end: sign without them.",
    ));
    let trimmed = "has blanks or newlines around it here, and was signed without: write it to the file without them.";
    all.push((secret.trim_ascii().to_vec(), trimmed));
    let blank = "was signed with a blank before or behind it: sign without it.";
    for value in [
        [secret, b" "].concat(),
        [b" ", secret].concat(),
        [b" ", secret, b" "].concat(),
        [secret, b"\t"].concat(),
    ] {
        all.push((value, blank));
    }
    for quotes in [b"\"", b"'", b"`"] {
        all.push((
            [quotes, secret, quotes].concat(),
            "was signed with quotes around it: sign without them.",
        ));
        if let Some(bare) = secret
            .strip_prefix(quotes)
            .and_then(|rest| rest.strip_suffix(quotes))
        {
            all.push((bare.to_vec(), "has quotes around it here, and was signed without: write it to the file without them."));
        }
    }
    if let Ok(bytes) = HEXLOWER_PERMISSIVE.decode(secret) {
        all.push((bytes, "was decoded from hexadecimal before it was used: it is its text, take it as it stands."));
    }
    let bare = unpadded(secret.trim_ascii_end());
    for bytes in [BASE64_NOPAD.decode(bare), BASE64URL_NOPAD.decode(bare)]
        .into_iter()
        .flatten()
    {
        all.push((
            bytes,
            "was decoded from base64 before it was used: it is its text, take it as it stands.",
        ));
    }
    let encoded = "was encoded before it was used: take it as it stands.";
    for text in [
        HEXLOWER.encode(secret),
        HEXUPPER.encode(secret),
        BASE64_NOPAD.encode(secret),
        data_encoding::BASE64.encode(secret),
        BASE64URL_NOPAD.encode(secret),
    ] {
        all.push((text.into_bytes(), encoded));
    }
    let case = "was signed in another case of its letters: keep them as they are.";
    all.push((secret.to_ascii_lowercase(), case));
    all.push((secret.to_ascii_uppercase(), case));
    all.push((
        [b"\xef\xbb\xbf", secret].concat(),
        "was read with a byte order mark in front: save the file without it.",
    ));
    all
}
