//! The fields of a link: found, decoded, and read.

use super::carry::{Carried, carry};
use super::{DigestBytes, LONGEST, Row};
use crate::encoding::{self, Buffer};
use crate::{Carrier, Encoding, Failure, Reason, Request, Rules};

/// The fields of a link, read.
pub(super) struct LinkFields<'a> {
    pub(super) digest: DigestBytes,
    /// As it is hashed.
    pub(super) time: &'a [u8],
    /// In Unix seconds.
    pub(super) seconds: u64,
}

/// Token and time as they usually stand, to be decoded. `None` decides nothing.
#[inline(always)]
pub(super) fn usual<'q, R: Row>(query: &'q [u8], rules: &Rules) -> Option<(&'q [u8], &'q [u8])> {
    let format = const { R::FORMAT };
    let (token, time) = (
        format.digest.text_length(),
        format.time.spelling.usual_length(),
    );
    rules.params.find_by_length(query, token, time)
}

/// Token and time, wherever and however they stand.
pub(super) fn any<'r, R: Row>(
    request: &'r impl Request,
    rules: &Rules,
    buffer: &'r mut Buffer,
) -> Result<Result<(Carried<'r>, LinkFields<'r>), Reason>, Failure> {
    let carried = match carry::<R>(request, rules)? {
        Ok(carried) => carried,
        Err(reason) => return Ok(Err(reason)),
    };
    let fields = read::<R>(&carried, buffer);
    Ok(fields
        .map(|fields| (carried, fields))
        .ok_or(Reason::Malformed))
}

#[inline]
pub(super) fn decode_digest<R: Row>(text: &[u8]) -> Option<DigestBytes> {
    let mut bytes = [0; LONGEST];
    let digest = const { R::FORMAT.digest };
    let room = bytes.get_mut(..digest.length())?;
    match digest.encoding {
        Encoding::Base64Url => encoding::base64url(text, room)?,
        Encoding::Hex => encoding::hex_lower(text, room)?,
    }
    Some(bytes)
}

/// Reads the fields of what was found, and undoes percent-encoding where there is any.
fn read<'a, R: Row>(carried: &Carried<'a>, buffer: &'a mut Buffer) -> Option<LinkFields<'a>> {
    let format = const { R::FORMAT };
    let fields = |token: &[u8], time: &'a [u8]| {
        Some(LinkFields {
            digest: decode_digest::<R>(token)?,
            time,
            seconds: format.time.spelling.read(time)?,
        })
    };
    if R::FACTS.carrier == Carrier::Path || format.has_time_inside() {
        // In a path there is no need for escapes, and what is taken out of it is looked for as it was sent.
        let is_escaped = carried.carrier != Carrier::Path && carried.token.contains(&b'%');
        let text = if is_escaped {
            encoding::percent_decode(carried.token, buffer)?
        } else {
            carried.token
        };
        let parts = format.split(text)?;
        return fields(parts.token, parts.time?);
    }
    let digest = decode_digest::<R>(carried.token).or_else(|| {
        let mut buffer = [0; encoding::LONGEST];
        decode_digest::<R>(encoding::percent_decode(carried.token, &mut buffer)?)
    })?;
    let sent = carried.time?;
    let time = if format.time.spelling.read(sent).is_some() {
        sent
    } else {
        encoding::percent_decode(sent, buffer)?
    };
    Some(LinkFields {
        digest,
        time,
        seconds: format.time.spelling.read(time)?,
    })
}
