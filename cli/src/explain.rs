//! `secure-token explain`: why a link opens or does not.

mod claims;
mod clock;
mod diagnosis;
mod digest;
mod ectoken;
mod forms;
mod found;
mod hints;
mod report;
mod search;
mod steps;
mod ways;

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::process::ExitCode;

use token::{Params, Rules, SCHEMES, Scheme};

use crate::args::scheme_parser;
use crate::link::LinkArgs;
use crate::output::{self, Style, Trouble};
use crate::request::{Asked, RequestArgs};
use crate::secrets::SecretArgs;
use crate::url::Url;
use crate::{elsewhere, query, verify};

use diagnosis::Diagnosis;
use found::Found;
use report::Report;

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
    scheme: Option<&'static dyn Scheme>,

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

/// What is as long as this is a token, or was one.
const LONG: usize = 60;

pub(crate) fn run(args: &Args) -> Result<ExitCode, Trouble> {
    let secrets = args.secrets.read()?;
    let scheme = match args.scheme {
        Some(scheme) => scheme,
        None => guess(args)?,
    };
    let asked = Asked::new(
        scheme,
        &args.link,
        &args.request,
        &secrets,
        args.url.as_bytes(),
    )?;
    let verdict = asked.verdict();
    let found = Found::new(&asked);
    let diagnosis = Diagnosis::new(&asked, &found, &verdict, args.link.client_ip.as_deref());
    let report = Report::new(&asked, &found, verdict, diagnosis);
    if args.json {
        output::print_json(&report.object(&asked))?;
    } else {
        output::print(&report.text(&asked, Style::of_stdout()))?;
    }
    Ok(verify::exit_code(&verdict))
}

/// The scheme whose parameters a link has.
fn guess(args: &Args) -> Result<&'static dyn Scheme, Trouble> {
    let url = Url::parse(args.url.as_bytes())?;
    let sent = url.query.unwrap_or_default();
    let places = args.request.places(&url);
    // A second "?" hides what is behind it.
    let behind = || sent.split(|&byte| byte == b'?');
    let texts = || {
        places
            .iter()
            .map(|place| place.text.as_slice())
            .chain(behind())
    };
    let has_parameters = |scheme: &dyn Scheme| {
        let rules = args.link.rules(scheme);
        let has_token = |params: Params<'_>| {
            let headers = &mut args.request.header.iter();
            texts().any(|text| params.find(text).is_some())
                || headers.any(|header| elsewhere::has_token(scheme, &params, header))
        };
        rules.is_ok_and(|rules| rules.params.token.is_some() && has_token(rules.params))
    };
    // A token without a name is known by what it looks like, wherever it stands.
    let has_look = |scheme: &dyn Scheme| {
        let rules = Rules::of(scheme);
        let values = texts().flat_map(|text| text.split(|&byte| byte == b'&'));
        let is_token =
            |value: &[u8]| value.len() >= LONG || query::has_token(scheme, &rules, value);
        let headers = &mut args.request.header.iter();
        rules.params.token.is_none()
            && (values.map(hints::value).any(is_token)
                || headers.any(|header| elsewhere::has_token(scheme, &rules.params, header)))
    };
    let schemes = || SCHEMES.iter().copied();
    let found = schemes()
        .find(|scheme| has_parameters(*scheme))
        .or_else(|| schemes().find(|scheme| has_look(*scheme)));
    found.ok_or_else(|| {
        let names: Vec<&str> = SCHEMES.iter().map(|scheme| scheme.name()).collect();
        format!(
            "the link has the parameters of no scheme; name the one it is meant to have with --scheme: {}",
            names.join(", ")
        )
        .into()
    })
}
