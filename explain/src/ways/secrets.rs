//! What becomes of a secret on its way to the signer.

use data_encoding::{
    BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXLOWER_PERMISSIVE, HEXUPPER,
};

use token::{Scheme, SecretSpelling, inspect};

use crate::mistake::{LinkPart, UsualMistake};
use crate::token_form::unpadded;
use crate::way::{Bytes, UsualWay, Way};

type SecretWay = UsualWay<fn(&[u8]) -> Vec<Vec<u8>>>;

const fn usual(
    id: &'static str,
    sentence: &'static str,
    make: fn(&[u8]) -> Vec<Vec<u8>>,
) -> SecretWay {
    UsualWay {
        mistake: UsualMistake {
            id,
            part: LinkPart::Secret,
            sentence,
        },
        make,
    }
}

/// The secret, taken wrongly.
#[rustfmt::skip]
static WRONG: [SecretWay; 13] = [
    usual("secret-newline",
        "{secret} was signed with a newline at its end, as \"echo\" writes it: sign without it, with printf '%s' or echo -n.",
        |secret| vec![[secret, b"\n"].concat()]),
    usual("secret-crlf",
        "{secret} was signed with CR LF at its end, as Windows writes it: sign without it.",
        |secret| vec![[secret, b"\r\n"].concat()]),
    usual("secret-carriage-return",
        "{secret} was signed with a carriage return at its end: sign without it.",
        |secret| vec![[secret, b"\r"].concat()]),
    usual("secret-two-newlines",
        "{secret} was signed with two newlines at its end: sign without them.",
        |secret| vec![[secret, b"\n\n"].concat()]),
    usual("secret-trimmed",
        "{secret} has blanks or newlines around it here, and was signed without: write it to the file without them.",
        |secret| vec![secret.trim_ascii().to_vec()]),
    usual("secret-blank",
        "{secret} was signed with a blank before or behind it: sign without it.",
        |secret| vec![
            [secret, b" "].concat(), [b" ", secret].concat(), [b" ", secret, b" "].concat(), [secret, b"\t"].concat(),
        ]),
    usual("secret-quoted",
        "{secret} was signed with quotes around it: sign without them.",
        |secret| QUOTES.iter().map(|quote| [quote, secret, quote].concat()).collect()),
    usual("secret-unquoted",
        "{secret} has quotes around it here, and was signed without: write it to the file without them.",
        |secret| QUOTES.iter().filter_map(|quote| Some(secret.strip_prefix(*quote)?.strip_suffix(*quote)?.to_vec())).collect()),
    usual("secret-from-hex",
        "{secret} was decoded from hexadecimal before it was used: it is its text, take it as it stands.",
        |secret| HEXLOWER_PERMISSIVE.decode(secret).into_iter().collect()),
    usual("secret-from-base64",
        "{secret} was decoded from base64 before it was used: it is its text, take it as it stands.",
        |secret| {
            let bare = unpadded(secret.trim_ascii_end());
            [BASE64_NOPAD.decode(bare), BASE64URL_NOPAD.decode(bare)].into_iter().flatten().collect()
        }),
    usual("secret-encoded",
        "{secret} was encoded before it was used: take it as it stands.",
        |secret| [&HEXLOWER, &HEXUPPER, &BASE64_NOPAD, &BASE64, &BASE64URL_NOPAD]
            .map(|encoding| encoding.encode(secret).into_bytes()).into()),
    usual("secret-case",
        "{secret} was signed in another case of its letters: keep them as they are.",
        |secret| vec![secret.to_ascii_lowercase(), secret.to_ascii_uppercase()]),
    usual("secret-byte-order-mark",
        "{secret} was read with a byte order mark in front: save the file without it.",
        |secret| vec![[b"\xef\xbb\xbf", secret].concat()]),
];

const QUOTES: [&[u8]; 3] = [b"\"", b"'", b"`"];

/// What a variable that is not set comes out as.
static NOT_SET: UsualMistake = UsualMistake {
    id: "secret-not-set",
    part: LinkPart::Secret,
    sentence: "The link was signed with {word} for a secret: see where the signer reads it from.",
};

/// Of a scheme whose secrets are written in base64, say.
static NOT_DECODED: UsualMistake = UsualMistake {
    id: "secret-not-decoded",
    part: LinkPart::Secret,
    sentence: "{secret} was used as the text that it is: it is written in {form}, and the key is what that decodes to.",
};

/// The usual mistakes with a secret.
pub(crate) fn usual_mistakes() -> impl Iterator<Item = &'static UsualMistake> {
    WRONG
        .iter()
        .map(|way| &way.mistake)
        .chain([&NOT_DECODED, &NOT_SET])
}

/// Every secret as the scheme takes it, and then every other way to take it.
pub(crate) fn of(scheme: &Scheme, secrets: &[&[u8]]) -> Vec<Way<Bytes>> {
    let bytes = secrets
        .iter()
        .filter_map(|secret| inspect::secret_bytes(scheme, secret));
    let mut ways: Vec<Way<Bytes>> = bytes.map(|bytes| Way::right(bytes.into())).collect();
    let form = match scheme.facts().secret() {
        SecretSpelling::Hex => "hexadecimal digits",
        SecretSpelling::Base64Url => "base64url",
        SecretSpelling::Base64 | SecretSpelling::Text => "base64",
    };
    for (secret, number) in secrets.iter().zip(1u64..) {
        let name = if secrets.len() > 1 {
            format!("Secret {number}")
        } else {
            "The secret".to_owned()
        };
        if ways.iter().all(|way| way.value.as_slice() != *secret) {
            let mistake = NOT_DECODED.made(&[("secret", &name), ("form", form)]);
            ways.push(Way::wrong(secret.to_vec(), mistake));
        }
        for wrong in &WRONG {
            for value in (wrong.make)(secret) {
                if !value.is_empty() && ways.iter().all(|way| *way.value != value) {
                    let mistake = wrong.mistake.made(&[("secret", &name)]);
                    ways.push(Way::wrong(value, mistake));
                }
            }
        }
    }
    // Last, for it is no way to take this secret.
    for (value, word) in [
        ("", "nothing at all"),
        ("undefined", "the word \"undefined\""),
        ("null", "the word \"null\""),
        ("None", "the word \"None\""),
    ] {
        let mistake = NOT_SET.made(&[("word", word)]);
        ways.push(Way::wrong(value.as_bytes().to_vec(), mistake));
    }
    ways
}
