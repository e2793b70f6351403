//! What a link looks like: `?st={token}&e={expires}`, `/{token}/{expires:hex}{path}`.

use alloc::format;
use alloc::vec::Vec;

use super::error::{FormatError, FormatString, Source};
use super::field::Fields;
use super::lexer::{Piece, pieces};
use super::{border, path};
use crate::query::is_param_name;
use crate::{Carrier, FieldId, FieldKind, FieldParam, Name, Params, TimeEvent, TokenPart};

/// A link, parsed.
pub(super) struct Link {
    pub(super) carrier: Carrier,
    pub(super) params: Params,
    pub(super) prefix: Vec<TokenPart>,
    pub(super) token: Vec<TokenPart>,
    pub(super) rest: Option<FieldId>,
    pub(super) fields: Fields,
}

/// Parses a link.
pub(super) fn parse(text: &str) -> Result<Link, FormatError> {
    let source = Source {
        place: FormatString::Link,
        text,
    };
    source.check_length()?;
    let link = if let Some(query) = text.strip_prefix('?') {
        in_query(source, query)?
    } else if text.starts_with('/') {
        path::parse(source)?
    } else {
        return Err(source.error_untold(
            "it begins with neither \"?\" nor \"/\"; write \"?st={token}&e={expires}\" or \
             \"/{token}/{expires}{path}\"",
        ));
    };
    let time = link.fields.time;
    let has_ttl = link
        .fields
        .others
        .iter()
        .any(|field| field.kind == FieldKind::Ttl);
    if has_ttl && time.is_none_or(|time| time.event == TimeEvent::Expiry) {
        return Err(source.error_in_all(
            "{ttl} counts from the time of issue; write {time} as well, and no {expires}",
        ));
    }
    Ok(link)
}

/// One argument of a query.
struct Argument<'a> {
    at: usize,
    near: &'a str,
    name: &'a str,
    value: Vec<Piece<'a>>,
}

impl Argument<'_> {
    fn has_token(&self) -> bool {
        let is_token =
            |piece: &Piece<'_>| matches!(piece, Piece::Field(field) if field.name == "token");
        self.value.iter().any(is_token)
    }
}

fn in_query(source: Source<'_>, query: &str) -> Result<Link, FormatError> {
    let mut arguments = Vec::new();
    let mut at = 1usize;
    for piece in query.split('&') {
        arguments.push(argument(source, at, piece, &arguments)?);
        at = at.saturating_add(piece.len()).saturating_add(1);
    }
    // The fields of the token's own text come first wherever it stands, so that one format has one form.
    let Some(position) = arguments.iter().position(Argument::has_token) else {
        return Err(source.error_in_all("there is no {token}; write \"?st={token}\" for one"));
    };
    let argument = arguments.remove(position);
    let mut fields = Fields::default();
    let mut token = Vec::new();
    for piece in &argument.value {
        token.push(match piece {
            Piece::Text { text, .. } => border::text(text),
            Piece::Field(field) if field.is_rest => return Err(no_rest(source, *field)),
            Piece::Field(field) => fields.add(source, *field)?,
        });
    }
    border::check(source, &argument.value, &fields)?;
    let mut params = Params {
        token: Some(Name::new(argument.name.as_bytes())),
        ..Params::NONE
    };
    for argument in arguments {
        let name = Name::new(argument.name.as_bytes());
        let [Piece::Field(field)] = argument.value.as_slice() else {
            return Err(source.error(argument.at, argument.near, ONE_FIELD));
        };
        if field.is_rest {
            return Err(no_rest(source, *field));
        }
        match fields.add(source, *field)? {
            TokenPart::Time => params.expires = Some(name),
            TokenPart::Field(field) => params.fields.to_mut().push(FieldParam { name, field }),
            TokenPart::Token | TokenPart::Text(_) => {}
        }
    }
    Ok(Link {
        carrier: Carrier::Query,
        params,
        prefix: Vec::new(),
        token,
        rest: None,
        fields,
    })
}

const ONE_FIELD: &str = "only the token's argument may hold text or several fields; write \"name={field}\", and \
                         leave out what is the application's";

fn no_rest(source: Source<'_>, field: super::lexer::Written<'_>) -> FormatError {
    let message = format!(
        "only in a path a field takes all that is left; write {{{}}}",
        field.name
    );
    source.error(field.at, field.near, message)
}

fn argument<'a>(
    source: Source<'_>,
    at: usize,
    near: &'a str,
    others: &[Argument<'_>],
) -> Result<Argument<'a>, FormatError> {
    let error = |message: &str| Err(source.error(at, near, message));
    let Some((name, value)) = near.split_once('=') else {
        return error("an argument has a name and a value; write \"st={token}\" for one");
    };
    if !is_param_name(name.as_bytes()) {
        return error(
            "this name has another spelling in a link; write letters, digits, or one of -._~",
        );
    }
    if others.iter().any(|other| other.name == name) {
        return error("the argument stands there twice; give the field another one");
    }
    let behind = at.saturating_add(name.len()).saturating_add(1);
    Ok(Argument {
        at,
        near,
        name,
        value: pieces(source, behind, value)?,
    })
}
