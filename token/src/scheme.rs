//! The token schemes and what they have in common.

#[cfg(feature = "inspect")]
use alloc::vec::Vec;
use core::fmt;

use crate::{
    Facts, Failure, Key, KeyError, Link, Request, Rules, Secret, SignError, SignedFields, Verdict,
};
#[cfg(feature = "inspect")]
use crate::{Place, Reason};

mod alibaba_b;
mod azion;
mod digest;
mod ectoken;
mod fastly;
mod gcore;
mod leaseweb;
mod vendor;

use vendor::Vendor as _;

/// Where random bytes come from: fills the slice, or fails.
pub type Random<'a> = &'a mut dyn FnMut(&mut [u8]) -> Result<(), Failure>;

/// What takes the fields of a link that was signed.
pub type FieldSink<'a> = &'a mut dyn FnMut(&SignedFields<'_>) -> fmt::Result;

macro_rules! schemes {
    (
        listed { $($name:ident = $vendor:expr,)* }
        extra { $($extra:ident = $extra_vendor:expr,)* }
    ) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum Kind { $($name,)* $($extra,)* }

        /// Every scheme there is. Parsers, help texts and error messages read this list.
        pub static SCHEMES: &[Scheme] = &[$(Scheme(Kind::$name),)*];

        /// Does with the vendor of a kind what is to be done.
        macro_rules! with_vendor {
            ($kind:expr, $bound:ident => $done:expr) => {
                match $kind {
                    $(Kind::$name => { let $bound = &$vendor; $done })*
                    $(Kind::$extra => { let $bound = &$extra_vendor; $done })*
                }
            };
        }
    };
}

schemes! {
    listed {
        Azion = azion::Azion,
        Gcore = gcore::Gcore,
        Leaseweb = leaseweb::Leaseweb,
        Fastly = fastly::Fastly,
        AlibabaB = alibaba_b::AlibabaB,
        Ectoken = ectoken::ECTOKEN,
    }
    extra {
        EctokenLegacy = ectoken::ECTOKEN_LEGACY,
    }
}

/// The scheme of that name.
pub fn by_name(name: &[u8]) -> Option<Scheme> {
    SCHEMES
        .iter()
        .copied()
        .find(|scheme| scheme.name().as_bytes() == name)
}

/// A token scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheme(Kind);

impl Scheme {
    /// What there is to say about it before any link is looked at.
    pub fn facts(self) -> &'static Facts {
        with_vendor!(self.0, vendor => vendor.facts())
    }

    /// The word that names it: [`Facts::name`].
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// What can be made of a secret beforehand, for [`Secret::with_key`]. `None` where requests would gain
    /// nothing.
    ///
    /// # Errors
    /// [`KeyError`] for a secret that opens nothing.
    pub fn prepare(self, secret: Secret<'_>) -> Result<Option<Key>, KeyError> {
        if secret.is_empty() {
            return Err(KeyError::Empty);
        }
        with_vendor!(self.0, vendor => vendor.prepare(secret))
    }

    /// Decides about a request; `now` in Unix seconds.
    ///
    /// # Errors
    /// [`Failure`] where `request` could not answer; nothing was decided then.
    #[inline]
    pub fn verify(
        self,
        request: &impl Request,
        rules: &Rules,
        now: u64,
    ) -> Result<Verdict, Failure> {
        with_vendor!(self.0, vendor => vendor.verify(request, rules, now))
    }

    /// Signs a link, and hands its fields to `sink`. `random` is the operating system's generator; schemes that
    /// encrypt need it.
    ///
    /// # Errors
    /// [`SignError`] where no such link would open.
    pub fn sign_fields(
        self,
        link: &Link<'_>,
        rules: &Rules,
        secret: Secret<'_>,
        random: Random<'_>,
        sink: FieldSink<'_>,
    ) -> Result<(), SignError> {
        if secret.is_empty() {
            return Err(SignError::Secret);
        }
        with_vendor!(self.0, vendor => vendor.sign(link, rules, secret, random, sink))
    }

    /// Signs a link, and writes what makes it open: the arguments of its query without `?`, or the first segments
    /// of its path, each with a slash in front of it.
    ///
    /// # Errors
    /// [`SignError`] where no such link would open.
    pub fn sign(
        self,
        link: &Link<'_>,
        rules: &Rules,
        secret: Secret<'_>,
        random: Random<'_>,
        out: &mut dyn fmt::Write,
    ) -> Result<(), SignError> {
        self.sign_fields(link, rules, secret, random, &mut |fields| {
            fields.write(self, &rules.params, out)
        })
    }
}

/// What [`inspect`](crate::inspect) asks.
#[cfg(feature = "inspect")]
impl Scheme {
    pub(crate) fn place_in_path(self, path: &[u8]) -> Option<Place> {
        with_vendor!(self.0, vendor => vendor.place_in_path(path))
    }

    pub(crate) fn is_sealed_token(self, text: &[u8]) -> bool {
        with_vendor!(self.0, vendor => vendor.is_sealed_token(text))
    }

    pub(crate) fn unseal(self, token: &[u8], secret: Secret<'_>) -> Option<Vec<u8>> {
        with_vendor!(self.0, vendor => vendor.unseal(token, secret))
    }

    pub(crate) fn decipher(self, sealed: &[u8], secret: Secret<'_>) -> Option<Vec<u8>> {
        with_vendor!(self.0, vendor => vendor.decipher(sealed, secret))
    }

    pub(crate) fn refusal(
        self,
        claims: &[u8],
        request: &impl Request,
        rules: &Rules,
    ) -> Result<Option<Reason>, Failure> {
        with_vendor!(self.0, vendor => vendor.refusal(claims, request, rules))
    }
}
