//! What is written where: results to standard output, errors and warnings to standard error.

use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};

use serde_json::Value;

/// Exit status of a link that is refused.
pub(crate) const REFUSED: u8 = 1;
/// Exit status of a command that could not do its work.
pub(crate) const TROUBLE: u8 = 2;

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// To be said on standard error.
    Because(String),
    /// Whoever read the output has gone, as `head` does. Nobody needs to be told.
    NobodyReads,
}

impl From<String> for Trouble {
    fn from(message: String) -> Self {
        Self::Because(message)
    }
}

impl From<&str> for Trouble {
    fn from(message: &str) -> Self {
        Self::Because(message.to_owned())
    }
}

/// Of writing to standard output.
impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::NobodyReads,
            _ => Self::Because(format!("cannot write the output: {error}")),
        }
    }
}

pub(crate) fn error(message: &str) {
    say("error", message);
}

pub(crate) fn warning(message: &str) {
    say("warning", message);
}

fn say(kind: &str, message: &str) {
    // Where standard error is closed there is nobody to tell.
    let _ = writeln!(io::stderr().lock(), "secure-token: {kind}: {message}");
}

/// Prints text that answers a question. That nobody reads it changes nothing about the answer.
pub(crate) fn print(text: &str) -> Result<(), Trouble> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Prints what was asked for.
pub(crate) fn print_bytes(bytes: &[u8]) -> Result<(), Trouble> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(())
}

pub(crate) fn print_json(value: &Value) -> Result<(), Trouble> {
    print(&format!("{value:#}\n"))
}

/// Colours, where standard output is a terminal and the user has nothing against them.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    is_coloured: bool,
}

#[derive(Clone, Copy)]
pub(crate) enum Colour {
    Bold = 1,
    Red = 31,
    Green = 32,
    Yellow = 33,
}

impl Style {
    pub(crate) fn of_stdout() -> Self {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
        Self {
            is_coloured: io::stdout().is_terminal() && !is_set("NO_COLOR") && !is_dumb,
        }
    }

    pub(crate) fn paint(self, text: impl fmt::Display, colour: Colour) -> String {
        if self.is_coloured {
            format!("\x1b[{}m{text}\x1b[0m", colour as u8)
        } else {
            text.to_string()
        }
    }
}
