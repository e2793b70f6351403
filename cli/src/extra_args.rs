//! The options for what schemes do only where they are asked to: one for each word behind a scheme's name.

use clap::{Arg, ArgAction, ArgMatches, Command};
use token::{Extra, Scheme, WordError, scheme};

use crate::output::{self, Trouble};

/// The words that were given, with their values; of a command that signs, those alone that change how links are signed.
#[derive(Default)]
pub(crate) struct ExtraArgs<const SIGNS: bool>(Vec<(&'static Extra, String)>);

impl<const SIGNS: bool> ExtraArgs<SIGNS> {
    /// The scheme with all that they ask for in addition.
    ///
    /// # Errors
    /// Where the scheme does not know a word, or would have to do two things.
    pub(crate) fn apply(&self, scheme: &Scheme) -> Result<Scheme, Trouble> {
        let mut scheme = scheme.clone();
        for (extra, word) in &self.0 {
            let option = extra.word;
            scheme = scheme.with_word(word.as_bytes()).map_err(|error| {
                let name = scheme.name();
                match error {
                    WordError::Unknown => format!(
                        "there is no \"secure_token {name} {extra}\"; leave --{option} out"
                    ),
                    WordError::Value(_) => {
                        format!("--{option} takes a value without control characters")
                    }
                    WordError::Again(_) => format!(
                        "--{option} says again or otherwise what is said of {name} already; leave it out"
                    ),
                }
            })?;
            if let Some(warning) = extra.warning {
                output::warning(warning);
            }
        }
        Ok(scheme)
    }
}

/// The extras of all schemes, each word once.
fn extras(signs: bool) -> Vec<&'static Extra> {
    let schemes = scheme::all().into_iter();
    let extras = schemes.flat_map(|scheme| scheme.facts().extras);
    let mut extras: Vec<&'static Extra> =
        extras.filter(|extra| extra.is_signed || !signs).collect();
    extras.sort_by_key(|extra| extra.word);
    extras.dedup_by_key(|extra| extra.word);
    extras
}

/// What a word asks of each scheme that has it.
fn help(word: &str) -> String {
    let schemes = scheme::all().into_iter();
    let asked = schemes.flat_map(|scheme| {
        let own = scheme.facts().extras.iter();
        let own = own.filter(|extra| extra.word == word);
        own.map(move |extra| {
            format!(
                "As \"secure_token {} {extra}\": {}",
                scheme.name(),
                extra.text()
            )
        })
        .collect::<Vec<_>>()
    });
    asked.collect::<Vec<_>>().join(". ")
}

impl<const SIGNS: bool> clap::Args for ExtraArgs<SIGNS> {
    fn augment_args(command: Command) -> Command {
        command.args(extras(SIGNS).into_iter().map(|extra| {
            let arg = Arg::new(extra.word).long(extra.word);
            if extra.takes_value {
                arg.value_name("VALUE")
                    .allow_hyphen_values(true)
                    .help(format!(
                        "{}. Others see it in the list of processes: --config takes it from a file",
                        help(extra.word)
                    ))
            } else {
                arg.action(ArgAction::SetTrue).help(help(extra.word))
            }
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<const SIGNS: bool> clap::FromArgMatches for ExtraArgs<SIGNS> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = extras(SIGNS).into_iter().filter_map(|extra| {
            let word = extra.word;
            if extra.takes_value {
                let value = matches.get_one::<String>(word)?;
                return Some((extra, format!("{word}={value}")));
            }
            matches.get_flag(word).then(|| (extra, word.to_owned()))
        });
        Ok(Self(given.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
