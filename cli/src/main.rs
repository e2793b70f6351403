//! `secure-token`: signs, verifies and explains links on the command line.
//!
//! What a scheme is, and whether a link opens, is all in the crate `token`, which the NGINX module goes
//! by as well. Here is what a terminal needs: arguments, files, clocks and words.

mod args;
mod claims;
mod elsewhere;
mod explain;
mod facts;
mod generate;
mod keygen;
mod link;
mod output;
mod path;
mod query;
mod reasons;
mod request;
mod secrets;
mod sign;
mod source;
mod text;
mod time;
mod unicode;
mod url;
mod verify;

use std::process::ExitCode;

use args::Command;
use output::Trouble;

fn main() -> ExitCode {
    let command = match args::parse() {
        Ok(command) => command,
        Err(code) => return code,
    };
    let done = match command {
        Command::Sign(args) => sign::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Keygen(args) => keygen::run(&args),
        Command::Schemes(args) => facts::schemes(&args),
        Command::Reasons(args) => facts::reasons(&args),
        Command::Completions(args) => generate::completions(&args),
        Command::Man(args) => generate::man(&args),
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
