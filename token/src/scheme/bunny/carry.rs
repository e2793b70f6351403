//! What carries a token: the query, the first segment of the path, or another text of the query's form.

use crate::encoding;
use crate::place::{Span, behind_sent};
use crate::query::{pieces, value_of};
use crate::request::split_target;
use crate::{Carrier, Failure, Name, Params, Place, QueryFields, Reason, Request};

/// The names in the path.
pub(super) static IN_PATH: Params = Params::of("bcdn_token", Some("expires"));
/// No more and no fewer: else digits could wander between it and its neighbours.
const EXPIRY_DIGITS: usize = 10;

/// A token as it was sent.
pub(super) struct Carried<'a> {
    pub(super) place: Place,
    pub(super) token: &'a [u8],
    expires: Option<&'a [u8]>,
    /// What it stands in: a text of arguments.
    text: &'a [u8],
    names: &'a Params,
    /// The client's query where that is another text: arguments there are signed as well.
    query: &'a [u8],
}

/// When a token expires, and how that is written.
pub(super) struct Expiry {
    pub(super) digits: [u8; EXPIRY_DIGITS],
    pub(super) seconds: u64,
}

/// The path of a request, twice.
pub(super) struct Paths<'a> {
    /// As it was sent, which is signed where the token is for no other.
    pub(super) signed: &'a [u8],
    /// Decoded and normalised, as the server serves by it.
    pub(super) served: &'a [u8],
}

/// Finds a token. The first source that holds one decides.
pub(super) fn carry<'r>(
    request: &'r impl Request,
    params: &'r Params,
) -> Result<Result<Carried<'r>, Reason>, Failure> {
    for index in 0..u16::MAX {
        let Some(source) = request.source(index.into())? else {
            break;
        };
        let is_query = source.carrier == Carrier::Query;
        let (path, query) = split_target(request.target()?);
        let in_path = if is_query { in_path(path, index) } else { None };
        let (fields, carried) = if let Some((fields, place)) = in_path {
            let carried = Carried {
                place,
                token: fields.token,
                expires: fields.expires,
                text: place
                    .own(path)
                    .next()
                    .and_then(|own| own.get(1..))
                    .unwrap_or_default(),
                names: &IN_PATH,
                query,
            };
            (fields, carried)
        } else if let Some(fields) = params.find(source.text) {
            let (token, expires) = params.spans(source.text, fields.token, fields.expires);
            let carried = Carried {
                place: Place::new(source.carrier, index, token, expires),
                token: fields.token,
                expires: fields.expires,
                text: source.text,
                names: params,
                query: if is_query { b"" } else { query },
            };
            (fields, carried)
        } else {
            continue;
        };
        return Ok(match fields.duplicate {
            true => Err(Reason::Duplicate),
            false => Ok(carried),
        });
    }
    Ok(Err(Reason::Missing))
}

/// The token in the first segment of a path, `/bcdn_token=…&expires=…/…`, and where that stands.
pub(super) fn in_path(path: &[u8], source: u16) -> Option<(QueryFields<'_>, Place)> {
    let behind = path.strip_prefix(b"/")?;
    if !behind.starts_with(b"bcdn_token=") {
        return None;
    }
    let end = memchr::memchr(b'/', behind)?;
    let segment = behind.get(..end)?;
    let fields = IN_PATH.find(segment)?;
    let place = Place::new(
        Carrier::Path,
        source,
        Span::of(segment, path, 1),
        Span::default(),
    );
    Some((fields, place))
}

impl<'a> Carried<'a> {
    /// `None` for what is no expiry of such a token.
    pub(super) fn expiry(&self) -> Option<Expiry> {
        let mut buffer = [0; encoding::LONGEST];
        let sent = self.expires?;
        let digits = if sent.contains(&b'%') {
            encoding::percent_decode(sent, &mut buffer)?
        } else {
            sent
        };
        Some(Expiry {
            digits: digits.try_into().ok()?,
            seconds: encoding::unix_seconds(digits)?,
        })
    }

    /// All that was sent beside token and expiry, from wherever it may come.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &'a [u8]> + Clone + use<'a> {
        let names = self.names;
        let has_name = |piece: &'a [u8], name: &Option<Name>| {
            let name = name.as_ref();
            name.is_some_and(|name| value_of(piece, name).is_some())
        };
        let beside = pieces(self.text).filter(move |piece| {
            !has_name(piece, &names.token) && !has_name(piece, &names.expires)
        });
        beside.chain(pieces(self.query))
    }

    /// The path that a request is for. `None` where nobody can tell.
    pub(super) fn paths<'r>(
        &self,
        request: &'r impl Request,
    ) -> Result<Option<Paths<'r>>, Failure> {
        let (sent, _) = split_target(request.target()?);
        let (rest, served) = if self.place.carrier == Carrier::Path {
            let token = self.place.own(sent).next().unwrap_or_default();
            // A path that climbs over its token is another than the one behind it.
            let Some(served) = behind_sent(request.path()?, token) else {
                return Ok(None);
            };
            (self.place.rest(sent).1, served)
        } else {
            (sent, request.path()?)
        };
        let paths = match request.stated_path()? {
            Some(stated) => Paths {
                signed: stated,
                served: stated,
            },
            None => Paths {
                signed: rest,
                served,
            },
        };
        let is_signable = |path: &[u8]| !path.is_empty() && encoding::is_plain(path);
        let is_sound = is_signable(paths.signed) && is_signable(paths.served);
        Ok(is_sound.then_some(paths))
    }
}
