//! The engine for schemes that are a digest over a few fields: each is a row of data.
//!
//! A row is a constant, so the compiler makes of every scheme its own straight code. The digest is
//! fed from the request's own bytes.

use core::fmt;

use base64::display::Base64Display;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_encoding::HEXLOWER;
use subtle::ConstantTimeEq as _;

use super::vendor::Vendor;
use super::{FieldSink, Random};
use crate::client_ip::Address;
use crate::encoding;
use crate::judge::{Judge, Opening};
use crate::text::Text;
use crate::{
    Carrier, Claims, ClientIp, Encoding, Facts, Failure, Format, Key, KeyError, Link, Part, Reason,
    Request, Rules, Secret, SignError, SignedFields, TimeEvent, Verdict,
};
#[cfg(feature = "inspect")]
use crate::{Params, Place};

use carry::Carried;
use fields::LinkFields;
use message::Message;

mod carry;
mod fields;
mod keys;
mod message;

/// Bytes of the longest digest. Shorter ones have zeros behind them.
const LONGEST: usize = 20;
type DigestBytes = [u8; LONGEST];
// What is compared, in two halves.
const _: () = assert!(LONGEST == size_of::<u128>() + size_of::<u32>());

/// A scheme that is nothing but its facts.
pub(super) trait Row {
    /// How its tokens are made.
    const FORMAT: &'static Format;
    const FACTS: &'static Facts;

    /// Whether its messages have such a part.
    fn hashes(part: Part) -> bool {
        Self::FORMAT.message.contains(&part)
    }
}

impl<R: Row> Vendor for R {
    fn facts(&self) -> &'static Facts {
        R::FACTS
    }

    fn prepare(&self, secret: Secret<'_>) -> Result<Option<Key>, KeyError> {
        keys::prepare::<R>(secret)
    }

    #[inline]
    fn open(
        &self,
        request: &impl Request,
        rules: &Rules,
        judge: Judge,
    ) -> Result<Verdict, Failure> {
        // As a rule the first source has them in parameters of their own, of the usual lengths.
        if R::FACTS.params.expires.is_some()
            && let Some(source) = request.source(0)?
            && let Some((token, time)) = fields::usual::<R>(source.text, rules)
            && let Some(digest) = fields::decode_digest::<R>(token)
            && let Some(seconds) = R::FORMAT.time.spelling.read(time)
        {
            let carried = Carried {
                carrier: source.carrier,
                source: 0,
                text: source.text,
                token,
                time: Some(time),
            };
            let fields = LinkFields {
                digest,
                time,
                seconds,
            };
            return find_secret::<R>(request, rules, &carried, &fields, judge);
        }
        open_unusual::<R>(request, rules, judge)
    }

    #[cfg(feature = "inspect")]
    fn place_in_path(&self, path: &[u8]) -> Option<Place> {
        if R::FACTS.carrier != Carrier::Path {
            return None;
        }
        carry::in_path::<R>(path).map(|carried| carried.place(&Params::NONE))
    }

    fn sign(
        &self,
        link: &Link<'_>,
        rules: &Rules,
        secret: Secret<'_>,
        _: Random<'_>,
        sink: FieldSink<'_>,
    ) -> Result<(), SignError> {
        if !link.claims.is_empty() {
            return Err(SignError::Claim);
        }
        let (path, query) = if R::hashes(Part::Path) {
            (link.path, b"".as_slice())
        } else {
            split_target(link.target)
        };
        let is_empty = !R::hashes(Part::Path) && link.target.is_empty();
        if is_empty || !is_signable(path) || !encoding::is_plain(query) {
            return Err(SignError::Path);
        }
        if link.client_ip.is_some() && R::FACTS.client_ip == ClientIp::Never {
            return Err(SignError::ClientIp);
        }
        let address = address(link.client_ip).ok_or(SignError::ClientIp)?;
        let time = time::<R>(link, rules).ok_or(SignError::Expires)?;
        let digest = Message {
            path,
            query,
            token_in_query: None,
            time: time.as_bytes(),
            client_ip: address.text(),
            ignore_case: rules.ignore_case,
        }
        .digest::<R>(secret)
        .ok_or(SignError::Secret)?;
        let digest = digest.get(..R::FORMAT.digest.length()).unwrap_or_default();
        // What is displayed borrows its encoding, which as a constant would be gone at the end of the line.
        let hex = HEXLOWER;
        let token: &dyn fmt::Display = match R::FORMAT.digest.encoding {
            Encoding::Base64Url => &Base64Display::new(digest, &URL_SAFE_NO_PAD),
            Encoding::Hex => &hex.encode_display(digest),
        };
        sink(&SignedFields {
            token,
            time: Some(time.as_str()),
        })?;
        Ok(())
    }
}

/// Opens a token wherever and however it stands.
#[inline(never)]
fn open_unusual<R: Row>(
    request: &impl Request,
    rules: &Rules,
    judge: Judge,
) -> Result<Verdict, Failure> {
    let mut buffer = [0; encoding::LONGEST];
    match fields::any::<R>(request, rules, &mut buffer)? {
        Ok((carried, fields)) => find_secret::<R>(request, rules, &carried, &fields, judge),
        Err(reason) => Ok(Verdict::refused(reason)),
    }
}

/// Finds the secret that makes this token of this request.
#[inline(always)]
fn find_secret<R: Row>(
    request: &impl Request,
    rules: &Rules,
    carried: &Carried<'_>,
    fields: &LinkFields<'_>,
    judge: Judge,
) -> Result<Verdict, Failure> {
    let place = carried.place(&rules.params);
    let Some(SignedUri { path, query }) = signed_uri::<R>(request, carried)? else {
        return Ok(Verdict::refused(Reason::Malformed));
    };
    let bound_to = match R::FACTS.client_ip {
        ClientIp::Never => None,
        ClientIp::Optional | ClientIp::Always | ClientIp::Claimed => request.client_ip()?,
    };
    let Some(address) = address(bound_to) else {
        return Ok(Verdict::refused(Reason::ClientIp));
    };
    let message = Message {
        path,
        query,
        token_in_query: (carried.carrier == Carrier::Query).then_some(&place),
        time: fields.time,
        client_ip: address.text(),
        ignore_case: rules.ignore_case,
    };

    let mut reason = Reason::NoSecret;
    for index in 0..u32::MAX {
        let Some(secret) = request.secret(index as usize)? else {
            break;
        };
        if let Some(digest) = message.digest::<R>(secret) {
            if is_same::<R>(&digest, &fields.digest) {
                let claims = Claims::signed(Some(expires::<R>(fields.seconds, rules)));
                let opening = Opening {
                    secret: index,
                    place,
                };
                return judge.decide(opening, &claims, request, rules);
            }
            reason = Reason::Signature;
        }
    }
    Ok(Verdict::refused(reason))
}

/// What is hashed of a request's URI.
struct SignedUri<'r> {
    path: &'r [u8],
    /// Empty where it is not hashed.
    query: &'r [u8],
}

/// Path and query that are hashed. `None` for what can not be hashed.
#[inline]
fn signed_uri<'r, R: Row>(
    request: &'r impl Request,
    carried: &Carried<'r>,
) -> Result<Option<SignedUri<'r>>, Failure> {
    let (path, query) = if R::hashes(Part::Path) {
        (request.token_path()?, b"".as_slice())
    } else {
        let (sent, query) = split_target(request.target()?);
        // A path that climbs over its token is another than the one behind it.
        if carried.carrier == Carrier::Path && !carried.begins(request.path()?) {
            return Ok(None);
        }
        let path = match request.stated_path()? {
            // A query is hashed behind the path, and begins with the first question mark.
            Some(stated) if R::hashes(Part::RawUri) && stated.contains(&b'?') => return Ok(None),
            Some(stated) => stated,
            None => carried.rest_of_path(sent),
        };
        (path, if R::hashes(Part::RawUri) { query } else { b"" })
    };
    let is_hashed = is_signable(path) && encoding::is_plain(query);
    Ok(is_hashed.then_some(SignedUri { path, query }))
}

/// When a link ends that carries this time.
fn expires<R: Row>(seconds: u64, rules: &Rules) -> u64 {
    match R::FORMAT.time.event {
        TimeEvent::Expiry => seconds,
        TimeEvent::Issue { .. } => seconds.saturating_add(rules.lifetime),
    }
}

/// The time that a link carries, as it is written. `None` where such a link cannot say when it ends.
fn time<R: Row>(link: &Link<'_>, rules: &Rules) -> Option<Text> {
    let seconds = match R::FORMAT.time.event {
        TimeEvent::Expiry => link.expires?,
        TimeEvent::Issue { .. } => link.expires?.checked_sub(rules.lifetime)?,
    };
    let spelling = R::FORMAT.time.spelling;
    let mut text = Text::new();
    spelling.write(seconds, &mut text).ok()?;
    spelling.read(text.as_bytes())?;
    Some(text)
}

/// Compares in the same time whatever the bytes are.
#[inline]
fn is_same<R: Row>(one: &DigestBytes, other: &DigestBytes) -> bool {
    // As numbers: subtle looks at the bytes of a slice one by one.
    let halves = |bytes: &DigestBytes| {
        let (front, back) = bytes.split_first_chunk::<16>()?;
        let back = back.first_chunk::<4>()?;
        Some((u128::from_ne_bytes(*front), u32::from_ne_bytes(*back)))
    };
    let (Some(one), Some(other)) = (halves(one), halves(other)) else {
        return false;
    };
    let is_same = one.0.ct_eq(&other.0);
    if R::FORMAT.digest.length() > 16 {
        (is_same & one.1.ct_eq(&other.1)).into()
    } else {
        is_same.into()
    }
}

/// Path and query of a request target.
fn split_target(target: &[u8]) -> (&[u8], &[u8]) {
    let mark = memchr::memchr(b'?', target).and_then(|at| target.split_at_checked(at));
    let (path, query) = match mark {
        Some((path, query)) => (path, query.get(1..).unwrap_or_default()),
        None => (target, b"".as_slice()),
    };
    // "http://example.com?query" has none, and is served by the root.
    (if path.is_empty() { b"/" } else { path }, query)
}

fn is_signable(path: &[u8]) -> bool {
    !path.is_empty() && encoding::is_plain(path)
}

/// What is hashed for the client's address: nothing where the token is not bound to it.
#[inline]
fn address(bound_to: Option<&[u8]>) -> Option<Address<'_>> {
    match bound_to {
        None => Some(Address::Given(b"")),
        Some(text) => Address::new(text),
    }
}
