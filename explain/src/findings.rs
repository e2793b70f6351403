//! All that is found out about a link.

use token::Verdict;

use crate::claim_report::ClaimReport;
use crate::diagnosis::Diagnosis;
use crate::digest;
use crate::link_request::LinkRequest;
use crate::mistake::Mistake;
use crate::steps::{self, Step};
use crate::text::show;
use crate::token_fields::TokenFields;
use crate::token_form::TokenForm;

/// What there is to say about a link.
#[derive(Debug)]
pub struct Findings {
    /// What the module would decide.
    pub verdict: Verdict,
    /// What the link has for a token.
    pub fields: TokenFields,
    /// The module's checks in its order, and how far the link came.
    pub steps: Vec<Step>,
    /// How the token is made; `None` where there is no token, or tokens are sealed.
    pub digest: Option<DigestReport>,
    /// What a sealed token claims, whether or not it opens.
    pub claims: Vec<ClaimReport>,
    /// What was done wrongly.
    pub mistakes: Vec<Mistake>,
}

/// How a token is made that is a digest.
#[derive(Debug)]
pub struct DigestReport {
    /// What is hashed, the secret as dots.
    pub message: String,
    /// The right tokens, one for each secret.
    pub computed: Vec<String>,
    /// The first character, from 1, in which the link's token is another than the first secret makes; `None` where
    /// it is the token of one of them, or there is no secret.
    pub differs_at: Option<usize>,
}

/// Explains why a link opens or does not.
pub fn explain(request: &LinkRequest<'_>) -> Findings {
    let verdict = request.verdict();
    let fields = TokenFields::of(request);
    let Diagnosis { mistakes, claims } = Diagnosis::new(request, &fields, &verdict);
    let is_digest = request.scheme.facts().format().is_some();
    let has_digest = is_digest && !fields.token.is_empty();
    Findings {
        steps: steps::of(request, &verdict, &fields, &claims),
        digest: has_digest.then(|| DigestReport::new(request, &fields)),
        verdict,
        fields,
        claims,
        mistakes,
    }
}

impl DigestReport {
    fn new(request: &LinkRequest<'_>, fields: &TokenFields) -> Self {
        let computed = digest::computed(request, fields);
        let computed: Vec<String> = computed.into_iter().flatten().collect();
        Self {
            message: digest::hashed(request, fields),
            differs_at: differs_at(&computed, &show(&fields.token)),
            computed,
        }
    }
}

fn differs_at(computed: &[String], token: &str) -> Option<usize> {
    let right = computed.first()?;
    let token = token.trim_end_matches('=');
    if computed
        .iter()
        .any(|right| TokenForm::is_same(right, token))
    {
        return None;
    }
    let pairs = right.chars().zip(token.chars());
    let same = pairs.take_while(|(right, sent)| right == sent);
    Some(same.count().saturating_add(1))
}
