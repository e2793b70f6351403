//! Why a sealed token cannot be opened.

use data_encoding::BASE64URL_NOPAD;
use token::{Extra, Reason, Secret, inspect};

use crate::link_request::LinkRequest;
use crate::mistake::{LinkPart, Mistake, UsualMistake};
use crate::path::percent_decoded;
use crate::query;
use crate::readings::{self, SECOND_MARK};
use crate::text::{quote, show};
use crate::token_fields::TokenFields;
use crate::token_form::{unpadded, url_alphabet};
use crate::token_text::{PADDING, STANDARD, TWICE};
use crate::way::Way;
use crate::ways;

const fn usual(id: &'static str, part: LinkPart, sentence: &'static str) -> UsualMistake {
    UsualMistake { id, part, sentence }
}

static IN_PARAMETER: UsualMistake = usual(
    "place-token-in-parameter",
    LinkPart::Place,
    "The token is in the parameter {sent}, and the module looks for one in front of all parameters: send ?TOKEN, or set \
     secure_token_param token={name} and give --param.",
);
static IN_OTHER_PARAMETER: UsualMistake = usual(
    "place-token-name",
    LinkPart::Place,
    "The token is in the parameter {sent} and not in {right}: see secure_token_param.",
);
static BEHIND: UsualMistake = usual(
    "place-token-behind",
    LinkPart::Place,
    "The token stands behind other parameters: it comes first, ?TOKEN&other=1.",
);
static WITHOUT_NAME: UsualMistake = usual(
    "place-token-without-name",
    LinkPart::Place,
    "The token has no name here: send it as {name}=TOKEN, or leave secure_token_param out.",
);
static OLD_VERSION: UsualMistake = usual(
    "token-old-version",
    LinkPart::Token,
    "The token is of version 2 (Blowfish), which is not authenticated: sign with version 3, or set \"secure_token {scheme} \
     {word}\" and give --{word}.",
);
static NOT_WHOLE: UsualMistake = usual(
    "token-sealed-cut-off",
    LinkPart::Token,
    "The secret is right, but the token was cut off: what is left of it says {text}.",
);
static NOT_ITSELF: UsualMistake = usual(
    "token-sealed-altered",
    LinkPart::Token,
    "The secret is right, but the token was altered or cut off since it was made. It says {text}, which nobody vouches for.",
);

/// The usual mistakes with a sealed token, beside those with its secret and its encoding.
pub(crate) fn usual_mistakes() -> impl Iterator<Item = &'static UsualMistake> {
    [
        &IN_PARAMETER,
        &IN_OTHER_PARAMETER,
        &BEHIND,
        &WITHOUT_NAME,
        &OLD_VERSION,
        &NOT_WHOLE,
        &NOT_ITSELF,
    ]
    .into_iter()
}

/// What a token says, if anything can be read, and what is wrong with it.
#[derive(Default)]
pub(crate) struct SealedToken {
    /// Its claims; `None` where no secret opens it.
    pub(crate) claims: Option<Vec<u8>>,
    pub(crate) mistakes: Vec<Mistake>,
}

pub(crate) fn open(request: &LinkRequest<'_>, fields: &TokenFields) -> SealedToken {
    let texts = texts(request, fields);
    for text in &texts {
        for secret in ways::secrets_of(&request.scheme, &request.secrets) {
            let key = Secret::new(&secret.value);
            if let Some(sealed) = inspect::unseal(&request.scheme, &text.value, key) {
                let version = sealed.extra.map(|extra| unwelcome(request, extra));
                let mistakes = [&text.mistake, &version, &secret.mistake].into_iter();
                return SealedToken {
                    claims: Some(sealed.claims),
                    mistakes: mistakes.flatten().cloned().collect(),
                };
            }
        }
    }
    let mut secrets = request.secrets.iter();
    let mistakes = match secrets.find_map(|secret| readable(request, &fields.token, secret)) {
        Some(text) => vec![not_whole(&text)],
        None => doubts(request, fields, &texts),
    };
    SealedToken {
        claims: None,
        mistakes,
    }
}

/// What to say of a token that opens only with an extra that was not asked for.
fn unwelcome(request: &LinkRequest<'_>, extra: &Extra) -> Mistake {
    OLD_VERSION.made(&[("scheme", request.scheme.name()), ("word", extra.word)])
}

/// The token in every writing that it may stand in.
fn texts(request: &LinkRequest<'_>, fields: &TokenFields) -> Vec<Way<Vec<u8>>> {
    let mut texts = Vec::new();
    if !fields.sent_token.is_empty() {
        texts.push(Way::right(fields.sent_token.clone()));
    }
    let mut add = |text: Vec<u8>, mistake: Mistake| {
        if !text.is_empty() && texts.iter().all(|way: &Way<Vec<u8>>| way.value != text) {
            texts.push(Way::wrong(text, mistake));
        }
    };
    if let Some(again) = percent_decoded(&fields.token).filter(|again| *again != fields.token) {
        add(again, TWICE.made(&[]));
    }
    let url = url_alphabet(&fields.token);
    let is_standard = url != fields.token;
    let mistake = if is_standard { &STANDARD } else { &PADDING };
    add(unpadded(&url).to_vec(), mistake.made(&[]));
    if let Some(joined) = readings::joined(request, fields) {
        add(joined.sent_token, SECOND_MARK.made(&[]));
    }
    let is_end = |byte: &u8| matches!(byte, b'&' | b'?');
    for piece in request.source().split(is_end) {
        let at = piece.iter().position(|&byte| byte == b'=');
        let named = at.and_then(|at| piece.split_at_checked(at));
        let value = named.and_then(|(_, rest)| rest.get(1..)).unwrap_or(piece);
        if is_token(request, value) {
            add(
                value.to_vec(),
                misplaced(request, named.map(|(name, _)| name)),
            );
        }
    }
    texts
}

/// `name`: of the parameter in which the token stands.
fn misplaced(request: &LinkRequest<'_>, name: Option<&[u8]>) -> Mistake {
    match (name, request.rules.params.token.as_deref()) {
        (Some(name), None) => IN_PARAMETER.made(&[("sent", &*quote(name)), ("name", &*show(name))]),
        (Some(name), Some(right)) => {
            IN_OTHER_PARAMETER.made(&[("sent", &*quote(name)), ("right", &*quote(right))])
        }
        (None, None) => BEHIND.made(&[]),
        (None, Some(right)) => WITHOUT_NAME.made(&[("name", &*show(right))]),
    }
}

fn is_token(request: &LinkRequest<'_>, text: &[u8]) -> bool {
    let params = &request.scheme.facts().params;
    query::has_token(&request.scheme, params, text)
}

/// What a token says that was altered or cut off, where the secret is right. `None` where it makes no sense.
fn readable(request: &LinkRequest<'_>, token: &[u8], secret: &[u8]) -> Option<Vec<u8>> {
    let whole = token.len().saturating_sub(token.len() % 4);
    let bytes = BASE64URL_NOPAD
        .decode(token)
        .ok()
        .or_else(|| BASE64URL_NOPAD.decode(token.get(..whole)?).ok())?;
    let text = inspect::decipher(&request.scheme, &bytes, Secret::new(secret))?;
    let has_claim = text.windows(3).any(|window| window == b"ec_");
    has_claim.then_some(text)
}

/// What to say of a token whose text can be read and whose tag is wrong.
fn not_whole(text: &[u8]) -> Mistake {
    let is_plain = |part: &[u8]| part.iter().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain(text) {
        return NOT_WHOLE.made(&[("text", &*quote(text))]);
    }
    let body = text.len().saturating_sub(inspect::SEAL_LENGTH);
    let (body, _) = text.split_at_checked(body).unwrap_or((text, b""));
    NOT_ITSELF.made(&[("text", &*quote(body))])
}

/// What can be said of a token that no secret opens.
fn doubts(request: &LinkRequest<'_>, fields: &TokenFields, texts: &[Way<Vec<u8>>]) -> Vec<Mistake> {
    let mut doubts: Vec<Mistake> = texts
        .iter()
        .filter(|text| is_token(request, &text.value))
        .filter_map(|text| text.mistake.clone().map(Mistake::doubted))
        .collect();
    let reason = request.verdict().reason();
    if reason == Some(Reason::Malformed) && doubts.is_empty() {
        doubts.extend(form(&fields.token).map(Mistake::likely));
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
