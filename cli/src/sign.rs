//! `secure-token sign`: links that open.

mod claims;
mod declined;
mod fields;
mod signer;
mod stream;
mod warnings;

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::process::ExitCode;

use clap::ArgGroup;

use crate::claim_args::ClaimArgs;
use crate::clock;
use crate::conf::{ConfArgs, Guard};
use crate::extra_args::ExtraArgs;
use crate::lifetime::Lifetime;
use crate::link::LinkArgs;
use crate::output::{self, Trouble};
use crate::scheme_args::SchemeArgs;
use crate::secrets::{NO_SECRET, SecretArgs};

use fields::FieldArg;
use signer::Signer;

/// Sign URLs: print each with a token that opens it until it expires
///
/// Every URL is printed as it was given, with its token in the query or, as the scheme has it, in front of the path.
/// {path} is signed as NGINX goes by it: decoded once, "." and ".." resolved, "//" merged; {path:raw} and {uri:raw} as
/// they stand in the URL. What NGINX would answer with 400 is an error here.
#[derive(clap::Args)]
#[command(
    group = ArgGroup::new("expiry"),
    after_long_help = "\
Examples:
  secure-token sign --scheme azion --secret-file key --expires-in 1h https://cdn.example.com/videos/a.mp4
  secure-token sign --scheme gcore --secret-file key --expires-in 1h --client-ip 192.0.2.7 /downloads/a.zip
  secure-token sign --scheme ectoken --secret-file key --expires-in 1d --url-allow /films/ --country-allow DE,FR \\
      https://cdn.example.com/films/a.mp4
  secure-token sign --scheme azion --secret-file key --expires-at 2026-12-24T18:00:00Z - <urls >links
  secure-token sign --scheme alibaba-a --secret-file key --expires-in 1h --field uid=42 /a.mp4
  secure-token sign --format '?sig={token}&exp={expires} hmac-sha256:hex \"{expires}\\n{path}\"' --secret-file key \\
      --expires-in 1h /a.mp4
  secure-token sign --config /etc/nginx/nginx.conf --location /films/ --expires-in 1h /films/a.mp4"
)]
pub(crate) struct Args {
    /// How long the link opens, from now: seconds, or 90s, 15m, 1h30m, 7d, 2w, 1y
    #[arg(long, value_name = "TIME", group = "expiry", value_parser = Lifetime::parse)]
    expires_in: Option<Lifetime>,

    /// When the link expires: a Unix time in seconds, or a date with its zone, 2026-11-24T10:00:00Z
    #[arg(long, value_name = "TIME", group = "expiry", value_parser = clock::instant)]
    expires_at: Option<u64>,

    /// Let the link open for ever, where the scheme has that
    #[arg(long, group = "expiry")]
    never: bool,

    /// From when on the link opens, where the scheme has that: a Unix time in seconds, or a date with its zone
    #[arg(long, value_name = "TIME", value_parser = clock::instant)]
    start: Option<u64>,

    /// The value of another field of the link: uid=42. Without it, rand and salt are random, uid is 0, and what may be
    /// absent is. May be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = FieldArg::parse)]
    field: Vec<FieldArg>,

    /// The directory above the file that the link is for, where the scheme signs one. Without it, the deepest
    #[arg(long, value_name = "PATH")]
    directory: Option<String>,

    /// Sign anew a URL that has a token of the scheme already: take the old one out. Without this it is an error
    #[arg(long)]
    replace: bool,

    /// Print JSON, an object for each URL on a line of its own: url, path, expires, expires_utc, scheme, or
    /// line and error
    #[arg(long)]
    json: bool,

    /// What to sign: https://host/path, or a path. "-" reads URLs from standard input, one a line, and prints
    /// for each line one line, which is empty where it could not be signed
    #[arg(required = true, value_name = "URL")]
    urls: Vec<OsString>,

    #[command(flatten)]
    scheme: SchemeArgs,

    #[command(flatten)]
    conf: ConfArgs,

    #[command(flatten)]
    secrets: SecretArgs,

    #[command(flatten)]
    link: LinkArgs,

    #[command(flatten)]
    extra: ExtraArgs<true>,

    #[command(flatten)]
    claims: ClaimArgs,
}

impl Args {
    /// When links expire that are signed now; `None` for never.
    fn expires(&self, now: u64) -> Option<u64> {
        let later = |lifetime: Lifetime| now.saturating_add(lifetime.seconds);
        self.expires_at.or(self.expires_in.map(later))
    }
}

/// Options for what only requests have: where a token is found, and from which country they come.
const OF_REQUESTS: [&str; 2] = ["--source", "--country"];

/// The scheme that signs, and its secrets, of which the first one signs.
fn guard(args: &mut Args) -> Result<Guard, Trouble> {
    let given = args.secrets.given()?;
    if given.as_ref().is_some_and(|given| given.len() > 1) {
        return Err("a link is signed with one secret; name one".into());
    }
    let name = args.scheme.name();
    let Some(location) = args
        .conf
        .read(&mut args.link, name, given.clone(), &OF_REQUESTS)?
    else {
        let scheme = args.scheme.required()?;
        let secrets = given.ok_or(NO_SECRET)?;
        return Ok(Guard::new(scheme, secrets));
    };
    let mut guards = location.guards;
    match (guards.pop(), guards.as_slice()) {
        (Some(guard), []) => Ok(guard),
        (last, others) => {
            let all = others.iter().chain(&last);
            let names: Vec<&str> = all.map(|guard| guard.scheme.name()).collect();
            Err(format!(
                "the location has several schemes; say with --scheme which of them signs: {}",
                names.join(", ")
            )
            .into())
        }
    }
}

pub(crate) fn run(mut args: Args) -> Result<ExitCode, Trouble> {
    let is_stream = args.urls.iter().any(|url| url == "-");
    if is_stream && args.urls.len() > 1 {
        return Err("\"-\" stands for all URLs; write it alone, or write URLs".into());
    }
    if is_stream && args.secrets.reads_stdin() {
        return Err("standard input has either the secret or the URLs; use --secret-file".into());
    }
    let Guard {
        scheme, secrets, ..
    } = guard(&mut args)?;
    claims::translate(&mut args, &scheme)?;
    let args = &args;
    let scheme = args.extra.apply(&scheme)?;
    let signer = Signer::new(args, scheme, secrets.first())?;
    warnings::warn(args, &signer.scheme, signer.rules(), clock::now());
    if is_stream {
        return stream::run(&signer, args.json);
    }

    let mut code = ExitCode::SUCCESS;
    for url in &args.urls {
        match signer.sign(url.as_bytes(), clock::now()) {
            Ok(signed) => {
                if let Some(warning) = &signed.warning {
                    output::warning(warning);
                }
                output::print_bytes(&signed.line(args.json))?;
            }
            Err(message) => {
                output::error(&message);
                code = ExitCode::from(output::TROUBLE);
            }
        }
    }
    Ok(code)
}
