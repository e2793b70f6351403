//! Why an encrypted token cannot be decrypted.

use data_encoding::BASE64URL_NOPAD;
use token::{Claim, Failure, Link, Reason, Scheme, Secret};

use super::diagnosis::Mistake;
use super::forms::unpadded;
use super::found::Found;
use super::search::Way;
use super::{hints, ways};
use crate::path::percent_decoded;
use crate::query;
use crate::request::Asked;
use crate::text::{quote, show};

/// Bytes in front of what is encrypted, and behind it.
const NONCE: usize = 12;
const TAG: usize = 16;

/// What a token says, if anything can be read.
#[derive(Default)]
pub(super) struct Opened {
    /// Its claims; `None` where it was not decrypted.
    pub(super) text: Option<Vec<u8>>,
    pub(super) mistakes: Vec<Mistake>,
}

pub(super) fn open(asked: &Asked<'_>, found: &Found) -> Opened {
    let mut opened = Opened::default();
    let texts = texts(asked, found);
    for text in &texts {
        for secret in ways::secrets_of(&asked.secrets) {
            let Some((claims, version)) = decrypt(asked.scheme, &text.value, &secret.value) else {
                continue;
            };
            let said = [&text.mistake, &version, &secret.mistake];
            opened
                .mistakes
                .extend(said.into_iter().flatten().map(Mistake::certain));
            opened.text = Some(claims);
            return opened;
        }
    }
    for secret in &asked.secrets {
        let read = readable(asked.scheme, &found.token, secret);
        if let Some(mistake) = read.as_deref().map(not_whole) {
            opened.mistakes.push(Mistake::certain(mistake));
            return opened;
        }
    }
    opened.mistakes = doubts(asked, found, &texts);
    opened
}

/// The token in every writing that it may stand in.
fn texts(asked: &Asked<'_>, found: &Found) -> Vec<Way<Vec<u8>>> {
    let mut texts = Vec::new();
    if !found.sent_token.is_empty() {
        texts.push(Way::right(found.sent_token.clone()));
    }
    let mut add = |text: Vec<u8>, mistake: String| {
        if !text.is_empty() && texts.iter().all(|way: &Way<Vec<u8>>| way.value != text) {
            texts.push(Way::wrong(text, mistake));
        }
    };
    if let Some(again) = percent_decoded(&found.token).filter(|again| *again != found.token) {
        add(
            again,
            "The token is percent-encoded twice: encode the link once.".to_owned(),
        );
    }
    let url: Vec<u8> = found
        .token
        .iter()
        .map(|byte| match byte {
            b'+' | b' ' => b'-',
            b'/' => b'_',
            byte => *byte,
        })
        .collect();
    let bare = unpadded(&url).to_vec();
    if url != found.token {
        add(
            bare,
            "The token is in the standard base64 alphabet, with \"+\" and \"/\": write \"-\" and \"_\" in their place \
             (base64url)."
                .to_owned(),
        );
    } else {
        add(
            bare,
            "The token has the wrong number of \"=\" at its end: write none.".to_owned(),
        );
    }
    if let Some(joined) = hints::joined(asked, found) {
        add(joined.sent_token, hints::SECOND_MARK.to_owned());
    }
    for piece in asked.source().split(|&byte| byte == b'&' || byte == b'?') {
        let at = piece.iter().position(|&byte| byte == b'=');
        let named = at.and_then(|at| piece.split_at_checked(at));
        let place = match (named, asked.rules.params.token) {
            (Some((name, _)), None) => format!(
                "The token is in the parameter {}, and the module looks for one in front of all parameters: send \
                 ?TOKEN, or set secure_token_param token={} and give --param.",
                quote(name),
                show(name)
            ),
            (Some((name, _)), Some(right)) => format!(
                "The token is in the parameter {} and not in {}: see secure_token_param.",
                quote(name),
                quote(right)
            ),
            (None, None) => {
                "The token stands behind other parameters: it comes first, ?TOKEN&other=1."
                    .to_owned()
            }
            (None, Some(right)) => {
                format!(
                    "The token has no name here: send it as {}=TOKEN, or leave secure_token_param out.",
                    show(right)
                )
            }
        };
        let value = named.and_then(|(_, rest)| rest.get(1..)).unwrap_or(piece);
        if is_token(asked, value) {
            add(value.to_vec(), place);
        }
    }
    texts
}

fn is_token(asked: &Asked<'_>, text: &[u8]) -> bool {
    let rules = token::Rules::of(asked.scheme);
    query::has_token(asked.scheme, &rules, text)
}

/// The claims, and what is to be said of a version that is not welcome.
fn decrypt(scheme: &dyn Scheme, token: &[u8], secret: &[u8]) -> Option<(Vec<u8>, Option<String>)> {
    let secret = Secret::new(secret);
    if let Some(claims) = scheme.decrypt(token, secret) {
        return Some((claims, None));
    }
    scheme.facts().extras.iter().find_map(|extra| {
        let said = format!(
            "The token is of version 2 (Blowfish), which is not authenticated: sign with version 3, or set \"secure_token \
             {} {}\" and give --{}.",
            scheme.name(),
            extra.word,
            extra.word
        );
        Some((extra.scheme.decrypt(token, secret)?, Some(said)))
    })
}

/// What a token says that was altered or cut off, where the secret is right: the cipher is a stream, and its tag
/// says only that something is wrong. `None` where it makes no sense.
fn readable(scheme: &dyn Scheme, token: &[u8], secret: &[u8]) -> Option<Vec<u8>> {
    let whole = token.len().saturating_sub(token.len() % 4);
    let bytes = BASE64URL_NOPAD
        .decode(token)
        .ok()
        .or_else(|| BASE64URL_NOPAD.decode(token.get(..whole)?).ok())?;
    let (nonce, sealed) = bytes.split_at_checked(NONCE)?;

    // A text that is known, under the same nonce, shows the stream.
    let filler = vec![b'x'; sealed.len()];
    let claims = [
        Claim {
            name: b"ec_url_allow",
            value: b"/",
        },
        Claim {
            name: b"x",
            value: &filler,
        },
    ];
    let known = [b"ec_url_allow=/&x=".as_slice(), &filler].concat();
    let link = Link {
        path: b"/",
        claims: &claims,
        ..Link::default()
    };
    let random = &mut |room: &mut [u8]| -> Result<(), Failure> {
        room.copy_from_slice(nonce.get(..room.len()).ok_or(Failure)?);
        Ok(())
    };
    let mut probe = String::new();
    scheme
        .sign(
            &link,
            &token::Rules::of(scheme),
            Secret::new(secret),
            random,
            &mut probe,
        )
        .ok()?;
    let probe = BASE64URL_NOPAD.decode(probe.as_bytes()).ok()?;
    let stream = probe
        .get(NONCE..)?
        .iter()
        .zip(&known)
        .map(|(sealed, known)| sealed ^ known);
    let text: Vec<u8> = sealed
        .iter()
        .zip(stream)
        .map(|(sealed, stream)| sealed ^ stream)
        .collect();
    text.windows(3)
        .any(|window| window == b"ec_")
        .then_some(text)
}

/// What to say of a token whose text can be read and whose tag is wrong.
fn not_whole(text: &[u8]) -> String {
    let is_plain = |part: &[u8]| part.iter().all(|byte| matches!(byte, b' '..=b'~'));
    let body = text.len().saturating_sub(TAG);
    if is_plain(text) {
        return format!(
            "The secret is right, but the token was cut off: what is left of it says {}.",
            quote(text)
        );
    }
    let (body, _) = text.split_at_checked(body).unwrap_or((text, b""));
    format!(
        "The secret is right, but the token was altered or cut off since it was made. It says {}, which nobody vouches \
         for.",
        quote(body)
    )
}

/// What can be said of a token that no secret opens.
fn doubts(asked: &Asked<'_>, found: &Found, texts: &[Way<Vec<u8>>]) -> Vec<Mistake> {
    let mut doubts: Vec<Mistake> = texts
        .iter()
        .filter(|text| is_token(asked, &text.value))
        .filter_map(|text| text.mistake.as_ref().map(Mistake::likely))
        .collect();
    let reason = asked.verdict().reason();
    if reason == Some(Reason::Malformed) && doubts.is_empty() {
        doubts.extend(form(&found.token).map(Mistake::likely));
    }
    if reason == Some(Reason::Signature) {
        doubts.push(Mistake::likely(
            "None of the secrets decrypts the token, nor with a newline, blanks or quotes around it, nor decoded: it was \
             made with another one.",
        ));
    }
    doubts
}

/// What is wrong with the form of a token.
fn form(token: &[u8]) -> Option<String> {
    let is_url = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
    let bare = unpadded(token.trim_ascii_end());
    if let Some(byte) = bare.iter().find(|byte| !is_url(byte)) {
        return Some(format!(
            "{} stands in the token, and no base64url has that.",
            quote(&[*byte])
        ));
    }
    if token.len() > 6144 {
        return Some(format!(
            "The token has {} characters, and the module takes 6144.",
            token.len()
        ));
    }
    if bare.len() < 38 {
        return Some(format!(
            "The token has {} characters, and an ectoken at least 38: it was cut off, or this is another parameter.",
            bare.len()
        ));
    }
    if bare.len() % 4 == 1 {
        return Some(format!(
            "The token has {} characters, and no base64 has so many: it was cut off.",
            bare.len()
        ));
    }
    Some("The last character of the token is another than an encoder writes: it was altered or cut off.".to_owned())
}
