//! `secure-token`: signs, verifies and explains links on the command line.
//!
//! What a scheme is, and whether a link opens, is all in the crate `token`, which the NGINX module goes
//! by as well; why it does not, in the crate `explain`. Here is what a terminal needs: arguments, files, the
//! clock, and what is printed.

mod args;
mod claim_args;
mod clock;
mod conf;
mod explain;
mod extra_args;
mod facts;
mod formats;
mod generate;
mod keygen;
mod lifetime;
mod lines;
mod link;
mod meaning;
mod mistakes;
mod output;
mod playlist;
mod request_args;
mod revoke;
mod revoked;
mod scheme_args;
mod schemes;
mod secrets;
mod sign;
mod source;
mod variables;
mod verdict;
mod verify;
mod words;

use std::process::ExitCode;

use args::Command;
use output::Trouble;

fn main() -> ExitCode {
    let command = match args::parse() {
        Ok(command) => command,
        Err(code) => return code,
    };
    let done = match command {
        Command::Sign(args) => sign::run(args),
        Command::Verify(args) => verify::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Playlist(args) => playlist::run(*args),
        Command::Revoke(args) => revoke::run(*args),
        Command::Keygen(args) => keygen::run(&args),
        Command::Schemes(args) => facts::schemes(&args),
        Command::Formats(args) => formats::run(&args),
        Command::Reasons(args) => facts::reasons(&args),
        Command::Mistakes(args) => mistakes::run(&args),
        Command::Completions(args) => generate::completions(&args, args::definition()),
        Command::Man(args) => generate::man(&args, args::definition()),
    };
    match done {
        Ok(code) => code,
        Err(trouble) => {
            if let Trouble::Because(message) = trouble {
                output::error(&message);
            }
            ExitCode::from(output::TROUBLE)
        }
    }
}
