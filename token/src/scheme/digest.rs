//! The engine for schemes that are a digest over a few fields: each is a [`Format`].
//!
//! The digest is fed from the request's own bytes. Of the formats that most links have, the compiler makes straight
//! code.

use subtle::ConstantTimeEq as _;

use super::vendor::Vendor;
use super::{FieldSink, Random};
use crate::client_ip::Address;
use crate::directories::parents;
use crate::encoding;
use crate::judge::{Judge, Opening};
use crate::{
    Carrier, Child, Facts, Failure, Format, Key, KeyError, Link, Reason, Request, Rules, Secret,
    SignError, TokenId, Verdict,
};
#[cfg(feature = "inspect")]
use crate::{Params, Place};

use carry::Carried;
use demands::demands;
use fields::{LinkFields, Room};
use message::{Message, NoDigest, Query};
use origin::Origin;
pub(super) use origin::{Read, Straight};
use paths::SignedUri;
pub(super) use plan::Plan;

mod carry;
mod demands;
mod fields;
mod hasher;
mod keys;
mod message;
mod origin;
mod paths;
mod plan;
mod sign;
mod straight;

pub(super) use straight::{Azion, Gcore, Leaseweb, StraightCode, straight};

/// Bytes of the longest digest. Shorter ones have zeros behind them.
const LONGEST: usize = 64;
type DigestBytes = [u8; LONGEST];
/// Where a digest is put.
const NO_DIGEST: DigestBytes = [0; LONGEST];

/// A scheme that is nothing but its format.
pub(super) struct DigestScheme<'f, O> {
    facts: &'f Facts,
    origin: O,
}

impl<'f, O> DigestScheme<'f, O> {
    #[inline(always)]
    pub(super) const fn new(facts: &'f Facts, origin: O) -> Self {
        Self { facts, origin }
    }
}

impl<O: Origin> Vendor for DigestScheme<'_, O> {
    fn prepare(&self, secret: Secret<'_>) -> Result<Option<Key>, KeyError> {
        keys::prepare(self.origin.format(), secret)
    }

    #[inline]
    fn open(
        &self,
        request: &impl Request,
        rules: &Rules,
        judge: Judge,
    ) -> Result<Verdict, Failure> {
        let format = self.origin.format();
        let mut digest = NO_DIGEST;
        // As a rule the first source has them in parameters of their own, of the usual lengths.
        if self.origin.plan().is_plain
            && let Some(source) = request.source(0)?
            && let Some((token, time)) = fields::usual(format, source.text, rules)
            && fields::decode_digest(format.digest, token, &mut digest).is_some()
            && let Some(spelling) = format.time.map(|time| time.spelling)
            && let Some(seconds) = spelling.read(time)
        {
            let carried = Carried {
                carrier: source.carrier,
                source: 0,
                text: source.text,
                token,
                time: Some(time),
                behind: b"",
            };
            let fields = LinkFields {
                digest: &digest,
                time,
                seconds: Some(seconds),
                fields: &[],
                lifetime: None,
                start: 0,
            };
            return find_secret(self.origin, request, rules, &carried, &fields, judge);
        }
        let read = Read {
            format,
            plan: self.origin.plan(),
        };
        open_unusual(read, self.facts, request, rules, judge)
    }

    #[cfg(feature = "inspect")]
    fn place_in_path(&self, path: &[u8]) -> Option<Place> {
        if self.facts.carrier != Carrier::Path {
            return None;
        }
        let carried = carry::in_path(self.origin.format(), path, &mut [b""; crate::MOST_FIELDS])?;
        Some(carried.place(&Params::NONE))
    }

    fn sign(
        &self,
        link: &Link<'_>,
        rules: &Rules,
        secret: Secret<'_>,
        _: Random<'_>,
        sink: FieldSink<'_>,
    ) -> Result<(), SignError> {
        sign::sign(self.origin.format(), self.facts, link, rules, secret, sink)
    }

    fn sign_child(
        &self,
        parent: &impl Request,
        child: &Child<'_>,
        rules: &Rules,
        sink: FieldSink<'_>,
    ) -> Result<(), SignError> {
        sign::sign_child(self.origin.format(), self.facts, parent, child, rules, sink)
    }

    fn token_id(&self, text: &[u8]) -> Option<TokenId> {
        fields::token_id(self.origin.format(), self.facts.carrier, text)
    }

    fn signs_target(&self) -> bool {
        self.origin.plan().raw || self.origin.plan().query
    }
}

/// Opens a token wherever and however it stands.
#[inline(never)]
fn open_unusual(
    read: Read<'_>,
    facts: &Facts,
    request: &impl Request,
    rules: &Rules,
    judge: Judge,
) -> Result<Verdict, Failure> {
    let mut room = Room::new();
    match fields::any(facts, read.format, request, rules, &mut room)? {
        Ok((carried, fields)) => find_secret(read, request, rules, &carried, &fields, judge),
        Err(reason) => Ok(Verdict::refused(reason)),
    }
}

/// Finds the secret that makes this token of this request.
#[inline(always)]
fn find_secret<O: Origin>(
    origin: O,
    request: &impl Request,
    rules: &Rules,
    carried: &Carried<'_>,
    fields: &LinkFields<'_>,
    judge: Judge,
) -> Result<Verdict, Failure> {
    let format = origin.format();
    let place = carried.place(&rules.params);
    let Some(SignedUri { paths, query }) = paths::signed_uri(origin, request, carried)? else {
        return Ok(Verdict::refused(Reason::Malformed));
    };
    let bound_to = if origin.plan().client_ip {
        request.client_ip()?
    } else {
        None
    };
    let Some(address) = address(bound_to) else {
        return Ok(Verdict::refused(Reason::ClientIp));
    };
    let query = match carried.carrier {
        Carrier::Query if rules.params.fields.is_empty() => Query::Without(query, &place),
        Carrier::Query => Query::Named(query, &rules.params),
        Carrier::Value | Carrier::Path => Query::Whole(query),
    };
    let mut message = Message {
        paths,
        query,
        time: fields.time,
        client_ip: address.text(),
        fields: fields.fields,
        variables: &message::OfRequest(request),
        ignore_case: rules.ignore_case,
    };
    if origin.plan().variables && !message::may_be_hashed(format, &message)? {
        return Ok(Verdict::refused(Reason::Malformed));
    }

    let has_parents = origin.plan().parents;
    let mut reason = Reason::NoSecret;
    for index in 0..u32::MAX {
        let Some(secret) = request.secret(index as usize)? else {
            break;
        };
        let mut parents = parents(paths.decoded);
        if has_parents && !secret.is_empty() {
            // A file at the root has none that could fit.
            reason = Reason::Signature;
        }
        loop {
            if has_parents {
                let Some(parent) = parents.next() else { break };
                message.paths.parent = parent;
            }
            match message.digest(origin, secret) {
                Ok(digest) if is_same(format, &digest, fields.digest) => {
                    let opening = Opening {
                        secret: index,
                        place,
                        id: TokenId::of(fields.digest),
                    };
                    return demands(origin, fields, rules, judge.now)
                        .judged(judge, opening, request, rules);
                }
                Ok(_) => reason = Reason::Signature,
                Err(NoDigest::NoSecret) => {}
                Err(NoDigest::Unknown(failure)) => return Err(failure),
            }
            if !has_parents {
                break;
            }
        }
    }
    Ok(Verdict::refused(reason))
}

/// Compares in the same time whatever the bytes are.
#[inline]
fn is_same(format: &Format, one: &DigestBytes, other: &DigestBytes) -> bool {
    // As numbers: subtle looks at the bytes of a slice one by one. Behind a short digest are zeros.
    let (ones, _) = one.as_chunks::<16>();
    let (others, _) = other.as_chunks::<16>();
    let chunks = if format.digest.length() > 16 { 4 } else { 1 };
    let pairs = ones.iter().zip(others).take(chunks);
    let differing = pairs.fold(0, |found, (one, other)| {
        found | (u128::from_ne_bytes(*one) ^ u128::from_ne_bytes(*other))
    });
    differing.ct_eq(&0).into()
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
