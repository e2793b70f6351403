//! Schemes by their names, as options take them.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command};
use token::{Anatomy, ClientIp, Scheme, scheme};

/// Reads the name of a scheme, which may be one of a configuration's own, and tells of those that are built in.
#[derive(Clone)]
pub(crate) struct SchemeName;

impl TypedValueParser for SchemeName {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let value = |name: &'static str| {
            let scheme = scheme::by_name(name.as_bytes());
            PossibleValue::new(name).help(scheme.as_ref().map_or_else(String::new, summary))
        };
        Some(Box::new(scheme::names().map(value)))
    }
}

/// The scheme that is built in under that name.
///
/// # Errors
/// Which there are.
pub(crate) fn built_in(name: &str) -> Result<Scheme, String> {
    scheme::by_name(name.as_bytes()).ok_or_else(|| {
        let names: Vec<&str> = scheme::names().collect();
        format!(
            "there is no scheme \"{name}\"; write one of {}",
            names.join(", ")
        )
    })
}

/// The names of those whose links can state restrictions.
pub(crate) fn with_claims() -> Vec<String> {
    let schemes = scheme::all().into_iter();
    let with_claims = schemes.filter(|scheme| scheme.facts().format().is_none());
    with_claims.map(|scheme| scheme.name().to_owned()).collect()
}

/// What distinguishes a scheme's links: `?st={token}&e={expires}`.
fn summary(scheme: &Scheme) -> String {
    let facts = scheme.facts();
    let more = match facts.client_ip {
        ClientIp::Never => "",
        ClientIp::Optional => "; may be bound to the client's address",
        ClientIp::Always => "; bound to the client's address",
        ClientIp::Claimed => match facts.anatomy {
            Anatomy::Signed { .. } => "; with an expiry and restrictions inside",
            Anatomy::Sealed | Anatomy::Digest(_) => {
                "; encrypted, with an expiry and restrictions inside"
            }
        },
    };
    facts.link(&facts.params) + more
}
