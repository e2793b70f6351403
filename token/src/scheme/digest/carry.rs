//! What carries a token: the query or another text of its form, or the path.

use super::{Row, split_target};
use crate::place::Span;
use crate::request::first_token;
use crate::{Carrier, Failure, Params, Place, Reason, Request, Rules};

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
}

impl Carried<'_> {
    #[inline]
    pub(super) fn place(&self, params: &Params) -> Place {
        let (token, time) = match self.carrier {
            Carrier::Path => (Span::of(self.token, self.text, 1), Span::default()),
            Carrier::Query | Carrier::Value => params.spans(self.text, self.token, self.time),
        };
        Place::new(self.carrier, self.source, token, time)
    }

    /// Whether a path begins with the token's segments.
    pub(super) fn begins(&self, path: &[u8]) -> bool {
        let behind = path
            .strip_prefix(b"/")
            .and_then(|path| path.strip_prefix(self.token));
        behind.is_some_and(|rest| rest.starts_with(b"/"))
    }

    /// The path that was sent, without the segments that are the token's.
    pub(super) fn rest_of_path<'p>(&self, path: &'p [u8]) -> &'p [u8] {
        match self.carrier {
            Carrier::Path => self
                .token
                .len()
                .checked_add(1)
                .and_then(|end| path.get(end..)),
            Carrier::Query | Carrier::Value => Some(path),
        }
        .unwrap_or_default()
    }
}

/// Finds a token. The first source that holds one decides.
pub(super) fn carry<'r, R: Row>(
    request: &'r impl Request,
    rules: &Rules,
) -> Result<Result<Carried<'r>, Reason>, Failure> {
    if R::FACTS.carrier == Carrier::Path {
        let (path, _) = split_target(request.target()?);
        return Ok(in_path::<R>(path).ok_or(Reason::Missing));
    }
    let Some((index, source, fields)) = first_token(request, &rules.params)? else {
        return Ok(Err(Reason::Missing));
    };
    if fields.duplicate {
        return Ok(Err(Reason::Duplicate));
    }
    Ok(Ok(Carried {
        carrier: source.carrier,
        source: index,
        text: source.text,
        token: fields.token,
        time: fields.expires,
    }))
}

/// The segments at the beginning of a path, where one of them at least looks as the token's do.
pub(super) fn in_path<R: Row>(path: &[u8]) -> Option<Carried<'_>> {
    let segments = path.strip_prefix(b"/")?;
    let mut end = 0usize;
    for _ in const { R::FORMAT.token } {
        let slash = memchr::memchr(b'/', segments.get(end..)?)?;
        end = end.checked_add(slash)?.checked_add(1)?;
    }
    // The slash behind them begins the path that they open.
    let token = segments.get(..end.checked_sub(1)?)?;
    let format = const { R::FORMAT };
    let parts = format.split(token)?;
    let is_token = parts.token.len() == format.digest.text_length()
        || format.time.spelling.read(parts.time?).is_some();
    is_token.then_some(Carried {
        carrier: Carrier::Path,
        source: 0,
        text: path,
        token,
        time: None,
    })
}
