//! The command line as a whole. Help, man pages and completions are made of this.

use std::io::Write as _;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser, Subcommand};

use crate::output::TROUBLE;
use crate::{explain, facts, formats, generate, keygen, mistakes, playlist, revoke, sign, verify};

/// Sign, verify and explain links for the NGINX module ngx_http_secure_token_module
///
/// A signed link opens a location of NGINX until it expires. This command makes such links, tells whether
/// NGINX would open one, and finds out why it does not.
#[derive(Parser)]
#[command(
    name = "secure-token",
    bin_name = "secure-token",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_long_help = "\
Exit status:
  0  done; of verify and explain: the link opens
  1  of verify and explain: the link is refused; of playlist: the link of the playlist is
  2  the command was used wrongly, or could not do its work

Times of expiry are Unix times in seconds, or dates with a zone such as 2026-11-24T10:00:00Z.
Lengths of time are seconds, or have units: 90s, 15m, 1h30m, 7d, 2w, 1y.

Secrets are never printed. NO_COLOR=1 turns colours off."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Sign(sign::Args),
    Verify(verify::Args),
    Explain(explain::Args),
    Playlist(Box<playlist::Args>),
    Revoke(Box<revoke::Args>),
    Keygen(keygen::Args),
    Schemes(facts::SchemesArgs),
    Formats(formats::Args),
    Reasons(facts::ReasonsArgs),
    Mistakes(mistakes::Args),
    Completions(generate::CompletionsArgs),
    Man(generate::ManArgs),
}

/// The command to run, or the status to end with where the command line is not one, or asks for help.
pub(crate) fn parse() -> Result<Command, ExitCode> {
    Cli::try_parse().map(|cli| cli.command).map_err(|error| {
        let text = error.render().to_string();
        let is_asked_for = matches!(
            error.kind(),
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
        );
        // Nobody is left to tell where these cannot be written.
        if is_asked_for {
            let _ = write!(std::io::stdout().lock(), "{text}");
            ExitCode::SUCCESS
        } else {
            let name = if text.starts_with("error:") {
                "secure-token: "
            } else {
                ""
            };
            let _ = write!(std::io::stderr().lock(), "{name}{text}");
            ExitCode::from(TROUBLE)
        }
    })
}

/// The command line's own definition.
pub(crate) fn definition() -> clap::Command {
    Cli::command()
}
