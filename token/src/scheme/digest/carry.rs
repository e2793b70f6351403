//! What carries a token: the query or another text of its form, or the path.

use crate::format::slashes;
use crate::place::{Span, behind_sent};
use crate::query::{pieces, unpadded};
use crate::request::{first_token, split_target};
use crate::text::split;
use crate::{
    Carrier, Facts, Failure, FieldKind, Format, MOST_FIELDS, Params, Place, Reason, Request, Rules,
    TokenParts,
};

/// The texts of fields, by their positions in [`Format::fields`]; empty where there are none.
pub(super) type FieldTexts<'a> = [&'a [u8]; MOST_FIELDS];

/// A token as it was sent.
pub(super) struct Carried<'a> {
    pub(super) carrier: Carrier,
    /// Position of the source.
    pub(super) source: u16,
    /// What it stands in: a query, or a path.
    pub(super) text: &'a [u8],
    /// The value of its argument, or its segments without the slash in front of the first.
    pub(super) token: &'a [u8],
    /// The value of the time's own argument.
    pub(super) time: Option<&'a [u8]>,
    /// What stands in the path behind the token, with its slash.
    pub(super) behind: &'a [u8],
}

impl<'a> Carried<'a> {
    #[inline]
    pub(super) fn place(&self, params: &Params) -> Place {
        let (token, time) = match self.carrier {
            Carrier::Path => (Span::of(self.token, self.text, 1), Span::default()),
            Carrier::Query | Carrier::Value => params.spans(self.text, self.token, self.time),
        };
        Place::new(self.carrier, self.source, token, time)
    }

    /// What a decoded path has behind the token. `None` where the token is not where it was sent, or behind something
    /// else: a path that climbs over its token, or over the fields in front of it, is another than the one that was sent.
    pub(super) fn behind_in<'p>(&self, path: &'p [u8]) -> Option<&'p [u8]> {
        let (front, _) = self.place(&Params::NONE).rest(self.text);
        // As many segments as were sent: of an escaped slash the server makes one more.
        let (_, behind) = segments(path, memchr::memchr_iter(b'/', front).count())?;
        let rest = behind_sent(path, front).filter(|rest| *rest == behind)?;
        let rest = rest.strip_prefix(b"/")?.strip_prefix(self.token)?;
        rest.starts_with(b"/").then_some(rest)
    }
}

/// Finds a token, and the fields `outside` its text: in arguments of their own, or in front of it in the path. The first
/// source that holds a token decides.
pub(super) fn carry<'r>(
    facts: &Facts,
    format: &Format,
    request: &'r impl Request,
    rules: &Rules,
    outside: &mut FieldTexts<'r>,
) -> Result<Result<Carried<'r>, Reason>, Failure> {
    if facts.carrier == Carrier::Path {
        let (path, _) = split_target(request.target()?);
        return Ok(in_path(format, path, outside).ok_or(Reason::Missing));
    }
    let Some((index, source, fields)) = first_token(request, &rules.params)? else {
        return Ok(Err(Reason::Missing));
    };
    let is_query = source.carrier == Carrier::Query;
    if fields.duplicate || (is_query && has_other_case(format, &rules.params, source.text)) {
        return Ok(Err(Reason::Duplicate));
    }
    *outside = fields.fields.map(Option::unwrap_or_default);
    Ok(Ok(Carried {
        carrier: source.carrier,
        source: index,
        text: source.text,
        token: fields.token,
        time: fields.expires,
        behind: b"",
    }))
}

/// Whether an argument has the name of a free field but for its case. What is done by such a field is the server's to say,
/// and the server's own variables, `$arg_speed` say, are of the first argument whose name is that in any case.
fn has_other_case(format: &Format, params: &Params, query: &[u8]) -> bool {
    if params.fields.is_empty() {
        return false;
    }
    let is_free = |id| format.field(id).map(|field| field.kind) == Some(FieldKind::Free);
    let free = params.fields.iter().filter(|param| is_free(param.field));
    let mut names = pieces(query).map(|piece| split(piece, b'=').next().unwrap_or_default());
    names.any(|name| {
        let is_own = params.names().any(|own| **own == *name);
        let is_like = |own: &[u8]| own.eq_ignore_ascii_case(name);
        !is_own && free.clone().any(|param| is_like(&param.name))
    })
}

/// Takes a path apart at the place of the token: what stands in front of it and stays, with its fields, and the rest.
pub(super) fn prefix<'p>(
    format: &Format,
    path: &'p [u8],
    parts: &mut TokenParts<'p>,
) -> Option<(&'p [u8], &'p [u8])> {
    let (prefix, rest) = segments(path, slashes(&format.prefix))?;
    let behind = format.take(&format.prefix, prefix, parts)?;
    behind.is_empty().then_some((prefix, rest))
}

/// The segments of a path, where one of them at least looks as the token's do.
pub(super) fn in_path<'p>(
    format: &Format,
    path: &'p [u8],
    outside: &mut FieldTexts<'p>,
) -> Option<Carried<'p>> {
    let mut parts = TokenParts::default();
    let (_, rest) = prefix(format, path, &mut parts)?;
    *outside = parts.fields;
    let (token, behind) = segments(rest.strip_prefix(b"/")?, slashes(&format.token))?;
    let parts = format.split(token)?;
    let is_time = |text| format.time.and_then(|time| time.spelling.read(text));
    let is_token = unpadded(parts.token).len() == format.digest.text_length()
        || parts.time.and_then(is_time).is_some();
    is_token.then_some(Carried {
        carrier: Carrier::Path,
        source: 0,
        text: path,
        token,
        time: None,
        behind,
    })
}

/// The beginning of a path with so many slashes in it, and what stands behind, with the next slash.
fn segments(path: &[u8], slashes: usize) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr_iter(b'/', path).nth(slashes)?;
    path.split_at_checked(end)
}
