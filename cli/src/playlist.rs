//! `secure-token playlist`: tokens in the links of a playlist.

mod fetch;
mod opened;
mod report;
mod rewritten;
mod text;
mod way;

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::process::ExitCode;

use clap::ArgGroup;
use explain::LinkRequest;
use explain::url::Url;
use token::Scope;

use crate::clock;
use crate::conf::{ConfArgs, Guard};
use crate::lifetime::Lifetime;
use crate::link::LinkArgs;
use crate::output::{self, Style, Trouble};
use crate::request_args::{RequestArgs, deciding, link_request, warn};
use crate::scheme_args::SchemeArgs;
use crate::secrets::{NO_SECRET, SecretArgs};

use opened::Opened;
use rewritten::Rewritten;
use text::Text;
pub(crate) use way::Way;
use way::WayArgs;

/// Put tokens into the links of an HLS playlist or a DASH manifest, as NGINX does with secure_token_playlist
///
/// Prints the playlist with tokens in its links or, with --explain, what becomes of each link and why. It is done by the
/// module's own code: what comes out is what NGINX would send for that URL, byte for byte. The token that opens the
/// playlist stands in its URL, or is made for it with --expires-in.
#[derive(clap::Args)]
#[command(
    group = ArgGroup::new("expiry"),
    after_long_help = "\
Examples:
  secure-token playlist --sign --scheme azion --secret-file key --expires-in 1h \\
      --url https://cdn.example.com/films/1/master.m3u8 master.m3u8
  secure-token playlist --sign --scheme azion --secret-file key --explain \\
      'https://cdn.example.com/films/1/master.m3u8?st=TOKEN&e=1795514400'
  secure-token playlist --pass --scheme gcore --secret-file key --path /films/1/ --json \\
      --url 'https://cdn.example.com/films/1/manifest.mpd?md5=TOKEN&expires=1795514400' - <manifest.mpd
  secure-token playlist --config /etc/nginx/nginx.conf --location /films/ --expires-in 1h \\
      --url https://cdn.example.com/films/1/master.m3u8 http://origin.example.com/films/1/master.m3u8

Exit status: 0 done, 1 the URL's token does not open it, 2 the command was used wrongly, or could not do its work"
)]
pub(crate) struct Args {
    #[command(flatten)]
    way: WayArgs,

    /// The URL that players have of the playlist, with the token that opens it, where that is in a file, or was fetched
    /// from elsewhere: https://host/path?query, or /path?query
    #[arg(long, value_name = "URL")]
    url: Option<OsString>,

    /// Make the token that opens the playlist, for a URL without one: how long it opens, from now
    #[arg(long, value_name = "TIME", group = "expiry", value_parser = Lifetime::parse)]
    expires_in: Option<Lifetime>,

    /// The same: when it expires, a Unix time in seconds, or a date with its zone, 2026-11-24T10:00:00Z
    #[arg(long, value_name = "TIME", group = "expiry", value_parser = clock::instant)]
    expires_at: Option<u64>,

    /// The same: for ever, where the scheme has that
    #[arg(long, group = "expiry")]
    never: bool,

    /// Print in place of the playlist what becomes of each link: its line, what is done, what it is, the path that it
    /// leads to, and why it is left
    #[arg(long)]
    explain: bool,

    /// Print that as JSON: kind, url, way, scheme, expires, expires_utc, links (line, done, kind, link, path, why),
    /// signed, handed_on, kept, left
    #[arg(long)]
    json: bool,

    /// How long to wait for a playlist that is fetched
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = explain::time::duration)]
    timeout: u64,

    /// The playlist: a file, "-" for standard input, or http://host/path and https://host/path, which is fetched
    #[arg(value_name = "FILE|URL")]
    playlist: OsString,

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

impl Args {
    /// When a token expires that is made now.
    fn expires(&self) -> Option<u64> {
        let later = |lifetime: Lifetime| clock::now().saturating_add(lifetime.seconds);
        self.expires_at.or(self.expires_in.map(later))
    }

    /// Whether one is to be made.
    const fn makes_token(&self) -> bool {
        self.expires_at.is_some() || self.expires_in.is_some() || self.never
    }
}

pub(crate) fn run(mut args: Args) -> Result<ExitCode, Trouble> {
    if args.playlist == "-" && args.secrets.reads_stdin() {
        return Err(
            "standard input has either the secret or the playlist; use --secret-file".into(),
        );
    }
    let (guards, way) = guards(&mut args)?;
    let args = &args;
    let way = args.way.chosen(way)?;
    if matches!(way, Way::Sign { .. }) && args.link.named_path().is_some() {
        return Err("with --sign tokens are for the paths of links, and --path says that they are for another one; \
                    use --pass"
            .into());
    }
    let text = Text::read(args)?;
    let unsigned = text.url.as_bytes();
    let signed = opened::signed(args, &guards, unsigned)?;
    let url = signed.as_deref().unwrap_or(unsigned);
    let requests = guards
        .iter()
        .map(|guard| link_request(guard, &args.link, &args.request, url));
    let request: LinkRequest<'_> = deciding(requests.collect::<Result<_, _>>()?)?;
    warn(&request, &args.link, &args.request);
    let opened = match Opened::new(&request, &way, args.link.merges_slashes()) {
        Ok(opened) => opened,
        Err(why) => {
            output::error(&why);
            return Ok(ExitCode::from(output::REFUSED));
        }
    };
    if way == Way::Pass && args.link.named_path().is_none() {
        warn_of_one_path(&request);
    }
    let rewritten = Rewritten::new(&text, &opened)?;
    if args.json {
        output::print_json(&report::object(&opened, &rewritten))?;
    } else if args.explain {
        output::print(&report::text(&opened, &rewritten, Style::of_stdout()))?;
    } else {
        output::print_bytes(&rewritten.bytes)?;
        if let Some(warning) = report::warning(&rewritten) {
            output::warning(&warning);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The schemes with their secrets, and what a configuration says of playlists.
fn guards(args: &mut Args) -> Result<(Vec<Guard>, Option<Way>), Trouble> {
    let given = args.secrets.given()?;
    let name = args.scheme.name();
    let settled = args.request.settled();
    let read = args
        .conf
        .read(&mut args.link, name, given.clone(), &settled)?;
    let (guards, way) = match read {
        Some(location) => {
            args.request.complete(&location);
            (location.guards, location.playlist)
        }
        None => {
            let scheme = args.scheme.required()?;
            let secrets = given.ok_or(NO_SECRET)?;
            (vec![Guard::new(scheme, secrets)], None)
        }
    };
    Ok((args.request.asked(guards)?, way))
}

fn warn_of_one_path(request: &LinkRequest<'_>) {
    let facts = request.scheme.facts();
    if facts.format().is_some() && facts.scope == Scope::Exact {
        let name = request.scheme.name();
        output::warning(&format!(
            "tokens of {name} open one path, so that this one opens the playlist and no link of it; use --sign, or say with \
             --path which directory it is for, as secure_token_uri does"
        ));
    }
}

/// Whether a text is a URL that can be fetched.
fn is_remote(text: &[u8]) -> bool {
    Url::parse(text).is_ok_and(|url| !url.site.is_empty())
}
