//! What was done wrongly when a link was signed.

use token::{Anatomy, Claims, Reason, Verdict};

use crate::claim_report::{self, ClaimReport};
use crate::link_request::LinkRequest;
use crate::mistake::{LinkPart, Mistake, UsualMistake};
use crate::readings::SECOND_MARK;
use crate::sealed::SealedToken;
use crate::search::SearchResult;
use crate::text::join;
use crate::token_fields::TokenFields;
use crate::token_form::TokenForm;
use crate::token_text::TokenText;
use crate::{digest, expiry, hints, readings, sealed, ways};

/// What is found out beyond the verdict.
#[derive(Default)]
pub(crate) struct Diagnosis {
    pub(crate) mistakes: Vec<Mistake>,
    pub(crate) claims: Vec<ClaimReport>,
}

impl Diagnosis {
    pub(crate) fn new(request: &LinkRequest<'_>, fields: &TokenFields, verdict: &Verdict) -> Self {
        let Some(form) = TokenForm::of(&request.scheme) else {
            return of_sealed(request, fields, verdict);
        };
        let mut mistakes = of_digest(request, fields, form, verdict);
        mistakes.extend(expiry::length(request, fields, verdict));
        Self {
            mistakes,
            claims: Vec::new(),
        }
    }
}

fn of_sealed(request: &LinkRequest<'_>, fields: &TokenFields, verdict: &Verdict) -> Diagnosis {
    let sealed = match request.scheme.facts().anatomy {
        Anatomy::Sealed => sealed::open(request, fields),
        Anatomy::Digest(_) | Anatomy::Signed { .. } => SealedToken::default(),
    };
    let mut mistakes = sealed.mistakes;
    let claims = sealed.claims.as_deref();
    let mut claims = claims.map_or_else(Vec::new, |text| claim_report::of(request, text));
    let wrong = claims.iter_mut().filter_map(|claim| claim.mistake.take());
    mistakes.extend(wrong.map(Mistake::certain));
    match verdict.reason() {
        Some(Reason::Missing) => mistakes.extend(hints::missing(request)),
        Some(Reason::Duplicate) => mistakes.extend(hints::duplicate(request)),
        _ if verdict.claims().is_none() && fields.token.contains(&b'?') => {
            mistakes.push(SECOND_MARK.made(&[]));
        }
        _ => {}
    }
    mistakes.extend(too_late(request, verdict));
    Diagnosis { mistakes, claims }
}

fn of_digest(
    request: &LinkRequest<'_>,
    fields: &TokenFields,
    form: TokenForm,
    verdict: &Verdict,
) -> Vec<Mistake> {
    match verdict.reason() {
        Some(Reason::Missing) => hints::missing(request),
        Some(Reason::Duplicate) => hints::duplicate(request),
        Some(Reason::Malformed) => {
            let token = TokenText::new(&fields.token, form);
            let mut mistakes = search(request, fields, form).mistakes.unwrap_or_default();
            for hint in hints::malformed(request, fields, form, &token) {
                if mistakes.iter().all(|mistake| mistake.text != hint.text) {
                    mistakes.push(hint);
                }
            }
            mistakes
        }
        Some(Reason::Signature) => {
            let result = search(request, fields, form);
            result.mistakes.unwrap_or_else(|| {
                let nothing = nothing_fits(request, fields, result.tried);
                let address = hints::address(request).filter(|_| !nothing.is_certain);
                let others = if nothing.is_certain {
                    Vec::new()
                } else {
                    hints::other_values(request, fields)
                };
                let hints = address.into_iter().chain(others).map(Mistake::likely);
                [nothing].into_iter().chain(hints).collect()
            })
        }
        _ => too_late(request, verdict),
    }
}

fn too_late(request: &LinkRequest<'_>, verdict: &Verdict) -> Vec<Mistake> {
    match (verdict.reason(), verdict.claims().and_then(Claims::expires)) {
        (Some(Reason::Expired), Some(expires)) => expiry::mistakes(request, expires),
        _ => Vec::new(),
    }
}

/// Looks for the token in every reading of the link.
fn search(request: &LinkRequest<'_>, fields: &TokenFields, form: TokenForm) -> SearchResult {
    let mut tried = 0u64;
    for reading in readings::of(request, fields) {
        let fields = reading.value;
        if request.secrets.is_empty() || fields.token.is_empty() {
            continue;
        }
        let token = TokenText::new(&fields.token, form);
        let result = ways::of(request, &fields).search(&token);
        tried = tried.saturating_add(result.tried);
        if let Some(mistakes) = result.mistakes {
            let mistakes = reading.mistake.into_iter().chain(mistakes).collect();
            return SearchResult {
                mistakes: Some(mistakes),
                tried,
            };
        }
    }
    SearchResult {
        mistakes: None,
        tried,
    }
}

static ALTERED: UsualMistake = UsualMistake {
    id: "token-altered",
    part: LinkPart::Token,
    sentence: "The token itself was altered, in character {positions}: everything else is right.",
};

/// The usual mistakes that only the right token shows.
pub(crate) fn usual_mistakes() -> impl Iterator<Item = &'static UsualMistake> {
    [&ALTERED].into_iter()
}

fn nothing_fits(request: &LinkRequest<'_>, fields: &TokenFields, tried: u64) -> Mistake {
    let right = digest::computed(request, fields);
    let token = String::from_utf8_lossy(&fields.token);
    let token = token.trim_end_matches('=');
    for right in right.iter().flatten() {
        let differing: Vec<String> = right
            .chars()
            .zip(token.chars())
            .zip(1u64..)
            .filter(|((right, given), _)| right != given)
            .map(|(_, position)| position.to_string())
            .collect();
        if right.len() == token.len() && differing.len() <= 3 {
            return ALTERED.made(&[("positions", &*join(&differing, "and"))]);
        }
    }
    Mistake::likely(format!(
        "None of {tried} usual mistakes makes this token: most likely another secret signed it, or the path, the expiry \
         or the address was altered since."
    ))
}
