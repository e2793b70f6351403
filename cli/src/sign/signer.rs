//! One URL signed.

use explain::restriction::{CLIENT_IP, by_claim};
use explain::text::{quote, show};
use explain::url::Url;
use explain::{carried_expiry, query, time};
use serde_json::json;
use token::{
    Carrier, Claim, Failure, Link, Reason, RequestParts, Rules, Secret, SignError, Source,
};

use super::Args;
use crate::clock;
use crate::output::Trouble;
use crate::schemes;

/// All that URLs of one command have in common.
pub(super) struct Signer<'a> {
    args: &'a Args,
    rules: Rules,
    secret: &'a [u8],
    claims: Vec<Claim<'a>>,
}

/// A URL that was signed.
pub(super) struct SignedLink {
    scheme: &'static str,
    url: Vec<u8>,
    path: Vec<u8>,
    expires: Option<u64>,
    pub(super) warning: Option<String>,
}

impl SignedLink {
    /// With the newline at its end.
    pub(super) fn line(mut self, is_json: bool) -> Vec<u8> {
        if !is_json {
            self.url.push(b'\n');
            return self.url;
        }
        let object = json!({
            "scheme": self.scheme,
            "url": String::from_utf8_lossy(&self.url),
            "path": String::from_utf8_lossy(&self.path),
            "expires": self.expires,
            "expires_utc": self.expires.and_then(time::rfc3339),
        });
        format!("{object}\n").into_bytes()
    }
}

impl<'a> Signer<'a> {
    /// # Errors
    /// Whatever would be wrong with every URL.
    pub(super) fn new(args: &'a Args, secret: &'a [u8]) -> Result<Self, Trouble> {
        let claim = |(name, value): &'a (String, String)| Claim {
            name: name.as_bytes(),
            value: value.as_bytes(),
        };
        let signer = Self {
            args,
            rules: args.link.rules(args.scheme)?,
            secret,
            claims: args.claims.0.iter().map(claim).collect(),
        };
        let name = args.scheme.name();
        if args.never && args.scheme.facts().format().is_some() {
            return Err(format!(
                "links of {name} have to expire; use --expires-in or --expires-at"
            )
            .into());
        }
        args.scheme
            .prepare(Secret::new(secret))
            .map_err(|error| format!("the secret {error}"))?;
        // A path that every scheme signs: what is wrong now is wrong with the options.
        signer
            .token(b"/", b"/", clock::now())
            .map_err(|error| signer.say(error))?;
        Ok(signer)
    }

    pub(super) fn rules(&self) -> &Rules {
        &self.rules
    }

    pub(super) fn sign(&self, text: &[u8], now: u64) -> Result<SignedLink, String> {
        let (args, params) = (self.args, &self.rules.params);
        let url = Url::parse(text)?;
        let path = args
            .link
            .path(args.scheme, &url)
            .map_err(|why| format!("{}: {why}", show(text)))?;
        let (bare_path, bare_query) = self.without_token(&url, text)?;
        let mark: &[u8] = if bare_query.is_empty() { b"" } else { b"?" };
        let sent = args.link.named_path().map_or(bare_path, str::as_bytes);
        let sent = if sent.is_empty() { b"/" } else { sent };
        let target = [sent, mark, &bare_query].concat();
        let signed = self
            .token(&path, &target, now)
            .map_err(|error| format!("{}: {}", show(text), self.say(error)))?;
        let signed_url = if args.scheme.facts().carrier == Carrier::Path {
            let bare_path = if bare_path.is_empty() {
                b"/"
            } else {
                bare_path
            };
            url.with(&[signed.as_bytes(), bare_path].concat(), &bare_query)
        } else {
            let query = query::with_token(params, &bare_query, signed.as_bytes());
            url.with(bare_path, &query)
        };
        Ok(SignedLink {
            scheme: args.scheme.name(),
            url: signed_url,
            expires: args
                .expires(now)
                .map(|expires| carried_expiry(args.scheme, &self.rules, expires)),
            warning: self.own_path_warning(text, &path, &signed),
            path,
        })
    }

    /// Path and query without a token that is there already, where it may be taken out.
    fn without_token<'u>(&self, url: &Url<'u>, text: &[u8]) -> Result<(&'u [u8], Vec<u8>), String> {
        let (scheme, params) = (self.args.scheme, &self.rules.params);
        let query = url.query.unwrap_or_default();
        let in_path = query::path_token(scheme, url.written_path);
        if in_path.is_none() && !query::has_token(scheme, params, query) {
            return Ok((url.written_path, query.to_vec()));
        }
        if !self.args.replace {
            let why = match params.token {
                Some(_) => ", and with two the module refuses it as \"duplicate\"",
                None => "",
            };
            return Err(format!(
                "{} has a token of {} already{why}; sign the URL without it, or write --replace to take it out",
                show(text),
                scheme.name()
            ));
        }
        Ok(match in_path {
            Some((_, path)) => (path, query.to_vec()),
            None => (url.written_path, query::without_token(params, query)),
        })
    }

    /// What makes a path open: arguments, or segments of the path.
    fn token(&self, path: &[u8], target: &[u8], now: u64) -> Result<String, SignError> {
        let client_ip = self.args.link.client_ip.as_deref();
        self.token_of(&self.claims, client_ip, path, target, now)
    }

    fn token_of(
        &self,
        claims: &[Claim<'_>],
        client_ip: Option<&str>,
        path: &[u8],
        target: &[u8],
        now: u64,
    ) -> Result<String, SignError> {
        let link = Link {
            path,
            target,
            expires: self.args.expires(now),
            client_ip: client_ip.map(str::as_bytes),
            claims,
        };
        let mut text = String::with_capacity(256);
        let random = &mut |bytes: &mut [u8]| getrandom::fill(bytes).map_err(|_| Failure);
        let secret = Secret::new(self.secret);
        self.args
            .scheme
            .sign(&link, &self.rules, secret, random, &mut text)?;
        Ok(text)
    }

    /// A token that names paths need not name the one that it is printed with.
    fn own_path_warning(&self, text: &[u8], path: &[u8], signed: &str) -> Option<String> {
        if !self
            .claims
            .iter()
            .any(|claim| claim.name == b"ec_url_allow")
        {
            return None;
        }
        let request = RequestParts {
            path,
            sources: &[Source::query(signed.as_bytes())],
            secrets: &[self.secret],
            ..RequestParts::default()
        };
        let verdict = self.args.scheme.verify(&request, &self.rules, 0).ok()?;
        (verdict.reason() == Some(Reason::Url)).then(|| {
            format!(
                "the token does not open {} itself, for {} begins with nothing that --url-allow names",
                show(text),
                quote(path)
            )
        })
    }

    /// What to do about an error.
    fn say(&self, error: SignError) -> String {
        let name = self.args.scheme.name();
        let is_digest = self.args.scheme.facts().format().is_some();
        match error {
            SignError::Claim if is_digest => {
                format!(
                    "links of {name} have no restrictions; leave them out, or take a scheme that has them: {}",
                    schemes::with_claims().join(", ")
                )
            }
            SignError::Claim => self.say_which_claim(),
            SignError::ClientIp if is_digest && self.args.link.client_ip(self.args.scheme).is_none() => {
                format!("links of {name} are bound to no address; leave --client-ip out")
            }
            SignError::ClientIp if is_digest => "--client-ip is empty or has control characters; write an address".to_owned(),
            SignError::ClientIp => format!("--client-ip takes {}", CLIENT_IP.form),
            SignError::Path if is_digest => {
                "the path is empty or has control characters, and the module refuses such; name another".to_owned()
            }
            SignError::Path => format!(
                "a token of {name} cannot name this path, which has \",\" or \"&\", a control character, or a blank at \
                 its end; name a directory above it with --url-allow"
            ),
            SignError::Expires if self.args.scheme.facts().lifetime().is_some() => self.say_which_issue(),
            SignError::Expires => {
                "the expiry must be a Unix time in seconds, from 1 to 9999999999, which is in the year 2286; \
                 choose an earlier one"
                    .to_owned()
            }
            error => error.to_string(),
        }
    }

    /// What is wrong with an expiry of which the time of issue is signed.
    fn say_which_issue(&self) -> String {
        let lifetime = self.rules.lifetime;
        match self.args.expires(clock::now()) {
            Some(expires) if expires < lifetime => {
                format!(
                    "the expiry must lie at least {lifetime} seconds behind 1970; choose a later one"
                )
            }
            _ => {
                "the link would be issued after the year 9999; choose an earlier expiry".to_owned()
            }
        }
    }

    /// Each claim is tried alone, and each name once.
    fn say_which_claim(&self) -> String {
        let now = clock::now();
        for (claim, (name, value)) in self.claims.iter().zip(&self.args.claims.0) {
            let twice = self
                .claims
                .iter()
                .filter(|other| other.name == claim.name)
                .count()
                > 1;
            let is_other_option = name == "ec_expire" || name == CLIENT_IP.claim;
            if twice || is_other_option && self.token_of(&[*claim], None, b"/", b"/", now).is_ok() {
                return format!(
                    "\"{name}\" is given twice, by its own option and by --claim; leave one out"
                );
            }
            if self.token_of(&[*claim], None, b"/", b"/", now).is_ok() {
                continue;
            }
            let value = quote(value.as_bytes());
            return match by_claim(claim.name) {
                Some(known) => format!("--{} takes {}, and not {value}", known.flag, known.form),
                None if name == "ec_expire" => {
                    "ec_expire is what --expires-in and --expires-at set; leave it out of --claim"
                        .to_owned()
                }
                None if name.to_ascii_lowercase().starts_with("ec_") => {
                    format!(
                        "the module knows no claim \"{name}\" and would refuse the token; leave it out"
                    )
                }
                None => format!(
                    "\"{name}\" with {value} cannot stand in a token of {}: a name is not empty and has no \"=\", and \
                     neither has an \"&\"",
                    self.args.scheme.name()
                ),
            };
        }
        "a claim is given twice; leave one out".to_owned()
    }
}
