//! Formats as they are written, made into data.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::sync::Arc;

pub use error::{FormatError, FormatString};

use crate::{
    Anatomy, Carrier, ClientIp, Digest, Encoding, Facts, FieldId, FieldKind, Format, Part, Scope,
    TokenPart,
};
use error::Source;
use link::Link;

mod border;
mod bracket;
mod digest;
mod error;
mod field;
mod lexer;
mod link;
mod message;
mod options;
mod part;
mod path;
mod segment;
mod shape;
#[cfg(test)]
mod tests;

/// Makes a scheme of the strings that say what its links look like and what is hashed.
///
/// # Errors
/// [`FormatError`] for the first thing that is wrong, with what to write instead.
pub(crate) fn parse(
    name: &str,
    link: &str,
    digest: &str,
    message: &str,
    options: &[&str],
) -> Result<(Facts, Arc<Format>), FormatError> {
    let message_source = Source {
        place: FormatString::Message,
        text: message,
    };
    let link_source = Source {
        place: FormatString::Link,
        text: link,
    };
    let link = link::parse(link)?;
    let digest = digest::parse(digest)?;
    check_encoding(link_source, link.carrier, digest)?;
    let message = message::parse(message, &link)?;
    check_secret(message_source, digest, &message.parts)?;
    check_times(message_source, &link, &message.parts)?;
    let options = options::parse(options, &link)?;
    let has_client_ip = message.parts.contains(&Part::ClientIp);
    let format = Format {
        prefix: link.prefix.into(),
        token: link.token.into(),
        rest: link.rest,
        fields: link.fields.others.into(),
        time: link.fields.time,
        lifetime: options.lifetime,
        window: options.window,
        digest,
        secret: options.secret,
        message: message.parts.into(),
        variables: message.variables.into(),
    };
    let format = Arc::new(format);
    let facts = Facts {
        name: name.to_owned().into(),
        title: "".into(),
        vendor: "".into(),
        extras: &[],
        carrier: link.carrier,
        params: link.params,
        client_ip: if has_client_ip {
            ClientIp::Optional
        } else {
            ClientIp::Never
        },
        scope: scope(&format),
        boundary: options.boundary,
        expired_status: options.expired_status,
        anatomy: Anatomy::Digest(Arc::clone(&format)),
    };
    Ok((facts, format))
}

/// # Errors
/// For tokens that would be more segments than one.
fn check_encoding(source: Source<'_>, carrier: Carrier, digest: Digest) -> Result<(), FormatError> {
    if carrier == Carrier::Path && digest.encoding == Encoding::Base64 {
        return Err(source.error_in_all(
            "a slash that is in a token would end its segment; write \"base64url\" or \"hex\" into the digest, \
             or a link that begins with \"?\"",
        ));
    }
    Ok(())
}

fn check_secret(source: Source<'_>, digest: Digest, parts: &[Part]) -> Result<(), FormatError> {
    match (digest.is_keyed, parts.contains(&Part::Secret)) {
        (true, true) => Err(source.error_untold(format!(
            "the secret is the key of {digest}; leave out {{secret}}"
        ))),
        (false, false) => Err(source.error_untold(format!(
            "anybody could make such a token; write {{secret}} into the message, or \"hmac-{digest}\" as the digest"
        ))),
        (true, false) | (false, true) => Ok(()),
    }
}

/// # Errors
/// For times that whoever has a link could change.
fn check_times(source: Source<'_>, link: &Link, parts: &[Part]) -> Result<(), FormatError> {
    let time = link.fields.time.filter(|_| !parts.contains(&Part::Time));
    let mut others = link.fields.others.iter().zip(0 as FieldId..);
    let other = others
        .find(|(field, id)| field.kind != FieldKind::Free && !parts.contains(&Part::Field(*id)));
    let name = time.map(|time| time.event.name());
    match name.or(other.map(|(field, _)| &*field.name)) {
        Some(name) => Err(source.error_untold(format!(
            "whoever has a link could change its {{{name}}}; write {{{name}}} into the message as well"
        ))),
        None => Ok(()),
    }
}

/// Which paths a token opens whose message has these parts.
fn scope(format: &Format) -> Scope {
    let hashes = |part: &Part| format.message.contains(part);
    let is_hashed =
        |part: &TokenPart| matches!(part, TokenPart::Field(id) if hashes(&Part::Field(*id)));
    let is_path = |name: &str| ["uri", "document_uri", "request_uri"].contains(&name);
    if hashes(&Part::Path)
        || hashes(&Part::RawPath)
        || hashes(&Part::RawUri)
        || format.rest.is_some_and(|id| hashes(&Part::Field(id)))
        || format.variables.iter().any(|name| is_path(name))
    {
        Scope::Exact
    } else if hashes(&Part::Directory) || hashes(&Part::Stream) {
        Scope::Directory
    } else if hashes(&Part::Parent) || format.prefix.iter().any(is_hashed) {
        Scope::Tree
    } else {
        Scope::Everything
    }
}
