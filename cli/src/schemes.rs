//! Schemes by their names, as options take them.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use token::{ClientIp, SCHEMES, Scheme, scheme};

use crate::facts;

/// Reads the name of a scheme.
pub(crate) fn scheme_parser() -> impl TypedValueParser<Value = &'static dyn Scheme> {
    let names = SCHEMES
        .iter()
        .map(|scheme| PossibleValue::new(scheme.name()).help(summary(*scheme)));
    PossibleValuesParser::new(names)
        .try_map(|name| scheme::by_name(name.as_bytes()).ok_or("there is no such scheme"))
}

/// What distinguishes a scheme's links: `?st={token}&e={expires}`.
fn summary(scheme: &dyn Scheme) -> String {
    let facts = scheme.facts();
    let more = match facts.client_ip {
        ClientIp::Never => "",
        ClientIp::Optional => "; may be bound to the client's address",
        ClientIp::Claimed => "; encrypted, with an expiry and restrictions inside",
    };
    facts::link(facts) + more
}
