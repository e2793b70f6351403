//! `secure-token explain`: why a link opens or does not.

mod report;

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::process::ExitCode;

use explain::LinkRequest;
use explain::place::Place;
use explain::url::Url;
use token::{Scheme, scheme};

use crate::conf::{ConfArgs, Guard};
use crate::link::LinkArgs;
use crate::output::{self, Style, Trouble};
use crate::request_args::{RequestArgs, deciding, link_request, warn};
use crate::scheme_args::SchemeArgs;
use crate::secrets::{SecretArgs, Secrets};
use crate::verdict;

/// Tell what a link says, check it step by step, and name the mistake that was made when it was signed
///
/// Shows the token, its expiry, the bytes that were hashed (the secret as dots) or the claims that were
/// encrypted, and compares. Where a link does not fit, the usual mistakes are tried, alone and in pairs: the
/// path encoded or from another place, the secret with a newline, milliseconds, another time zone, another
/// order, another encoding. What is named as a mistake was found by computing that very token.
#[derive(clap::Args)]
#[command(after_long_help = "\
Examples:
  secure-token explain --secret-file key 'https://cdn.example.com/my%20film.mp4?st=TOKEN&e=1795514400'
  secure-token explain --scheme gcore --secret-file key --client-ip 192.0.2.7 '/a.zip?md5=TOKEN&expires=1795514400'
  secure-token explain --secret-file key --source '$cookie_link' --header 'Cookie: link=st=TOKEN&e=1795514400' /a.mp4
  secure-token explain '/films/a.mp4?TOKEN'
  secure-token explain --config /etc/nginx/nginx.conf --location /films/ '/films/a.mp4?st=TOKEN&e=1795514400'

Exit status: 0 the link opens, 1 it is refused, 2 the command was used wrongly")]
pub(crate) struct Args {
    /// Print JSON: what verify prints, and path, token, token_param, expires_sent, expires_param, fields,
    /// steps, hashed, computed, differs_at, claims, mistakes
    #[arg(long)]
    json: bool,

    /// The link: https://host/path?query, or /path?query
    url: OsString,

    #[command(flatten)]
    scheme: SchemeArgs,

    #[command(flatten)]
    conf: ConfArgs,

    #[command(flatten)]
    secrets: SecretArgs,

    #[command(flatten)]
    link: LinkArgs,

    #[command(flatten)]
    request: RequestArgs,
}

pub(crate) fn run(mut args: Args) -> Result<ExitCode, Trouble> {
    let given = args.secrets.given()?;
    let name = args.scheme.name();
    let config = args
        .conf
        .read(&mut args.link, name, given.clone(), &args.request.settled())?;
    if let Some(location) = &config {
        args.request.complete(location);
        location.warn();
    }
    args.request.read_revoked()?;
    let args = &args;
    let named = match config {
        Some(location) => Some(location.guards),
        None => args
            .scheme
            .named()?
            .map(|scheme| vec![guard(scheme, &given)]),
    };
    let is_guess = named.is_none();
    let guards = match named {
        Some(guards) => guards,
        None => guess(args, &given)?,
    };
    let guards = args.request.asked(guards)?;
    let requests = guards.iter().map(|guard| {
        let url = args.url.as_bytes();
        link_request(guard, &args.link, &args.request, url)
    });
    let request = if is_guess {
        fitting(requests)?
    } else {
        deciding(requests.collect::<Result<_, _>>()?)?
    };
    warn(&request, &args.link, &args.request);
    let findings = explain::explain(&request);
    if args.json {
        output::print_json(&report::object(&request, &findings))?;
    } else {
        output::print(&report::text(&request, &findings, Style::of_stdout()))?;
    }
    Ok(verdict::exit_code(&findings.verdict))
}

/// A scheme with the secrets of the command line, of which there may be none.
fn guard(scheme: Scheme, given: &Option<Secrets>) -> Guard {
    let secrets = given.clone().unwrap_or_else(|| Secrets::of(Vec::new()));
    Guard::new(scheme, secrets)
}

/// The first request under whose scheme a secret fits; the very first where none does.
fn fitting<'a>(
    mut requests: impl Iterator<Item = Result<LinkRequest<'a>, Trouble>>,
) -> Result<LinkRequest<'a>, Trouble> {
    let first = requests.next().ok_or("there is no scheme")??;
    if first.verdict().token().is_some() {
        return Ok(first);
    }
    let mut others = requests.flatten();
    let fits = others.find(|request| request.verdict().token().is_some());
    Ok(fits.unwrap_or(first))
}

/// The schemes that a link may be of.
fn guess(args: &Args, given: &Option<Secrets>) -> Result<Vec<Guard>, Trouble> {
    let url = Url::parse(args.url.as_bytes())?;
    let places: Vec<Place> = args.request.places(&url);
    let params = |scheme: &Scheme| args.link.params(scheme).ok();
    let schemes = explain::guess(&url, &places, &args.request.header, params);
    if schemes.is_empty() {
        let names: Vec<&str> = scheme::names().collect();
        return Err(format!(
            "the link has the parameters of no scheme; name the one it is meant to have with --scheme: {}",
            names.join(", ")
        )
        .into());
    }
    let schemes = schemes.into_iter();
    Ok(schemes.map(|scheme| guard(scheme, given)).collect())
}
