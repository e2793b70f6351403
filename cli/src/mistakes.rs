//! `secure-token mistakes`: what `explain` looks for, for people and for programs that look for the same.

use std::process::ExitCode;

use explain::usual_mistakes;
use serde_json::json;

use crate::output::{self, Colour, Style, Trouble};

/// List the mistakes that explain looks for, alone or two at once
///
/// In a sentence, {word} stands for what a link has there.
#[derive(clap::Args)]
#[command(after_long_help = "\
Examples:
  secure-token mistakes
  secure-token mistakes --json")]
pub(crate) struct Args {
    /// Print JSON: id, part (message, secret, path, expiry, address, token or place), text
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Trouble> {
    if args.json {
        let objects = usual_mistakes().map(|mistake| {
            json!({ "id": mistake.id, "part": mistake.part.as_str(), "text": mistake.sentence })
        });
        output::print_json(&objects.collect())?;
    } else {
        let style = Style::of_stdout();
        let lines = usual_mistakes().map(|mistake| {
            let id = style.paint(mistake.id, Colour::Bold);
            format!("{id}\n  {}\n", mistake.sentence)
        });
        output::print(&lines.collect::<String>())?;
    }
    Ok(ExitCode::SUCCESS)
}
