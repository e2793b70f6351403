//! The token that opens a playlist, and those that are made after it.

use std::convert::Infallible;

use explain::text::show;
use explain::url::Url;
use explain::{LinkRequest, path, query};
use playlist::{InPath, Links, ManifestUrl, Signer, TokenText, directory, has_name};
use token::{Carrier, Failure, Link, OpenedToken, Secret, SignError};

use super::{Args, Way};
use crate::clock;
use crate::conf::Guard;
use crate::output::Trouble;
use crate::variables;

/// A playlist's request whose token a secret opened.
pub(super) struct Opened<'a> {
    pub(super) request: &'a LinkRequest<'a>,
    pub(super) token: OpenedToken,
    pub(super) way: &'a Way,
    /// What is signed lies below.
    pub(super) under: Vec<u8>,
    /// The parameters of the token, where those stand in the query.
    own: Vec<u8>,
    merge_slashes: bool,
}

impl<'a> Opened<'a> {
    /// # Errors
    /// Why NGINX would not rewrite the playlist.
    pub(super) fn new(
        request: &'a LinkRequest<'a>,
        way: &'a Way,
        merge_slashes: bool,
    ) -> Result<Self, String> {
        let verdict = request.verdict();
        let token = match (verdict.reason(), verdict.token()) {
            (None, Some(token)) => *token,
            (reason, _) => {
                let reason = reason.map_or("", |reason| reason.as_str());
                return Err(format!(
                    "the token of the playlist's URL does not open it ({reason}), and NGINX would refuse the request; \
                     \"secure-token explain\" says why"
                ));
            }
        };
        if token.place.carrier == Carrier::Value {
            return Err(
                "the token of the playlist stands in a header or a cookie, which players send by themselves, and NGINX \
                 rewrites nothing"
                    .to_owned(),
            );
        }
        let params = &request.rules.params;
        let query = request.query();
        let own: Vec<&[u8]> = if token.place.carrier == Carrier::Path {
            Vec::new()
        } else if params.fields.is_empty() {
            token.place.own(query).collect()
        } else {
            params.own(query).collect()
        };
        Ok(Self {
            under: match way {
                Way::Sign { under: Some(under) } => under.clone().into_bytes(),
                _ => own_directory(request, &token, merge_slashes)?,
            },
            own: own.join(b"&".as_slice()),
            request,
            token,
            way,
            merge_slashes,
        })
    }

    /// What the links are.
    pub(super) fn links(&self) -> Links<'_> {
        let request = self.request;
        let target = &request.target;
        let in_path = (self.token.place.carrier == Carrier::Path).then(|| InPath {
            front: self.token.place.rest(target).0,
            segments: self.token.place.own(target).next().unwrap_or_default(),
        });
        Links {
            url: ManifestUrl {
                host: self.authority(),
                secure: request.protocol == "https",
                path: target,
                merge_slashes: self.merge_slashes,
            },
            way: match self.way {
                Way::Sign { .. } => playlist::Way::Sign { under: &self.under },
                Way::Pass => playlist::Way::Pass { token: &self.own },
            },
            in_path,
            is_bare: request.rules.params.token.is_none(),
            hashes_sent: request.scheme.signs_target(),
        }
    }

    /// The host that the client asks for, with its port.
    fn authority(&self) -> &[u8] {
        let mut headers = self.request.headers.iter();
        let host = headers.rfind(|header| header.is("host"));
        host.map_or(self.request.url.authority(), |host| host.value.as_bytes())
    }
}

/// The directory of the playlist, decoded, without a token that stands in it.
fn own_directory(
    request: &LinkRequest<'_>,
    token: &OpenedToken,
    merge_slashes: bool,
) -> Result<Vec<u8>, String> {
    if token.place.carrier != Carrier::Path {
        return Ok(directory(&request.path).to_vec());
    }
    let (front, behind) = token.place.rest(request.url.sent_path());
    let path = path::normalised(&[front, behind].concat(), merge_slashes);
    path.map(|path| directory(&path).to_vec())
        .map_err(|bad| bad.as_str().to_owned())
}

impl Signer for Opened<'_> {
    type Refusal = SignError;
    type Error = Infallible;

    fn sign(
        &self,
        child: playlist::Child<'_>,
        out: &mut TokenText,
    ) -> Result<Result<(), SignError>, Infallible> {
        let child = token::Child {
            path: child.path,
            target: child.target,
        };
        let signed = self.request.sign_child(&self.token, &child, out);
        Ok(signed.map(|at| out.at = at))
    }

    fn is_parameter(&self, parameter: &[u8]) -> bool {
        let mut names = self.request.rules.params.names();
        names.any(|name| has_name(parameter, &[name]))
    }
}

/// The playlist's URL with a token that is made for it; `None` where it has one.
///
/// # Errors
/// Where it has none, and none is to be made; or has one, and another is to be made.
pub(super) fn signed(
    args: &Args,
    guards: &[Guard],
    text: &[u8],
) -> Result<Option<Vec<u8>>, Trouble> {
    let url = Url::parse(text)?;
    let has_token = |guard: &&Guard| -> Result<bool, Trouble> {
        let params = args.link.params(&guard.scheme)?;
        let mut places = args.request.places(&url).into_iter();
        Ok(query::path_token(&guard.scheme, url.sent_path()).is_some()
            || places.any(|place| query::has_token(&guard.scheme, &params, &place.text)))
    };
    let mut is_signed = false;
    for guard in guards {
        is_signed |= has_token(&guard)?;
    }
    match (is_signed, args.makes_token()) {
        (true, false) => Ok(None),
        (true, true) => Err(
            "the playlist's URL has a token already; leave --expires-in, --expires-at and --never out, or the token".into(),
        ),
        (false, false) => Err(format!(
            "{} has no token; write the URL with the token that opens it, or make one with --expires-in",
            show(text)
        )
        .into()),
        (false, true) => match guards {
            [guard] => made(args, guard, &url, text).map(Some),
            _ => Err("the location has several schemes; say with --scheme which of them signs".into()),
        },
    }
}

fn made(args: &Args, guard: &Guard, url: &Url<'_>, text: &[u8]) -> Result<Vec<u8>, Trouble> {
    let Guard {
        scheme, secrets, ..
    } = guard;
    let (rules, expires) = (args.link.rules(scheme)?, args.expires());
    let path = args.link.path(scheme, url);
    let path = path.map_err(|why| format!("{}: {why}", show(text)))?;
    let target = match args.link.named_path() {
        Some(path) => path.as_bytes().to_vec(),
        None => url.target(),
    };
    let variables = variables::values(scheme, &args.link.var, url, None)?;
    let variables: Vec<&[u8]> = variables.iter().map(Vec::as_slice).collect();
    let link = Link {
        path: &path,
        target: &target,
        expires,
        issued: Some(clock::now()),
        client_ip: args.link.client_ip(scheme),
        variables: &variables,
        ..Link::default()
    };
    let mut token = TokenText::default();
    let mut at = 0;
    let random = &mut |bytes: &mut [u8]| getrandom::fill(bytes).map_err(|_| Failure);
    let secret = Secret::new(secrets.first());
    let done = scheme.sign_fields(&link, &rules, secret, random, &mut |fields| {
        at = fields.at;
        fields.write(scheme, &rules.params, &mut token)
    });
    done.map_err(|error| {
        format!(
            "no token can be made for {}: {error}; make one with \"secure-token sign\", and write the URL with it",
            show(text)
        )
    })?;
    let query = url.query.unwrap_or_default();
    if scheme.facts().carrier == Carrier::Path {
        let (front, behind) = url.sent_path().split_at_checked(at).unwrap_or_default();
        return Ok(url.with(&[front, token.as_bytes(), behind].concat(), query));
    }
    Ok(url.with_query(&query::with_token(&rules.params, query, token.as_bytes())))
}
