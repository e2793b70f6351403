//! `secure-token completions` and `secure-token man`: what is made of the command line's own definition.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::output::{self, Trouble};

/// Print what completes this command in a shell
#[derive(clap::Args)]
#[command(after_long_help = "\
Examples:
  secure-token completions bash >/etc/bash_completion.d/secure-token
  secure-token completions zsh >/usr/local/share/zsh/site-functions/_secure-token
  secure-token completions fish >/etc/fish/completions/secure-token.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Print the manual page, of the command or of a subcommand
#[derive(clap::Args)]
#[command(after_long_help = "\
Examples:
  secure-token man sign | man -l -
  secure-token man --out-dir /usr/local/share/man/man1")]
pub(crate) struct ManArgs {
    /// Write the pages of the command and of all subcommands into this directory
    #[arg(long, value_name = "DIR", conflicts_with = "page")]
    out_dir: Option<PathBuf>,

    /// The subcommand whose page is printed, in place of the command's own
    #[arg(value_name = "SUBCOMMAND")]
    page: Option<String>,
}

pub(crate) fn completions(
    args: &CompletionsArgs,
    mut command: Command,
) -> Result<ExitCode, Trouble> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut command, "secure-token", &mut text);
    output::print_bytes(&text)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn man(args: &ManArgs, command: Command) -> Result<ExitCode, Trouble> {
    let pages = pages(command)?;
    if let Some(dir) = &args.out_dir {
        let cannot = |error| format!("cannot write into \"{}\": {error}", dir.display());
        fs::create_dir_all(dir).map_err(cannot)?;
        for (name, text) in &pages {
            fs::write(dir.join(format!("{name}.1")), text).map_err(cannot)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let name = match &args.page {
        Some(page) => format!("secure-token-{page}"),
        None => "secure-token".to_owned(),
    };
    let found = pages.iter().find(|(page, _)| *page == name);
    let Some((_, text)) = found else {
        let known: Vec<&str> = pages
            .iter()
            .filter_map(|(page, _)| page.strip_prefix("secure-token-"))
            .collect();
        return Err(format!("there is no such page; write one of {}", known.join(", ")).into());
    };
    output::print_bytes(text)?;
    Ok(ExitCode::SUCCESS)
}

/// The manual pages by their names.
fn pages(mut command: Command) -> Result<Vec<(String, Vec<u8>)>, Trouble> {
    command.build();
    let subcommands = command.get_subcommands().cloned().collect::<Vec<_>>();
    std::iter::once(command)
        .chain(subcommands)
        .map(page)
        .collect()
}

fn page(command: Command) -> Result<(String, Vec<u8>), Trouble> {
    let name = command
        .get_display_name()
        .unwrap_or(command.get_name())
        .to_owned();
    let mut text = Vec::new();
    Man::new(command).render(&mut text)?;
    Ok((name, text))
}
