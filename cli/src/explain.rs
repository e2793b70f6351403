//! `secure-token explain`: why a link opens or does not.

mod report;

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::process::ExitCode;

use explain::LinkRequest;
use explain::place::Place;
use explain::url::Url;
use token::{Rules, SCHEMES, Scheme};

use crate::link::LinkArgs;
use crate::output::{self, Style, Trouble};
use crate::request_args::{RequestArgs, link_request};
use crate::schemes::scheme_parser;
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

Exit status: 0 the link opens, 1 it is refused, 2 the command was used wrongly")]
pub(crate) struct Args {
    /// The scheme, as in the directive secure_token. Without it, the one whose parameters the link has
    #[arg(long, value_parser = scheme_parser())]
    scheme: Option<Scheme>,

    /// Print JSON: what verify prints, and path, token, token_param, expires_sent, expires_param, steps,
    /// hashed, computed, differs_at, claims, mistakes
    #[arg(long)]
    json: bool,

    /// The link: https://host/path?query, or /path?query
    url: OsString,

    #[command(flatten)]
    secrets: SecretArgs,

    #[command(flatten)]
    link: LinkArgs,

    #[command(flatten)]
    request: RequestArgs,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Trouble> {
    let secrets = args.secrets.read()?;
    let schemes = match args.scheme {
        Some(scheme) => vec![scheme],
        None => guess(args)?,
    };
    let request = request(args, &schemes, &secrets)?;
    let findings = explain::explain(&request);
    if args.json {
        output::print_json(&report::object(&request, &findings))?;
    } else {
        output::print(&report::text(&request, &findings, Style::of_stdout()))?;
    }
    Ok(verdict::exit_code(&findings.verdict))
}

/// The request for a link of the first of these schemes under which a secret fits; of the very first where none does.
fn request<'a>(
    args: &'a Args,
    schemes: &[Scheme],
    secrets: &'a Secrets,
) -> Result<LinkRequest<'a>, Trouble> {
    let (first, others) = schemes.split_first().ok_or("there is no scheme")?;
    let url = args.url.as_bytes();
    let request = link_request(*first, &args.link, &args.request, secrets, url)?;
    if request.verdict().token().is_some() {
        return Ok(request);
    }
    let as_other = |scheme: &Scheme| {
        let rules = args.link.rules(*scheme).ok()?;
        let other = LinkRequest {
            scheme: *scheme,
            rules: Rules {
                clock_skew: request.rules.clock_skew,
                max_lifetime: request.rules.max_lifetime,
                ..rules
            },
            ..request.clone()
        };
        other.verdict().token().is_some().then_some(other)
    };
    Ok(others.iter().find_map(as_other).unwrap_or(request))
}

/// The schemes that a link may be of.
fn guess(args: &Args) -> Result<Vec<Scheme>, Trouble> {
    let url = Url::parse(args.url.as_bytes())?;
    let places: Vec<Place> = args.request.places(&url);
    let params = |scheme: Scheme| args.link.params(scheme).ok();
    let schemes = explain::guess(&url, &places, &args.request.header, params);
    if schemes.is_empty() {
        let names: Vec<&str> = SCHEMES.iter().map(|scheme| scheme.name()).collect();
        return Err(format!(
            "the link has the parameters of no scheme; name the one it is meant to have with --scheme: {}",
            names.join(", ")
        )
        .into());
    }
    Ok(schemes)
}
