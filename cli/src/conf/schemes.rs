//! The schemes that are in force in a location.

use token::{Scheme, WordError, scheme};

use super::blocks::Directive;
use super::find::Found;
use crate::output::{Trouble, warning};

/// The schemes in their order, each with the words behind its name, and with its link and its digest.
///
/// # Errors
/// Where there is none, or what is wrong with one.
pub(super) fn of(found: &Found<'_>) -> Result<Vec<Scheme>, Trouble> {
    let own = found.directives("secure_token");
    let Some(directive) = own.last() else {
        let said = found.said();
        return Err(format!("{said} has no secure_token; name another with --location").into());
    };
    if directive.values() == ["off"] {
        let said = found.said();
        return Err(format!("{said}: secure_token is off; name another with --location").into());
    }
    let mut schemes: Vec<Scheme> = Vec::new();
    for word in directive.values() {
        match schemes
            .last_mut()
            .map(|last| (last.with_word(word.as_bytes()), last))
        {
            Some((Ok(with_word), last)) => {
                warn_of(last, word);
                *last = with_word;
            }
            None | Some((Err(WordError::Unknown), _)) => {
                let scheme = by_name(found, directive, word)?;
                let name = scheme.name();
                if schemes.iter().any(|other| other.name() == name) {
                    let place = &directive.place;
                    return Err(format!("{place}: {name} is there twice; remove one").into());
                }
                schemes.push(scheme);
            }
            Some((Err(error), _)) => return Err(format!("{}: {error}", directive.place).into()),
        }
    }
    reshape(
        found,
        "secure_token_digest",
        &mut schemes,
        Scheme::with_digest,
    )?;
    reshape(found, "secure_token_link", &mut schemes, Scheme::with_link)?;
    match schemes.as_slice() {
        [] => Err(format!("{}: secure_token names no scheme", directive.place).into()),
        _ => Ok(schemes),
    }
}

/// The names of schemes.
pub(super) fn names(schemes: &[Scheme]) -> String {
    let names: Vec<&str> = schemes.iter().map(Scheme::name).collect();
    names.join(", ")
}

/// What speaks against what a word asks for.
fn warn_of(scheme: &Scheme, word: &str) {
    let mut extras = scheme.facts().extras.iter();
    let extra = extras.find(|extra| extra.is_asked_for_by(word.as_bytes()));
    if let Some(text) = extra.and_then(|extra| extra.warning) {
        warning(text);
    }
}

/// The scheme of that name. One that is unknown is not repeated: it may be a secret.
fn by_name(found: &Found<'_>, directive: &Directive, name: &str) -> Result<Scheme, Trouble> {
    if let Some(own) = format_of(found, name)? {
        return Ok(own);
    }
    scheme::by_name(name.as_bytes()).ok_or_else(|| {
        format!(
            "{}: secure_token has a word that is no scheme, no word of the one in front of it, and no secure_token_format \
             has it as its name; \"nginx -t\" says what may stand there",
            directive.place
        )
        .into()
    })
}

/// The operator's own format of that name.
fn format_of(found: &Found<'_>, name: &str) -> Result<Option<Scheme>, Trouble> {
    let mut formats = found.on_every_level("secure_token_format");
    let Some(directive) = formats.find(|own| own.values().first().is_some_and(|own| own == name))
    else {
        return Ok(None);
    };
    let place = &directive.place;
    let [name, link, digest, message, options @ ..] = directive.values() else {
        return Err(
            format!("{place}: secure_token_format takes name, link, digest and message").into(),
        );
    };
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let scheme = Scheme::own(name, link, digest, message, &options);
    Ok(Some(scheme.map_err(|error| format!("{place}: {error}"))?))
}

/// Gives the one scheme that there is the link or the digest that is written.
fn reshape(
    found: &Found<'_>,
    name: &str,
    schemes: &mut [Scheme],
    change: fn(&Scheme, &str) -> Result<Scheme, token::FormatError>,
) -> Result<(), Trouble> {
    let directives = found.directives(name);
    let Some(directive) = directives.last() else {
        return Ok(());
    };
    let place = &directive.place;
    let [scheme] = schemes else {
        let names = names(schemes);
        return Err(format!(
            "{place}: {name} does not say for which of {names} it is; choose one of them there"
        )
        .into());
    };
    let changed = change(scheme, &directive.values().concat());
    *scheme = changed.map_err(|error| format!("{place}: {error}"))?;
    Ok(())
}
