//! The options for what schemes do only where they are asked to: one for each word behind a scheme's name.

use std::collections::BTreeSet;

use clap::{Arg, ArgAction, ArgMatches, Command};
use token::{Extra, SCHEMES, Scheme};

use crate::output::Trouble;

/// The words that were given.
#[derive(Default)]
pub(crate) struct ExtraArgs(Vec<&'static str>);

impl ExtraArgs {
    /// What they ask a scheme to do in addition.
    ///
    /// # Errors
    /// Where the scheme does not know a word, or would have to do two things.
    pub(crate) fn of(&self, scheme: Scheme) -> Result<Option<&'static Extra>, Trouble> {
        let facts = scheme.facts();
        let mut asked = None;
        for word in &self.0 {
            let extra = facts.extras.iter().find(|extra| extra.word == *word);
            let Some(extra) = extra else {
                let name = facts.name;
                return Err(format!(
                    "there is no \"secure_token {name} {word}\"; leave --{word} out"
                )
                .into());
            };
            if asked.replace(extra).is_some() {
                return Err("secure_token takes one word behind the scheme; leave one out".into());
            }
        }
        Ok(asked)
    }
}

/// The words of all schemes, each once.
fn words() -> BTreeSet<&'static str> {
    let extras = SCHEMES.iter().flat_map(|scheme| scheme.facts().extras);
    extras.map(|extra| extra.word).collect()
}

/// What a word asks of each scheme that has it.
fn help(word: &str) -> String {
    let facts = SCHEMES.iter().map(|scheme| scheme.facts());
    let asked = facts.flat_map(|facts| {
        let own = facts.extras.iter().filter(|extra| extra.word == word);
        own.map(|extra| {
            format!(
                "As \"secure_token {} {word}\": {}",
                facts.name, extra.warning
            )
        })
    });
    asked.collect::<Vec<_>>().join(". ")
}

impl clap::Args for ExtraArgs {
    fn augment_args(command: Command) -> Command {
        command.args(words().into_iter().map(|word| {
            Arg::new(word)
                .long(word)
                .action(ArgAction::SetTrue)
                .help(help(word))
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for ExtraArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let words = words().into_iter();
        Ok(Self(words.filter(|word| matches.get_flag(word)).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
