//! `secure-token verify`: what NGINX would say.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::process::ExitCode;

use serde_json::{Value, json};
use token::{Claims, Reason, Scheme, Verdict};

use crate::args::scheme_parser;
use crate::link::LinkArgs;
use crate::output::{self, Colour, Style, Trouble};
use crate::request::{Asked, RequestArgs};
use crate::secrets::SecretArgs;
use crate::{elsewhere, reasons, time};

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

Exit status: 0 the link opens, 1 it is refused, 2 the command was used wrongly")]
pub(crate) struct Args {
    /// The scheme, as in the directive secure_token
    #[arg(long, value_parser = scheme_parser())]
    scheme: &'static dyn Scheme,

    /// Print JSON: status (PASSED, EXPIRED or REJECTED), reason, meaning, secret (its number), expires,
    /// expires_utc, within_skew, source (the place that held the token), scheme
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
    let secrets = args.secrets.read_some()?;
    let asked = Asked::new(
        args.scheme,
        &args.link,
        &args.request,
        &secrets,
        args.url.as_bytes(),
    )?;
    let verdict = asked.verdict();
    if args.json {
        output::print_json(&Value::Object(object(&asked, &verdict)))?;
    } else {
        let advice = verdict.reason().map(|reason| advice(&asked, reason));
        let text = text(&asked, &verdict, Style::of_stdout());
        output::print(&format!("{text}{}\n", advice.unwrap_or_default()))?;
    }
    Ok(exit_code(&verdict))
}

/// What to try next.
fn advice(asked: &Asked<'_>, reason: Reason) -> String {
    let mut said = String::new();
    if reason == Reason::Missing {
        for hint in elsewhere::hints(asked) {
            said.push(' ');
            said.push_str(&hint);
        }
    }
    if reason == Reason::Signature && asked.may_be_bound() {
        said.push_str(
            " Where the location has secure_token_client_ip, give the client's address with --client-ip.",
        );
    }
    said.push_str(reasons::advice(reason));
    said
}

pub(crate) fn exit_code(verdict: &Verdict) -> ExitCode {
    match verdict.reason() {
        None => ExitCode::SUCCESS,
        Some(_) => ExitCode::from(output::REFUSED),
    }
}

/// The verdict in words, without a newline at the end.
pub(crate) fn text(asked: &Asked<'_>, verdict: &Verdict, style: Style) -> String {
    let status = reasons::status(verdict);
    let claims = verdict.claims();
    let is_within_skew = asked.is_within_skew(verdict);
    let place = claims.and(asked.place()).filter(|place| !place.is_args());
    let place = place.map(|place| format!("token from {}", place.name));
    let secret = claims.map(|claims| format!("secret {}", number(claims)));
    let time = claims.map(|claims| match claims.expires() {
        Some(expires) if asked.scheme.facts().boundary.is_over(expires, asked.now) => {
            format!("expired {}", time::told(expires, asked.now))
        }
        Some(expires) => format!("expires {}", time::told(expires, asked.now)),
        None => "never expires".to_owned(),
    });
    let said =
        |facts: [Option<String>; 4]| facts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let Some(reason) = verdict.reason() else {
        let passed = said([
            Some(style.paint(status, Colour::Green)),
            secret,
            place,
            time,
        ]);
        return if is_within_skew {
            let skew = time::length(asked.rules.clock_skew);
            format!("{passed}\nIt opens only by the clock skew of {skew}: its time is over.")
        } else {
            passed
        };
    };
    let meaning = reasons::meaning(reason, asked.scheme, &asked.rules.params);
    let (colour, facts) = match reason {
        Reason::Expired => (Colour::Yellow, [time, secret, place, None]),
        reason => (
            Colour::Red,
            [Some(reason.as_str().to_owned()), secret, place, time],
        ),
    };
    format!(
        "{}: {}\n{meaning}",
        style.paint(status, colour),
        said(facts)
    )
}

/// The verdict for programs.
pub(crate) fn object(asked: &Asked<'_>, verdict: &Verdict) -> serde_json::Map<String, Value> {
    let claims = verdict.claims();
    let expires = claims.and_then(Claims::expires);
    let meaning = |reason| reasons::meaning(reason, asked.scheme, &asked.rules.params);
    let object = json!({
        "scheme": asked.scheme.name(),
        "status": reasons::status(verdict),
        "reason": verdict.reason().map(|reason| reason.as_str()),
        "meaning": verdict.reason().map(meaning),
        "secret": claims.map(number),
        "expires": expires,
        "expires_utc": expires.and_then(time::rfc3339),
        "within_skew": asked.is_within_skew(verdict),
        "source": asked.place().map(|place| &place.name),
    });
    match object {
        Value::Object(object) => object,
        _ => serde_json::Map::new(),
    }
}

/// Secrets are counted from 1, as in `$secure_token_key`.
fn number(claims: &Claims) -> usize {
    claims.secret().saturating_add(1)
}
