//! Schemes by their names, as options take them.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use token::{Anatomy, ClientIp, SCHEMES, Scheme, scheme};

/// Reads the name of a scheme.
pub(crate) fn scheme_parser() -> impl TypedValueParser<Value = Scheme> {
    let names = SCHEMES
        .iter()
        .map(|scheme| PossibleValue::new(scheme.name()).help(summary(*scheme)));
    PossibleValuesParser::new(names)
        .try_map(|name| scheme::by_name(name.as_bytes()).ok_or("there is no such scheme"))
}

/// The names of those whose links can state restrictions.
pub(crate) fn with_claims() -> Vec<&'static str> {
    let facts = SCHEMES.iter().map(|scheme| scheme.facts());
    let sealed = facts.filter(|facts| matches!(facts.anatomy, Anatomy::Sealed));
    sealed.map(|facts| facts.name).collect()
}

/// What distinguishes a scheme's links: `?st={token}&e={expires}`.
fn summary(scheme: Scheme) -> String {
    let facts = scheme.facts();
    let more = match facts.client_ip {
        ClientIp::Never => "",
        ClientIp::Optional => "; may be bound to the client's address",
        ClientIp::Always => "; bound to the client's address",
        ClientIp::Claimed => "; encrypted, with an expiry and restrictions inside",
    };
    facts.link(&facts.params) + more
}
