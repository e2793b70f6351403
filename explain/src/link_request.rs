//! A request for a link: all that is known of it.

use std::fmt;

use jiff::tz::TimeZone;
use token::{
    Child, Claims, ClientIp, OpenedToken, Reason, RequestParts, RevokedCheck, Rules, Scheme,
    SignError, Source, Verdict,
};

use crate::place::{Header, Place};
use crate::revoked::RevokedFile;
use crate::token_fields::TokenFields;
use crate::url::Url;

/// A link, what it should be, and the request for it.
#[derive(Clone)]
pub struct LinkRequest<'a> {
    /// The scheme that its token is of, with what it is asked to do in addition.
    pub scheme: Scheme,
    /// What the operator asks of a token.
    pub rules: Rules,
    /// The link.
    pub url: Url<'a>,
    /// The path that the token is for, decoded.
    pub path: Vec<u8>,
    /// The path that NGINX serves by, decoded, with the token where that stands in it.
    pub served_path: Vec<u8>,
    /// That path, where the operator says it and it is not the URL's own.
    pub stated_path: Option<&'a [u8]>,
    /// Path and query as they are sent.
    pub target: Vec<u8>,
    /// The request's headers.
    pub headers: &'a [Header],
    /// The places where the token is looked for, in their order.
    pub places: Vec<Place>,
    /// The secrets that it may be signed with, in their order.
    pub secrets: Vec<&'a [u8]>,
    /// The names that they go by in the configuration, in the same order.
    pub secret_ids: Vec<String>,
    /// What the operator revoked.
    pub revoked: &'a [RevokedFile],
    /// The client's address, whether or not the scheme is told of it.
    pub client_ip: Option<&'a [u8]>,
    /// The client's country; empty where it is not known, `None` where nobody is asked for it.
    pub country: Option<&'a [u8]>,
    /// The page that led here; empty for none.
    pub referrer: &'a [u8],
    /// The host that the client asked for, as NGINX compares it.
    pub host: Vec<u8>,
    /// `http` or `https`; empty where it is not known.
    pub protocol: String,
    /// NGINX's variables that the scheme hashes, in the order of its format.
    pub variables: Vec<Vec<u8>>,
    /// The time of the request, in Unix seconds.
    pub now: u64,
    /// The time zone in which times are told beside UTC.
    pub zone: TimeZone,
}

impl<'a> LinkRequest<'a> {
    /// The link's query.
    pub fn query(&self) -> &'a [u8] {
        self.url.query.unwrap_or_default()
    }

    /// The place that holds the token: the first one decides, as in NGINX.
    pub fn place(&self) -> Option<&Place> {
        let has_token = |place: &&Place| self.rules.params.find(&place.text).is_some();
        self.places.iter().find(has_token)
    }

    /// The text that the token stands in; where it stands nowhere, the query.
    pub fn source(&self) -> &[u8] {
        self.place().map_or(self.query(), |place| &place.text)
    }

    /// The address that the scheme is told of.
    pub fn bound_ip(&self) -> Option<&'a [u8]> {
        match self.scheme.facts().client_ip {
            ClientIp::Never => None,
            ClientIp::Optional | ClientIp::Always | ClientIp::Claimed => self.client_ip,
        }
    }

    /// Whether the link may be bound to an address of which nothing was said.
    pub fn may_be_bound(&self) -> bool {
        let client_ip = self.scheme.facts().client_ip;
        matches!(client_ip, ClientIp::Optional | ClientIp::Always) && self.client_ip.is_none()
    }

    /// Whether the time of a link that passed is over, and only the skew let it in.
    pub fn is_within_skew(&self, verdict: &Verdict) -> bool {
        let rules = Rules {
            clock_skew: 0,
            ..self.rules.clone()
        };
        verdict.reason().is_none() && self.decide(&rules).reason() == Some(Reason::Expired)
    }

    /// The second from which on the link opens, of one that was refused because that is still to come.
    pub fn opens_later(&self, verdict: &Verdict) -> Option<u64> {
        let is_too_long = self.rules.max_lifetime.is_some_and(|longest| {
            let latest = self.now.saturating_add(longest);
            let expires = verdict.claims().and_then(Claims::expires);
            expires.is_none_or(|expires| expires > latest)
        });
        if verdict.reason() != Some(Reason::Lifetime) || is_too_long {
            return None;
        }
        TokenFields::of(self).opens_from(self)
    }

    /// What the module would decide.
    pub fn verdict(&self) -> Verdict {
        self.decide(&self.rules)
    }

    /// Signs a link after an opened token of this request, see [`Scheme::sign_child`].
    ///
    /// # Errors
    /// Where no such link would open.
    pub fn sign_child(
        &self,
        token: &OpenedToken,
        child: &Child<'_>,
        out: &mut dyn fmt::Write,
    ) -> Result<usize, SignError> {
        self.asked(|request| {
            self.scheme
                .sign_child(request, token, child, &self.rules, out)
        })
    }

    fn decide(&self, rules: &Rules) -> Verdict {
        self.decide_unless(rules, &|token, issued, session| {
            self.line(token, issued, session).is_some()
        })
    }

    /// Decides, with what tells whether a token was revoked.
    pub(crate) fn decide_unless(&self, rules: &Rules, revoked: &RevokedCheck<'_>) -> Verdict {
        let verdict = self.asked(|request| {
            let request = RequestParts {
                revoked: (!self.revoked.is_empty()).then_some(revoked),
                ..*request
            };
            self.scheme.verify(&request, rules, self.now)
        });
        // All answers are at hand, so that none can fail.
        verdict.unwrap_or(Verdict::Refused {
            reason: Reason::Malformed,
            token: None,
        })
    }

    /// Hands the request to what asks it.
    fn asked<T>(&self, ask: impl FnOnce(&RequestParts<'_>) -> T) -> T {
        let places = self.places.iter();
        let sources: Vec<Source<'_>> = places.map(Place::source).collect();
        let variables: Vec<&[u8]> = self.variables.iter().map(Vec::as_slice).collect();
        ask(&RequestParts {
            sources: &sources,
            secrets: &self.secrets,
            variables: &variables,
            ..self.parts()
        })
    }

    /// The request without a link, without secrets and without variables.
    pub(crate) fn parts(&self) -> RequestParts<'_> {
        RequestParts {
            path: &self.served_path,
            stated_path: self.stated_path,
            target: &self.target,
            sources: &[],
            secrets: &[],
            client_ip: self.bound_ip(),
            country: self.country,
            referrer: self.referrer,
            host: &self.host,
            protocol: self.protocol.as_bytes(),
            variables: &[],
            revoked: None,
        }
    }
}
