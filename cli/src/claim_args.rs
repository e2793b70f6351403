//! The options for what a link restricts, where the scheme has that.

use clap::{Arg, ArgAction, ArgMatches, Command};
use explain::restriction::{RESTRICTIONS, Restriction};

/// The claims of a command line: names and values, in the order of [`RESTRICTIONS`].
#[derive(Default)]
pub(crate) struct ClaimArgs(pub(crate) Vec<(String, String)>);

impl clap::Args for ClaimArgs {
    fn augment_args(command: Command) -> Command {
        let restriction = |restriction: &Restriction| {
            Arg::new(restriction.flag)
                .long(restriction.flag)
                .value_name(restriction.value)
                .action(ArgAction::Append)
                .help_heading(HEADING)
                .help(format!(
                    "The link {} {}: {}. Several with commas between{}",
                    restriction.says,
                    restriction.value,
                    restriction.form,
                    restriction.without()
                ))
        };
        command.args(RESTRICTIONS.iter().map(restriction)).arg(
            Arg::new("claim")
                .long("claim")
                .value_name("NAME=VALUE")
                .action(ArgAction::Append)
                .help_heading(HEADING)
                .help("Any other claim, such as data of your own: user=42"),
        )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

const HEADING: &str = "Restrictions, where the scheme has them";

impl clap::FromArgMatches for ClaimArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |name: &str| -> Vec<String> {
            let values = matches.get_many::<String>(name);
            values.unwrap_or_default().cloned().collect()
        };
        let mut claims = Vec::new();
        for restriction in RESTRICTIONS {
            let values = given(restriction.flag);
            if !values.is_empty() {
                claims.push((restriction.claim.to_owned(), values.join(",")));
            }
        }
        for claim in given("claim") {
            let (name, value) = claim.split_once('=').ok_or_else(|| {
                clap::Error::raw(
                    clap::error::ErrorKind::ValueValidation,
                    format!("--claim takes NAME=VALUE, such as user=42, not \"{claim}\"\n"),
                )
            })?;
            claims.push((name.to_owned(), value.to_owned()));
        }
        Ok(Self(claims))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
