//! `secure-token verify`: what NGINX would say.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::process::ExitCode;

use explain::{LinkRequest, elsewhere, unknown_address};
use serde_json::Value;
use token::Reason;

use crate::conf::{ConfArgs, Guard};
use crate::link::LinkArgs;
use crate::output::{self, Style, Trouble};
use crate::request_args::{RequestArgs, deciding, link_request, warn};
use crate::scheme_args::SchemeArgs;
use crate::secrets::{NO_SECRET, SecretArgs};
use crate::{meaning, verdict};

/// Tell whether NGINX would open a URL, and if not, why
///
/// The decision is made by the module's own code. The options say what the directives of the location say, and
/// what NGINX knows of the request. Of a link that only the clock skew let in, or whose token stands in a header or a
/// cookie, that is said.
#[derive(clap::Args)]
#[command(after_long_help = "\
Examples:
  secure-token verify --scheme azion --secret-file key 'https://cdn.example.com/a.mp4?st=TOKEN&e=1795514400'
  secure-token verify --scheme gcore --secret-file new --secret-file old --client-ip 192.0.2.7 \\
      '/a.zip?md5=TOKEN&expires=1795514400'
  secure-token verify --scheme ectoken --secret-file key --country DE --header 'Referer: https://example.com/' \\
      'https://cdn.example.com/films/a.mp4?TOKEN'
  secure-token verify --scheme azion --secret-file key --source '$cookie_link' \\
      --header 'Cookie: link=st=TOKEN&e=1795514400' https://cdn.example.com/a.mp4
  secure-token verify --format '?sig={token}&exp={expires} hmac-sha256:hex \"{path}|{expires}|$host\"' --secret-file key \\
      --var host=cdn.example.com '/a.mp4?sig=TOKEN&exp=1795514400'
  secure-token verify --config /etc/nginx/nginx.conf --location /films/ '/films/a.mp4?st=TOKEN&e=1795514400'

Exit status: 0 the link opens, 1 it is refused, 2 the command was used wrongly")]
pub(crate) struct Args {
    /// Print JSON: status (PASSED, EXPIRED or REJECTED), reason, meaning, secret (its number), expires,
    /// expires_utc, within_skew, source (the place that held the token), scheme
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
    let guards =
        match args
            .conf
            .read(&mut args.link, name, given.clone(), &args.request.settled())?
        {
            Some(location) => {
                args.request.complete(&location);
                location.warn();
                location.guards
            }
            None => {
                let scheme = args.scheme.required()?;
                vec![Guard::new(scheme, given.ok_or(NO_SECRET)?)]
            }
        };
    args.request.read_revoked()?;
    let guards = args.request.asked(guards)?;
    let requests = guards.iter().map(|guard| {
        let url = args.url.as_bytes();
        link_request(guard, &args.link, &args.request, url)
    });
    let request = deciding(requests.collect::<Result<_, _>>()?)?;
    warn(&request, &args.link, &args.request);
    let decision = request.verdict();
    if args.json {
        output::print_json(&Value::Object(verdict::object(&request, &decision)))?;
    } else {
        let advice = decision.reason().map(|reason| advice(&request, reason));
        let text = verdict::text(&request, &decision, Style::of_stdout());
        output::print(&format!("{text}{}\n", advice.unwrap_or_default()))?;
    }
    Ok(verdict::exit_code(&decision))
}

/// What to try next.
fn advice(request: &LinkRequest<'_>, reason: Reason) -> String {
    let mut advice = String::new();
    if reason == Reason::Missing {
        for hint in elsewhere::hints(request) {
            advice.push(' ');
            advice.push_str(&hint);
        }
    }
    if reason == Reason::Signature
        && let Some(hint) = unknown_address(request)
    {
        advice.push(' ');
        advice.push_str(hint);
    }
    advice.push_str(meaning::advice(reason));
    advice
}
