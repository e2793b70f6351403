//! The restrictions that an ectoken can state: their options, and what they say in words.

use clap::{Arg, ArgAction, ArgMatches, Command};
use token::Reason;

/// A restriction by its option's name.
pub(crate) struct Restriction {
    /// Without the two hyphens.
    pub(crate) flag: &'static str,
    /// Its name in the token.
    pub(crate) claim: &'static str,
    value: &'static str,
    /// What its value has to look like.
    pub(crate) form: &'static str,
    /// What it says, to go before its entries.
    pub(crate) says: &'static str,
    /// What a request that it does not hold for is refused with.
    pub(crate) reason: Reason,
}

impl Restriction {
    /// What goes without it, to be told at the end of its help.
    const fn without(&self) -> &'static str {
        match self.reason {
            Reason::Url => ". Without it, only the path of the URL and what begins with it",
            _ => "",
        }
    }
}

const fn restriction(
    flag: &'static str,
    claim: &'static str,
    value: &'static str,
    form: &'static str,
    says: &'static str,
    reason: Reason,
) -> Restriction {
    Restriction {
        flag,
        claim,
        value,
        form,
        says,
        reason,
    }
}

/// Every restriction that has an option of its own.
#[rustfmt::skip]
pub(crate) const RESTRICTIONS: &[Restriction] = &[
    restriction("url-allow", "ec_url_allow", "PATHS", "beginnings of decoded paths, such as /videos/",
        "opens only paths that begin with", Reason::Url),
    restriction("country-allow", "ec_country_allow", "CODES", "countries of two letters, such as DE,FR",
        "opens only to clients in", Reason::Country),
    restriction("country-deny", "ec_country_deny", "CODES", "countries of two letters, such as DE,FR",
        "does not open to clients in", Reason::Country),
    restriction("ref-allow", "ec_ref_allow", "PAGES",
        "hosts, or hosts with the beginning of a path, without http://, such as *.example.com,example.org/shop/; \
         \"missing\" for visitors whom no page led here",
        "opens only from the pages", Reason::Referrer),
    restriction("ref-deny", "ec_ref_deny", "PAGES",
        "hosts, or hosts with the beginning of a path, without http://, such as *.example.com,example.org/shop/; \
         \"missing\" for visitors whom no page led here",
        "does not open from the pages", Reason::Referrer),
    restriction("host-allow", "ec_host_allow", "HOSTS", "hosts without a port, such as *.example.com,example.org",
        "opens only on the hosts", Reason::Host),
    restriction("host-deny", "ec_host_deny", "HOSTS", "hosts without a port, such as *.example.com,example.org",
        "does not open on the hosts", Reason::Host),
    restriction("proto-allow", "ec_proto_allow", "PROTOCOLS", "http, https or both",
        "opens only over", Reason::Protocol),
    restriction("proto-deny", "ec_proto_deny", "PROTOCOLS", "http, https or both",
        "does not open over", Reason::Protocol),
];

/// The one that has no option here, for it is `--client-ip`.
pub(crate) const CLIENT_IP: Restriction = restriction(
    "client-ip",
    "ec_clientip",
    "ADDRESSES",
    "addresses and networks, such as 192.0.2.7,2001:db8::/32",
    "opens only to clients with the addresses",
    Reason::ClientIp,
);

/// The restriction of that name in a token.
pub(crate) fn by_claim(name: &[u8]) -> Option<&'static Restriction> {
    static CLIENT: Restriction = CLIENT_IP;
    RESTRICTIONS
        .iter()
        .chain([&CLIENT])
        .find(|restriction| restriction.claim.as_bytes() == name)
}

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

const HEADING: &str = "Restrictions of an ectoken";

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
