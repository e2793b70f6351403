//! The fields of a link: found, decoded, and read.

use super::carry::{Carried, FieldTexts, carry};
use super::{DigestBytes, NO_DIGEST};
use crate::encoding;
use crate::{
    Carrier, Digest, Encoding, Facts, Failure, FieldKind, Format, MOST_FIELDS, Reason, Request,
    Rules, TimeSpelling, TokenId,
};

/// Bytes on the stack into which the escapes of a text with several fields are undone.
type Buffer = [u8; 512];
/// As much of it as is for that.
const TEXT_ROOM: usize = 384;

/// Where a link's fields are put that do not stand together, or not as they are hashed.
pub(super) struct Room<'a> {
    buffer: Buffer,
    digest: DigestBytes,
    texts: FieldTexts<'a>,
}

impl Room<'_> {
    pub(super) const fn new() -> Self {
        Self {
            buffer: [0; _],
            digest: NO_DIGEST,
            texts: [b""; MOST_FIELDS],
        }
    }
}

/// The fields of a link, read.
pub(super) struct LinkFields<'a> {
    pub(super) digest: &'a DigestBytes,
    /// As it is hashed.
    pub(super) time: &'a [u8],
    /// In Unix seconds; `None` for a link that has none.
    pub(super) seconds: Option<u64>,
    /// As they are hashed.
    pub(super) fields: &'a [&'a [u8]],
    /// How many seconds the link opens from its time of issue on, where it says so; 0 for ever.
    pub(super) lifetime: Option<u64>,
    /// The second before which it does not open; 0 for any.
    pub(super) start: u64,
}

/// Token and time as they usually stand, to be decoded. `None` decides nothing.
#[inline(always)]
pub(super) fn usual<'q>(
    format: &Format,
    query: &'q [u8],
    rules: &Rules,
) -> Option<(&'q [u8], &'q [u8])> {
    let time = format.time?.spelling.usual_length();
    rules
        .params
        .find_by_length(query, format.digest.text_length(), time)
}

/// Token and time, wherever and however they stand.
pub(super) fn any<'r>(
    facts: &Facts,
    format: &Format,
    request: &'r impl Request,
    rules: &Rules,
    room: &'r mut Room<'r>,
) -> Result<Result<(Carried<'r>, LinkFields<'r>), Reason>, Failure> {
    let Room {
        buffer,
        digest,
        texts,
    } = room;
    let carried = match carry(facts, format, request, rules, texts)? {
        Ok(carried) => carried,
        Err(reason) => return Ok(Err(reason)),
    };
    if let Some(rest) = format.rest {
        let Some(text) = rest_of(request.target()?, &carried) else {
            return Ok(Err(Reason::Malformed));
        };
        if let Some(field) = texts.get_mut(usize::from(rest)) {
            *field = text;
        }
    }
    let fields = read(format, &carried, buffer, digest, texts);
    Ok(fields
        .map(|fields| (carried, fields))
        .ok_or(Reason::Malformed))
}

/// All that stands behind the token's slash, as it was sent.
fn rest_of<'r>(target: &'r [u8], carried: &Carried<'r>) -> Option<&'r [u8]> {
    let end = carried.text.len().checked_sub(carried.behind.len())?;
    let rest = target.get(end.checked_add(1)?..)?;
    encoding::is_plain(rest).then_some(rest)
}

/// Decodes a digest into what is [`NO_DIGEST`] yet.
#[inline]
pub(super) fn decode_digest(digest: Digest, text: &[u8], bytes: &mut DigestBytes) -> Option<()> {
    let room = bytes.get_mut(..digest.length())?;
    match digest.encoding {
        Encoding::Base64Url => encoding::base64url(text, room),
        Encoding::Base64 => encoding::base64(text, room),
        Encoding::Hex => encoding::hex_lower(text, room),
    }
}

/// Reads the fields of what was found, and undoes percent-encoding where there is any.
fn read<'a>(
    format: &Format,
    carried: &Carried<'a>,
    buffer: &'a mut Buffer,
    digest: &'a mut DigestBytes,
    texts: &'a mut FieldTexts<'a>,
) -> Option<LinkFields<'a>> {
    let (text_room, time_room) = buffer.split_at_mut(TEXT_ROOM);
    // In a path there is no need for escapes, and what is taken out of it is looked for as it was sent.
    let may_be_escaped = carried.carrier != Carrier::Path;
    let text = if may_be_escaped && carried.token.contains(&b'%') {
        encoding::percent_decode(carried.token, text_room)?
    } else {
        carried.token
    };
    let parts = format.split(text)?;
    for (field, inside) in texts.iter_mut().zip(parts.fields) {
        if !inside.is_empty() {
            *field = inside;
        }
    }
    decode_digest(format.digest, parts.token, digest)?;
    let (time, seconds) = match (parts.time, carried.time) {
        (Some(inside), _) => read_time(format, inside, None)?,
        (None, Some(own)) => read_time(format, own, Some(time_room))?,
        (None, None) => read_time(format, b"", None)?,
    };
    let mut link = LinkFields {
        digest,
        time,
        seconds,
        fields: texts,
        lifetime: None,
        start: 0,
    };
    for (field, text) in format.fields.iter().zip(link.fields) {
        let text = *text;
        if text.is_empty() {
            if field.is_optional {
                continue;
            }
            return None;
        }
        if !encoding::is_plain(text) {
            return None;
        }
        match field.kind {
            FieldKind::Free => {}
            FieldKind::Ttl => link.lifetime = Some(number(text)?),
            FieldKind::Start(_) if text == b"0" => {}
            FieldKind::Start(spelling) => link.start = spelling.read(text)?,
        }
    }
    Some(link)
}

/// What a token is known by that is written so: the text that holds it, or the digest alone.
pub(super) fn token_id(format: &Format, carrier: Carrier, text: &[u8]) -> Option<TokenId> {
    let mut room = [0; TEXT_ROOM];
    let text = if carrier == Carrier::Path {
        let text = text.strip_prefix(b"/").unwrap_or(text);
        text.strip_suffix(b"/").unwrap_or(text)
    } else if text.contains(&b'%') {
        encoding::percent_decode(text, &mut room)?
    } else {
        text
    };
    let mut digest = NO_DIGEST;
    let whole = format.split(text);
    whole
        .and_then(|parts| decode_digest(format.digest, parts.token, &mut digest))
        .or_else(|| decode_digest(format.digest, text, &mut digest))?;
    Some(TokenId::of(&digest))
}

/// The time as it is hashed, and in Unix seconds. `room` for undoing escapes, where it stands in an argument of its own.
fn read_time<'a>(
    format: &Format,
    sent: &'a [u8],
    room: Option<&'a mut [u8]>,
) -> Option<(&'a [u8], Option<u64>)> {
    let Some(time) = format.time else {
        return Some((b"", None));
    };
    if sent.is_empty() {
        return time.is_optional.then_some((b"", None));
    }
    if let Some(seconds) = time.spelling.read(sent) {
        return Some((sent, Some(seconds)));
    }
    let decoded: &'a [u8] = encoding::percent_decode(sent, room?)?;
    let seconds = time.spelling.read(decoded)?;
    // Digits need no escapes. Times that do are hashed as NGINX's own variables have them: as they were sent.
    let hashed = match time.spelling {
        TimeSpelling::Iso => sent,
        TimeSpelling::Seconds | TimeSpelling::Hex | TimeSpelling::Minutes { .. } => decoded,
    };
    Some((hashed, Some(seconds)))
}

/// A decimal number of at most ten digits, without a leading zero unless it is 0.
fn number(text: &[u8]) -> Option<u64> {
    match text {
        b"0" => Some(0),
        text => encoding::unix_seconds(text),
    }
}
