//! One URL signed.

use explain::restriction::{CLIENT_IP, by_claim};
use explain::text::{quote, show};
use explain::url::Url;
use explain::{query, time};
use serde_json::json;
use token::{Anatomy, Claim, Failure, Link, Reason, RequestParts, Rules, Secret, SignError};

use super::Args;
use crate::clock;
use crate::output::Trouble;

/// All that URLs of one command have in common.
pub(super) struct Signer<'a> {
    args: &'a Args,
    rules: Rules<'a>,
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
        if args.never && args.scheme.facts().params.expires.is_some() {
            return Err(format!(
                "links of {name} have to expire; use --expires-in or --expires-at"
            )
            .into());
        }
        // A path that every scheme signs: what is wrong now is wrong with the options.
        signer
            .query(b"/", clock::now())
            .map_err(|error| signer.say(error))?;
        Ok(signer)
    }

    pub(super) fn sign(&self, text: &[u8], now: u64) -> Result<SignedLink, String> {
        let url = Url::parse(text)?;
        let path = self
            .args
            .link
            .path(&url)
            .map_err(|why| format!("{}: {why}", show(text)))?;
        let old_query = url.query.unwrap_or_default();
        let mut rest = old_query.to_vec();
        if query::has_token(self.args.scheme, &self.rules.params, old_query) {
            if !self.args.replace {
                let why = match self.rules.params.token {
                    Some(_) => ", and with two the module refuses it as \"duplicate\"",
                    None => "",
                };
                return Err(format!(
                    "{} has a token of {} already{why}; sign the URL without it, or write --replace to take it out",
                    show(text),
                    self.args.scheme.name()
                ));
            }
            rest = query::without_token(&self.rules.params, old_query);
        }
        let signed = self
            .query(&path, now)
            .map_err(|error| format!("{}: {}", show(text), self.say(error)))?;
        let new_query = query::with_token(&self.rules.params, &rest, signed.as_bytes());
        Ok(SignedLink {
            scheme: self.args.scheme.name(),
            url: url.with_query(&new_query),
            expires: self.args.expires(now),
            warning: self.own_path_warning(text, &path, &signed),
            path,
        })
    }

    /// The signed query for a path.
    fn query(&self, path: &[u8], now: u64) -> Result<String, SignError> {
        self.query_of(&self.claims, self.args.link.client_ip.as_deref(), path, now)
    }

    fn query_of(
        &self,
        claims: &[Claim<'_>],
        client_ip: Option<&str>,
        path: &[u8],
        now: u64,
    ) -> Result<String, SignError> {
        let link = Link {
            path,
            expires: self.args.expires(now),
            client_ip: client_ip.map(str::as_bytes),
            claims,
        };
        let mut query = String::with_capacity(256);
        let random = &mut |bytes: &mut [u8]| getrandom::fill(bytes).map_err(|_| Failure);
        self.args.scheme.sign(
            &link,
            &self.rules,
            Secret::new(self.secret),
            random,
            &mut query,
        )?;
        Ok(query)
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
            sources: &[signed.as_bytes()],
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
        let is_digest = self.args.scheme.facts().anatomy != Anatomy::Sealed;
        match error {
            SignError::Claim if is_digest => {
                format!("links of {name} have no restrictions of this sort; leave them out, or take the scheme ectoken")
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
            SignError::Path => "an ectoken cannot name this path, which has \",\" or \"&\", a control character, or a \
                                 blank at its end; name a directory above it with --url-allow"
                .to_owned(),
            SignError::Expires => {
                "the expiry must be a Unix time in seconds, from 1 to 9999999999, which is in the year 2286; \
                 choose an earlier one"
                    .to_owned()
            }
            error => error.to_string(),
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
            if twice || is_other_option && self.query_of(&[*claim], None, b"/", now).is_ok() {
                return format!(
                    "\"{name}\" is given twice, by its own option and by --claim; leave one out"
                );
            }
            if self.query_of(&[*claim], None, b"/", now).is_ok() {
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
                    "\"{name}\" with {value} cannot stand in an ectoken: a name is not empty and has no \"=\", and neither has an \"&\""
                ),
            };
        }
        "a claim is given twice; leave one out".to_owned()
    }
}
