//! What the directives of a location say to a signer.

use std::path::Path;

use explain::{RevokedFile, time};
use token::{Carrier, Scheme};

use super::blocks::Directive;
use super::find::Found;
use super::{Guard, Location, schemes};
use crate::output::{self, Trouble};
use crate::playlist::Way;
use crate::revoked;
use crate::secrets::{self, SecretText, Secrets};
use crate::variables::{self, Variable};

/// What a signer has to be told by options of its own.
const NOT_TAKEN: [(&str, &str); 4] = [
    ("secure_token_uri", "--path"),
    ("secure_token_source", "--source"),
    ("secure_token_client_ip", "--client-ip"),
    ("secure_token_country", "--country"),
];

/// What is asked of a location.
pub(super) struct Asked<'a> {
    /// The scheme that is meant, where there are several.
    pub(super) scheme: Option<&'a str>,
    /// Options for what is not taken, of which nothing needs to be said.
    pub(super) settled: Vec<&'a str>,
    /// Secrets in place of the location's own.
    pub(super) secrets: Option<Secrets>,
    /// Values of variables.
    pub(super) variables: &'a [Variable],
}

pub(super) fn of(
    found: &Found<'_>,
    directory: &Path,
    asked: &Asked<'_>,
) -> Result<Location, Trouble> {
    let mut schemes = schemes::of(found)?;
    let is_one = schemes.len() == 1;
    if let Some(name) = asked.scheme {
        let names = schemes::names(&schemes);
        schemes.retain(|scheme| scheme.name() == name);
        if schemes.is_empty() {
            let said = found.said();
            return Err(format!(
                "{said} has no scheme \"{name}\"; with --scheme name one of {names}"
            )
            .into());
        }
    }
    for (name, option) in NOT_TAKEN {
        if let Some(directive) = found.directives(name).last()
            && directive.values() != ["off"]
            && !asked.settled.contains(&option)
        {
            output::warning(&format!(
                "{}: {name} is not taken from the configuration; say what it comes to with {option}",
                directive.place
            ));
        }
    }
    let is_on = |name: &str, word: &str| {
        let own = found.directives(name);
        own.last()
            .is_some_and(|directive| directive.values() == [word])
    };
    let guard = |scheme: &Scheme| -> Result<Guard, Trouble> {
        match &asked.secrets {
            Some(given) => Ok(Guard::new(scheme.clone(), given.clone())),
            None => Ok(Guard {
                scheme: scheme.clone(),
                secrets: secrets(found, directory, asked.variables, scheme)?,
                secret_ids: secret_ids(found, scheme),
            }),
        }
    };
    Ok(Location {
        guards: schemes.iter().map(guard).collect::<Result<_, _>>()?,
        // Of several, nobody could say whose names are meant.
        param: schemes
            .first()
            .filter(|_| is_one)
            .and_then(|scheme| param(found, scheme)),
        ttl: length(found, "secure_token_ttl")?,
        clock_skew: length(found, "secure_token_clock_skew")?,
        max_lifetime: length(found, "secure_token_max_lifetime")?,
        revoked: revoked_files(found, directory)?,
        playlist: playlist(found, asked.variables)?,
        counting: counting(found),
        ignore_case: is_on("secure_token_ignore_case", "on"),
        keep_slashes: is_on("merge_slashes", "off"),
        is_unbound: is_on("secure_token_client_ip", "off"),
    })
}

/// The names of the secrets that a scheme may use: their positions among all where they have none.
fn secret_ids(found: &Found<'_>, scheme: &Scheme) -> Vec<String> {
    let directives = found.of_any(&["secure_token_secret", "secure_token_secret_file"]);
    let numbered = directives.into_iter().zip(1u64..);
    let own = numbered.filter(|(directive, _)| is_for(directive, scheme.name()));
    let id = |(directive, number): (&Directive, u64)| {
        let mut words = directive.values().iter().skip(1);
        let id = words.find_map(|word| word.strip_prefix("id="));
        id.map_or_else(|| number.to_string(), str::to_owned)
    };
    own.map(id).collect()
}

/// The limits of the use of links, with their places.
fn counting(found: &Found<'_>) -> Vec<String> {
    let limits = ["secure_token_max_clients", "secure_token_max_uses"];
    let limits = limits.into_iter().filter_map(|name| {
        let own = found.directives(name);
        let directive = own.last().filter(|own| own.values() != ["off"])?;
        Some(format!("{}: {name}", directive.place))
    });
    limits.collect()
}

/// What is revoked there.
fn revoked_files(found: &Found<'_>, directory: &Path) -> Result<Vec<RevokedFile>, Trouble> {
    let directives = found.directives("secure_token_revoked_file");
    let names = directives.last().map(|directive| directive.values());
    let names = names.unwrap_or_default().iter();
    names
        .map(|name| revoked::read(&directory.join(name)))
        .collect()
}

/// The secrets that a scheme may use: one at least.
fn secrets(
    found: &Found<'_>,
    directory: &Path,
    variables: &[Variable],
    scheme: &Scheme,
) -> Result<Secrets, Trouble> {
    let directives = found.of_any(&["secure_token_secret", "secure_token_secret_file"]);
    let own = directives
        .into_iter()
        .filter(|directive| is_for(directive, scheme.name()));
    let own = own.map(|directive| secret(directive, directory, variables));
    let own: Vec<SecretText> = own.collect::<Result<_, _>>()?;
    if own.is_empty() {
        return Err(format!(
            "{} has no secret for {}; add secure_token_secret_file",
            found.said(),
            scheme.name()
        )
        .into());
    }
    Ok(Secrets::of(own))
}

/// Other names of the parameters; what was inherited for schemes of another kind is ignored, as the module does.
fn param(found: &Found<'_>, scheme: &Scheme) -> Option<String> {
    let facts = scheme.facts();
    let directives = found.directives("secure_token_param");
    let words = directives.last()?.values().iter();
    let words =
        words.filter(|word| !word.starts_with("expires=") || facts.params.expires.is_some());
    let words: Vec<&str> = words.map(String::as_str).collect();
    (facts.carrier != Carrier::Path && !words.is_empty()).then(|| words.join(","))
}

fn playlist(found: &Found<'_>, given: &[Variable]) -> Result<Option<Way>, String> {
    let directives = found.directives("secure_token_playlist");
    let Some(directive) = directives.last() else {
        return Ok(None);
    };
    let wrong = |why: String| format!("{}: secure_token_playlist: {why}", directive.place);
    let word = |word: &String| {
        variables::substituted(word, given).map_err(|name| {
            wrong(format!(
                "there is the variable ${name}; give its value with --var {name}=VALUE"
            ))
        })
    };
    let words: Vec<String> = directive
        .values()
        .iter()
        .map(word)
        .collect::<Result<_, _>>()?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Way::parse(&words).map_err(wrong)
}

/// A length of time; `None` where neither the location nor a block around it says it.
fn length(found: &Found<'_>, name: &str) -> Result<Option<u64>, String> {
    let directives = found.directives(name);
    let Some(directive) = directives.last() else {
        return Ok(None);
    };
    let seconds = time::duration(&directive.values().concat());
    let seconds = seconds.map_err(|why| format!("{}: {why}", directive.place))?;
    Ok(Some(seconds))
}

/// Whether a secret may be used for the scheme.
fn is_for(directive: &Directive, scheme: &str) -> bool {
    let mut words = directive.values().iter().skip(1);
    let asked = words.find_map(|word| word.strip_prefix("for="));
    asked.is_none_or(|asked| asked == scheme)
}

fn secret(
    directive: &Directive,
    directory: &Path,
    given: &[Variable],
) -> Result<SecretText, Trouble> {
    let place = &directive.place;
    let value = directive
        .values()
        .first()
        .ok_or_else(|| format!("{place}: there is no secret"))?;
    if directive.name() == "secure_token_secret_file" {
        return secrets::from_file(&directory.join(value));
    }
    let text = variables::substituted(value, given).map_err(|name| {
        format!(
            "{place}: the secret has the variable ${name}; give its value with --var {name}=VALUE"
        )
    })?;
    if text.is_empty() {
        return Err(format!("{place}: the secret comes out empty").into());
    }
    Ok(SecretText::from(text))
}
