//! What is hashed to make a token.

use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use super::hasher::{Hasher, Plain};
use super::origin::{Origin, Read};
use super::{DigestBytes, LONGEST, keys};
use crate::directories::{directory, stream};
use crate::encoding;
use crate::hmac::Hmac;
use crate::key::Prepared;
use crate::short::Blocks;
use crate::{Failure, Format, Hash, Key, Params, Part, Place, Request, Secret, SecretSpelling};

/// What is hashed, but for the secret.
pub(super) struct Message<'a, V> {
    pub(super) paths: Paths<'a>,
    pub(super) query: Query<'a>,
    pub(super) time: &'a [u8],
    pub(super) client_ip: &'a [u8],
    pub(super) fields: &'a [&'a [u8]],
    pub(super) variables: &'a V,
    pub(super) ignore_case: bool,
}

/// The path in the forms that formats have it in, without the segments that are the token's.
#[derive(Clone, Copy, Default)]
pub(super) struct Paths<'a> {
    pub(super) decoded: &'a [u8],
    /// As it was sent.
    pub(super) raw: &'a [u8],
    /// The directory that is tried.
    pub(super) parent: &'a [u8],
}

/// The query as it was sent, and what of it is the token's.
#[derive(Clone, Copy)]
pub(super) enum Query<'a> {
    /// Nothing is.
    Whole(&'a [u8]),
    /// What stands there.
    Without(&'a [u8], &'a Place),
    /// What has these names.
    Named(&'a [u8], &'a Params),
}

/// What the server's variables are.
pub(super) trait Variables {
    fn get(&self, index: usize) -> Result<&[u8], Failure>;
}

/// Why there is no digest.
pub(super) enum NoDigest {
    /// The secret is none.
    NoSecret,
    /// Somebody did not answer.
    Unknown(Failure),
}

impl From<Failure> for NoDigest {
    fn from(failure: Failure) -> Self {
        Self::Unknown(failure)
    }
}

/// Whether a message was longer than a hasher has room for, or somebody did not answer.
enum Unfinished {
    TooLong,
    Unknown(Failure),
}

impl From<Unfinished> for NoDigest {
    fn from(unfinished: Unfinished) -> Self {
        match unfinished {
            // Of those that are fed so, each takes all there is.
            Unfinished::TooLong => Self::Unknown(Failure),
            Unfinished::Unknown(failure) => Self::Unknown(failure),
        }
    }
}

impl From<Failure> for Unfinished {
    fn from(failure: Failure) -> Self {
        Self::Unknown(failure)
    }
}

impl<V: Variables> Message<'_, V> {
    /// The digest with a secret.
    #[inline(always)]
    pub(super) fn digest<O: Origin>(
        &self,
        origin: O,
        secret: Secret<'_>,
    ) -> Result<DigestBytes, NoDigest> {
        if secret.is_empty() {
            return Err(NoDigest::NoSecret);
        }
        let digest = origin.format().digest;
        let read = Read {
            format: origin.format(),
            plan: origin.plan(),
        };
        if !digest.is_keyed && read.format.secret != SecretSpelling::Text {
            return keys::with_bytes(read.format, secret, |bytes| self.hashed(read, bytes))
                .unwrap_or(Err(NoDigest::NoSecret));
        }
        if !digest.is_keyed && digest.hash == Hash::Md5 {
            let mut blocks = Blocks::new();
            let mut message = blocks.message();
            match self.feed(origin, secret, &mut message) {
                Ok(()) => {
                    let length = message.len();
                    if let Some(digest) = blocks.md5(length) {
                        return Ok(widened(&digest));
                    }
                }
                Err(Unfinished::TooLong) => {}
                Err(Unfinished::Unknown(failure)) => return Err(failure.into()),
            }
        }
        if O::IS_STRAIGHT {
            // One by one: a message that is handed over whole would stand in memory for every request.
            let Paths { decoded, .. } = self.paths;
            return long(
                read,
                decoded,
                self.time,
                self.client_ip,
                self.ignore_case,
                secret,
            );
        }
        self.hashed(read, secret)
    }

    /// Of a message of any length.
    #[inline(never)]
    fn hashed(&self, read: Read<'_>, secret: Secret<'_>) -> Result<DigestBytes, NoDigest> {
        if read.format.digest.is_keyed {
            return self.keyed(read, secret);
        }
        match read.format.digest.hash {
            Hash::Md5 => self.plain::<Md5>(read, secret),
            Hash::Sha1 => self.plain::<Sha1>(read, secret),
            Hash::Sha256 => self.plain::<Sha256>(read, secret),
            Hash::Sha384 => self.plain::<Sha384>(read, secret),
            Hash::Sha512 => self.plain::<Sha512>(read, secret),
        }
    }

    fn plain<H: md5::Digest>(
        &self,
        read: Read<'_>,
        secret: Secret<'_>,
    ) -> Result<DigestBytes, NoDigest> {
        let mut hash = Plain(H::new());
        self.feed(read, secret, &mut hash)?;
        Ok(widened(&hash.0.finalize()))
    }

    fn keyed(&self, read: Read<'_>, secret: Secret<'_>) -> Result<DigestBytes, NoDigest> {
        let mut hmac = match secret.key() {
            Some(Key(Prepared::Hmac(prepared))) => Hmac::clone(prepared),
            _ => keys::hmac(read.format, secret.expose()).map_err(|_| NoDigest::NoSecret)?,
        };
        self.feed(read, secret, &mut hmac)?;
        Ok(hmac.finish().all())
    }

    #[inline(always)]
    fn feed<O: Origin>(
        &self,
        origin: O,
        secret: Secret<'_>,
        hasher: &mut impl Hasher,
    ) -> Result<(), Unfinished> {
        let message = &*origin.format().message;
        if O::IS_STRAIGHT {
            // Written out, for the compiler leaves a loop over constants a loop.
            self.feed_part(message.first(), secret, hasher)?;
            self.feed_part(message.get(1), secret, hasher)?;
            self.feed_part(message.get(2), secret, hasher)?;
            self.feed_part(message.get(3), secret, hasher)?;
            return self.feed_part(message.get(4), secret, hasher);
        }
        let mut rest = message;
        // How much is left where the chosen parts end, and how many then stand in their place.
        let mut instead: Option<(usize, usize)> = None;
        loop {
            if let Some((left, skipped)) = instead
                && left == rest.len()
            {
                rest = rest.get(skipped..).unwrap_or_default();
                instead = None;
            }
            let Some((part, behind)) = rest.split_first() else {
                return Ok(());
            };
            rest = behind;
            let Part::Choice { parts, otherwise } = part else {
                self.feed_part(Some(part), secret, hasher)?;
                continue;
            };
            let (chosen, behind) = rest.split_at_checked((*parts).into()).unwrap_or_default();
            if self.is_there(chosen)? {
                instead = Some((behind.len(), (*otherwise).into()));
            } else {
                rest = behind;
            }
        }
    }

    #[inline(always)]
    fn feed_part(
        &self,
        part: Option<&Part>,
        secret: Secret<'_>,
        hasher: &mut impl Hasher,
    ) -> Result<(), Unfinished> {
        let Some(part) = part else { return Ok(()) };
        let paths = &self.paths;
        match part {
            Part::Secret => hasher.take(secret.expose()),
            Part::Path => self.feed_path(paths.decoded, hasher),
            Part::RawPath => self.feed_path(paths.raw, hasher),
            Part::Directory => self.feed_path(directory(paths.decoded), hasher),
            Part::Parent => self.feed_path(paths.parent, hasher),
            Part::Stream => self.feed_path(stream(paths.decoded), hasher),
            Part::RawUri => self
                .feed_path(paths.raw, hasher)
                .and_then(|()| self.feed_query(b"?", hasher)),
            Part::Args => self.feed_query(b"", hasher),
            Part::Time => hasher.take(self.time),
            Part::ClientIp => hasher.take(self.client_ip),
            Part::Field(id) => hasher.take(self.field(*id)),
            Part::Variable(id) => hasher.take(self.variables.get((*id).into())?),
            Part::Literal(text) => hasher.take(text.as_bytes()),
            Part::Choice { .. } => Some(()),
        }
        .ok_or(Unfinished::TooLong)
    }

    /// Whether the one among these parts that may be empty is not.
    fn is_there(&self, parts: &[Part]) -> Result<bool, Failure> {
        for part in parts {
            let is_empty = match part {
                Part::ClientIp => self.client_ip.is_empty(),
                Part::Time => self.time.is_empty(),
                Part::Field(id) => self.field(*id).is_empty(),
                Part::Variable(id) => self.variables.get((*id).into())?.is_empty(),
                Part::Args => self.query.is_empty(),
                _ => continue,
            };
            return Ok(!is_empty);
        }
        Ok(true)
    }

    fn field(&self, id: u8) -> &[u8] {
        self.fields
            .get(usize::from(id))
            .copied()
            .unwrap_or_default()
    }

    #[inline]
    fn feed_path(&self, path: &[u8], hasher: &mut impl Hasher) -> Option<()> {
        if self.ignore_case {
            hasher.take_lower_case(path)
        } else {
            hasher.take(path)
        }
    }

    /// With this in front of it, where the token is not all there is.
    fn feed_query(&self, in_front: &[u8], hasher: &mut impl Hasher) -> Option<()> {
        match self.query {
            Query::Whole(b"") => Some(()),
            Query::Whole(query) => {
                hasher.take(in_front)?;
                hasher.take(query)
            }
            Query::Without(query, place) => joined(place.others(query), in_front, hasher),
            Query::Named(query, params) => joined(params.others(query, b""), in_front, hasher),
        }
    }
}

/// The digest of a long message that has nothing else in it, as those of the constants have not.
#[cold]
#[inline(never)]
fn long(
    read: Read<'_>,
    path: &[u8],
    time: &[u8],
    client_ip: &[u8],
    ignore_case: bool,
    secret: Secret<'_>,
) -> Result<DigestBytes, NoDigest> {
    let message = Message {
        paths: Paths {
            decoded: path,
            ..Paths::default()
        },
        query: Query::Whole(b""),
        time,
        client_ip,
        fields: &[],
        variables: &Given(&[]),
        ignore_case,
    };
    message.hashed(read, secret)
}

/// Feeds stretches of a query with ampersands between them.
fn joined<'q>(
    stretches: impl Iterator<Item = &'q [u8]>,
    in_front: &[u8],
    hasher: &mut impl Hasher,
) -> Option<()> {
    let mut separator = in_front;
    for stretch in stretches {
        hasher.take(separator)?;
        hasher.take(stretch)?;
        separator = b"&";
    }
    Some(())
}

impl Query<'_> {
    fn is_empty(self) -> bool {
        match self {
            Self::Whole(query) => query.is_empty(),
            Self::Without(query, place) => place.others(query).next().is_none(),
            Self::Named(query, params) => params.others(query, b"").next().is_none(),
        }
    }
}

/// Those of a request.
pub(super) struct OfRequest<'r, R>(pub(super) &'r R);

impl<R: Request> Variables for OfRequest<'_, R> {
    fn get(&self, index: usize) -> Result<&[u8], Failure> {
        self.0.variable(index)
    }
}

/// Those that a signer is told.
pub(super) struct Given<'a>(pub(super) &'a [&'a [u8]]);

impl Variables for Given<'_> {
    fn get(&self, index: usize) -> Result<&[u8], Failure> {
        self.0.get(index).copied().ok_or(Failure)
    }
}

/// Whether the server's variables have no control characters, which nothing that is hashed may have.
pub(super) fn may_be_hashed<V: Variables>(
    format: &Format,
    message: &Message<'_, V>,
) -> Result<bool, Failure> {
    for index in 0..format.variables.len() {
        if !encoding::is_plain(message.variables.get(index)?) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A digest with zeros behind it.
#[inline]
fn widened(digest: &[u8]) -> DigestBytes {
    let mut bytes = [0; LONGEST];
    if let Some(room) = bytes.get_mut(..digest.len()) {
        room.copy_from_slice(digest);
    }
    bytes
}
