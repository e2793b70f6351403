//! One URL signed.

use explain::path::percent_decoded;
use explain::text::{quote, show};
use explain::url::Url;
use explain::{carried_expiry, query, time};
use serde_json::json;
use token::{
    Anatomy, Carrier, Claim, Failure, FieldKind, Link, Part, Reason, RequestParts, Rules, Scheme,
    Secret, SignError, Source,
};

use super::{Args, fields};
use crate::clock;
use crate::output::Trouble;
use crate::variables;

/// All that URLs of one command have in common.
pub(super) struct Signer<'a> {
    pub(super) args: &'a Args,
    pub(super) scheme: Scheme,
    pub(super) rules: Rules,
    secret: &'a [u8],
    pub(super) claims: Vec<Claim<'a>>,
}

/// What makes a path open.
struct Signed {
    /// Arguments, or segments of the path.
    text: String,
    /// Bytes of the path that stand in front of it.
    at: usize,
}

/// A URL that was signed.
pub(super) struct SignedLink {
    scheme: String,
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
    pub(super) fn new(args: &'a Args, scheme: Scheme, secret: &'a [u8]) -> Result<Self, Trouble> {
        let claim = |(name, value): &'a (String, String)| Claim {
            name: name.as_bytes(),
            value: value.as_bytes(),
        };
        let signer = Self {
            args,
            rules: args.link.rules(&scheme)?,
            scheme,
            secret,
            claims: args.claims.0.iter().map(claim).collect(),
        };
        signer.check_expiry()?;
        signer.check_directory()?;
        fields::of(&signer.scheme, &args.field, args.start)?;
        signer
            .scheme
            .prepare(Secret::new(secret))
            .map_err(|error| format!("the secret {error}"))?;
        if signer.has_front() || signer.needs_parent() {
            if args.link.named_path().is_some() && signer.has_front() {
                let name = signer.scheme.name();
                return Err(
                    format!("links of {name} have fields in the path; leave --path out").into(),
                );
            }
            return Ok(signer);
        }
        // A path that every other scheme signs: what is wrong now is wrong with the options.
        let variables = signer
            .scheme
            .facts()
            .format()
            .map_or(0, |format| format.variables.len());
        signer
            .token(b"/a", b"/a", &vec![Vec::new(); variables], clock::now())
            .map_err(|error| signer.say(error))?;
        Ok(signer)
    }

    /// Whether a path has to have something in front of the token's place.
    pub(super) fn has_front(&self) -> bool {
        let format = self.scheme.facts().format();
        format.is_some_and(|format| !format.prefix.is_empty())
    }

    /// Whether links are for a directory above the file.
    pub(super) fn needs_parent(&self) -> bool {
        let format = self.scheme.facts().format();
        format.is_some_and(|format| format.message.contains(&Part::Parent))
    }

    fn check_directory(&self) -> Result<(), Trouble> {
        if self.args.directory.is_none() || self.needs_parent() {
            return Ok(());
        }
        let name = self.scheme.name();
        let instead = match self.scheme.facts().format() {
            Some(_) => {
                "leave --directory out, or name with --path what the location has as secure_token_uri"
            }
            None => "name with --url-allow what they open",
        };
        Err(format!("links of {name} are signed for no directory above the file; {instead}").into())
    }

    fn check_expiry(&self) -> Result<(), Trouble> {
        let name = self.scheme.name();
        let expires = self.args.expires(clock::now());
        let is_said = expires.is_some() || self.args.never;
        let have_to = || {
            Trouble::from(format!(
                "links of {name} have to expire; use --expires-in or --expires-at"
            ))
        };
        let Some(format) = self.scheme.facts().format() else {
            return match self.scheme.facts().anatomy {
                Anatomy::Signed { .. } if self.args.never => Err(have_to()),
                _ => said(is_said),
            };
        };
        let Some(time) = format.time else {
            return match expires {
                Some(_) => Err(format!(
                    "links of {name} do not expire; leave --expires-in and --expires-at out"
                )
                .into()),
                None => Ok(()),
            };
        };
        let has_ttl = format
            .fields
            .iter()
            .any(|field| field.kind == FieldKind::Ttl);
        if self.args.never && !time.is_optional && !has_ttl {
            return Err(have_to());
        }
        said(is_said)
    }

    pub(super) fn rules(&self) -> &Rules {
        &self.rules
    }

    pub(super) fn sign(&self, text: &[u8], now: u64) -> Result<SignedLink, String> {
        let (args, params) = (self.args, &self.rules.params);
        let url = Url::parse(text)?;
        let (bare_path, bare_query) = self.without_token(&url, text)?;
        let bare_path = if bare_path.is_empty() && self.scheme.facts().carrier == Carrier::Path {
            b"/".to_vec()
        } else {
            bare_path
        };
        let sent: &[u8] = if bare_path.is_empty() {
            b"/"
        } else {
            &bare_path
        };
        let path = match args.link.named_path() {
            Some(path) => path.as_bytes().to_vec(),
            None => args
                .link
                .normalised(sent)
                .map_err(|why| format!("{}: {why}", show(text)))?,
        };
        let mark: &[u8] = if bare_query.is_empty() { b"" } else { b"?" };
        let sent = args.link.named_path().map_or(sent, str::as_bytes);
        let target = [sent, mark, &bare_query].concat();
        let variables = variables::values(&self.scheme, &args.link.var, &url, None)?;
        let signed = self
            .token(&path, &target, &variables, now)
            .map_err(|error| format!("{}: {}", show(text), self.say(error)))?;
        let signed_url = if self.scheme.facts().carrier == Carrier::Path {
            let (front, behind) = bare_path.split_at_checked(signed.at).unwrap_or_default();
            let front = [front, signed.text.as_bytes()].concat();
            self.check_place(&front, behind)
                .map_err(|why| format!("{}: {why}", show(text)))?;
            url.with(&[&front, behind].concat(), &bare_query)
        } else {
            let query = query::with_token(params, &bare_query, signed.text.as_bytes());
            url.with(&bare_path, &query)
        };
        Ok(SignedLink {
            scheme: self.scheme.name().to_owned(),
            expires: args
                .expires(now)
                .and_then(|expires| carried_expiry(&self.scheme, &self.rules, expires)),
            warning: self.own_path_warning(text, &path, &signed_url),
            url: signed_url,
            path,
        })
    }

    /// Whether a token in the path is where the module looks for it when NGINX has made of the path what it serves.
    fn check_place(&self, front: &[u8], behind: &[u8]) -> Result<(), String> {
        let normalised = |path: &[u8]| self.args.link.normalised(path);
        let whole = normalised(&[front, behind].concat())?;
        let stays = normalised(behind).is_ok_and(|behind| {
            percent_decoded(front).is_some_and(|front| whole == [front, behind].concat())
        });
        stays.then_some(()).ok_or_else(|| {
            "the path leads above the token, or above what stands in front of that; write it without \"..\" and \"//\"".to_owned()
        })
    }

    /// Path and query without a token that is there already, where it may be taken out.
    fn without_token(&self, url: &Url<'_>, text: &[u8]) -> Result<(Vec<u8>, Vec<u8>), String> {
        let (scheme, params) = (&self.scheme, &self.rules.params);
        let query = url.query.unwrap_or_default();
        let in_path = query::path_token(scheme, url.written_path);
        if in_path.is_none() && !query::has_token(scheme, params, query) {
            return Ok((url.written_path.to_vec(), query.to_vec()));
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
            Some(found) => (found.without(), query.to_vec()),
            None => (
                url.written_path.to_vec(),
                query::without_token(params, query),
            ),
        })
    }

    fn token(
        &self,
        path: &[u8],
        target: &[u8],
        variables: &[Vec<u8>],
        now: u64,
    ) -> Result<Signed, SignError> {
        let variables: Vec<&[u8]> = variables.iter().map(Vec::as_slice).collect();
        let link = Link {
            path,
            target,
            client_ip: self.args.link.client_ip.as_deref().map(str::as_bytes),
            claims: &self.claims,
            variables: &variables,
            ..Link::default()
        };
        self.signed(link, now)
    }

    /// The token of a claim alone, for `/`.
    pub(super) fn is_claim(&self, claim: Claim<'_>, now: u64) -> bool {
        let link = Link {
            path: b"/",
            target: b"/",
            claims: &[claim],
            ..Link::default()
        };
        self.signed(link, now).is_ok()
    }

    fn signed(&self, link: Link<'_>, now: u64) -> Result<Signed, SignError> {
        let fields = fields::of(&self.scheme, &self.args.field, self.args.start);
        let fields = fields.map_err(|_| SignError::Random)?;
        let expires = self.args.expires(now);
        let link = Link {
            expires,
            // A link that has expired already was issued before that.
            issued: Some(expires.map_or(now, |expires| now.min(expires.saturating_sub(1)))),
            directory: self.args.directory.as_deref().map(str::as_bytes),
            fields: &fields.claims(),
            ..link
        };
        let mut signed = Signed {
            text: String::with_capacity(256),
            at: 0,
        };
        let random = &mut |bytes: &mut [u8]| getrandom::fill(bytes).map_err(|_| Failure);
        let (secret, params) = (Secret::new(self.secret), &self.rules.params);
        self.scheme
            .sign_fields(&link, &self.rules, secret, random, &mut |fields| {
                signed.at = fields.at;
                fields.write(&self.scheme, params, &mut signed.text)
            })?;
        Ok(signed)
    }

    /// A token that names paths need not name the one that it is printed with.
    fn own_path_warning(&self, text: &[u8], path: &[u8], signed: &[u8]) -> Option<String> {
        let names_paths = |claim: &&Claim<'_>| PATH_CLAIMS.contains(&claim.name);
        let paths = self.claims.iter().find(names_paths)?;
        let start = self.claims.iter().find(|claim| claim.name == b"st");
        let start = start.and_then(|claim| str::from_utf8(claim.value).ok()?.parse().ok());
        let url = Url::parse(signed).ok()?;
        let request = RequestParts {
            path,
            target: &url.target(),
            sources: &[Source::query(url.query.unwrap_or_default())],
            secrets: &[self.secret],
            client_ip: self.args.link.client_ip.as_deref().map(str::as_bytes),
            ..RequestParts::default()
        };
        let verdict = self
            .scheme
            .verify(&request, &self.rules, start.unwrap_or(0))
            .ok()?;
        (verdict.reason() == Some(Reason::Url)).then(|| {
            let fits = match paths.name {
                b"acl" => "fits none of the patterns of",
                _ => "begins with nothing of",
            };
            format!(
                "the token does not open {} itself, for {} {fits} {}, which --url-allow or --claim names",
                show(text),
                quote(path),
                quote(paths.value)
            )
        })
    }
}

/// Claims that say which paths a token opens.
const PATH_CLAIMS: [&[u8]; 3] = [b"ec_url_allow", b"acl", b"token_path"];

fn said(is_said: bool) -> Result<(), Trouble> {
    if is_said {
        return Ok(());
    }
    Err("say how long the link opens with --expires-in or --expires-at, or --never where the scheme has that".into())
}
