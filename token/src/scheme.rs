//! The token schemes and what they have in common.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::format::{self, table};
use crate::judge::Judge;
use crate::opened::OpenedRequest;
use crate::{
    Child, Facts, Failure, Format, FormatError, Key, KeyError, Link, OpenedToken, Request, Rules,
    Secret, SignError, SignedFields, TokenId, Verdict, WordError,
};
#[cfg(feature = "inspect")]
use crate::{Place, Reason};

mod akamai;
mod bunny;
mod digest;
mod ectoken;
mod vendor;

use akamai::Akamai;
use bunny::Bunny;
use digest::{DigestScheme, Plan, Read, Straight, StraightCode};
use ectoken::Ectoken;
use vendor::Vendor as _;

/// Where random bytes come from: fills the slice, or fails.
pub type Random<'a> = &'a mut dyn FnMut(&mut [u8]) -> Result<(), Failure>;

/// What takes the fields of a link that was signed.
pub type FieldSink<'a> = &'a mut dyn FnMut(&SignedFields<'_>) -> fmt::Result;

/// A token scheme: one that is built in, or an operator's own. To clone it is cheap.
#[derive(Clone, Debug)]
pub struct Scheme {
    facts: Arc<Facts>,
    code: Code,
}

/// What opens and signs its tokens.
#[derive(Clone, Debug)]
enum Code {
    /// Made for this format alone.
    Straight(StraightCode),
    /// Made for any format.
    Digest(Arc<Format>, Plan),
    Ectoken(Ectoken),
    Akamai(Akamai),
    Bunny(Bunny),
}

type Make = fn() -> Scheme;

/// The schemes whose tokens have claims, and not only a format.
const CLAIMS: [(&str, Make); 3] = [
    (ectoken::NAME, || Scheme {
        facts: Arc::new(ectoken::facts()),
        code: Code::Ectoken(Ectoken::NEWEST),
    }),
    (akamai::NAME, || Scheme {
        facts: Arc::new(akamai::facts()),
        code: Code::Akamai(Akamai::PLAIN),
    }),
    (bunny::NAME, || Scheme {
        facts: Arc::new(bunny::facts()),
        code: Code::Bunny(Bunny),
    }),
];

/// The names of the schemes that are built in, in the order of the documents.
pub fn names() -> impl Iterator<Item = &'static str> {
    let rows = table::ROWS.iter().map(|row| row.name);
    rows.chain(CLAIMS.iter().map(|(name, _)| *name))
}

/// Every scheme that is built in, in the order of the documents.
pub fn all() -> Vec<Scheme> {
    names()
        .filter_map(|name| by_name(name.as_bytes()))
        .collect()
}

/// The scheme that is built in under that name.
pub fn by_name(name: &[u8]) -> Option<Scheme> {
    let is_name = |known: &str| known.as_bytes() == name;
    if let Some((_, scheme)) = CLAIMS.iter().find(|(known, _)| is_name(known)) {
        return Some(scheme());
    }
    let row = table::ROWS.iter().find(|row| row.name.as_bytes() == name)?;
    let (facts, format) = table::facts(row).ok()?;
    Some(Scheme::new(facts, format))
}

/// Does with what opens and signs a scheme's tokens what is to be done.
macro_rules! with_vendor {
    ($scheme:expr, $vendor:ident => $done:expr) => {{
        let Scheme { facts, code } = $scheme;
        match code {
            Code::Straight(StraightCode::Azion) => {
                let $vendor = &DigestScheme::new(facts, Straight::<digest::Azion>::new());
                $done
            }
            Code::Straight(StraightCode::Gcore) => {
                let $vendor = &DigestScheme::new(facts, Straight::<digest::Gcore>::new());
                $done
            }
            Code::Straight(StraightCode::Leaseweb) => {
                let $vendor = &DigestScheme::new(facts, Straight::<digest::Leaseweb>::new());
                $done
            }
            Code::Digest(format, plan) => {
                let plan = *plan;
                let $vendor = &DigestScheme::new(facts, Read { format, plan });
                $done
            }
            Code::Ectoken($vendor) => $done,
            Code::Akamai($vendor) => $done,
            Code::Bunny($vendor) => $done,
        }
    }};
}

impl Scheme {
    /// A scheme of a format; anything else that `facts` might say has no place here.
    fn new(facts: Facts, format: Arc<Format>) -> Self {
        let code = match digest::straight(&format) {
            Some(code) => Code::Straight(code),
            None => {
                let plan = Plan::of(&format);
                Code::Digest(format, plan)
            }
        };
        Self {
            facts: Arc::new(facts),
            code,
        }
    }

    /// An operator's own format: see [`FormatError`] for what may be wrong with it.
    ///
    /// # Errors
    /// What is wrong with the first of these texts that is no format's.
    pub fn own(
        name: &str,
        link: &str,
        digest: &str,
        message: &str,
        options: &[&str],
    ) -> Result<Self, FormatError> {
        let (facts, format) = format::parse(name, link, digest, message, options)?;
        Ok(Self::new(facts, format))
    }

    /// The same scheme with its fields in another place, or by other names.
    ///
    /// # Errors
    /// What is wrong with the text, or where its fields are not the scheme's.
    pub fn with_link(&self, link: &str) -> Result<Self, FormatError> {
        let (facts, format) = self.facts.with_link(link)?;
        Ok(Self::new(facts, format))
    }

    /// The same scheme with another digest, where its vendor leaves the choice.
    ///
    /// # Errors
    /// What is wrong with the text, or where there is no choice.
    pub fn with_digest(&self, digest: &str) -> Result<Self, FormatError> {
        let (facts, format) = self.facts.with_digest(digest)?;
        Ok(Self::new(facts, format))
    }

    /// The same scheme, doing in addition what a word behind its name asks for: one of [`Facts::extras`], with its value.
    ///
    /// # Errors
    /// Where it has no such word, or the word no value that it needs, or the words before say otherwise.
    pub fn with_word(&self, word: &[u8]) -> Result<Self, WordError> {
        let mut extras = self.facts.extras.iter();
        let extra = extras.find(|extra| extra.is_asked_for_by(word));
        let extra = extra.ok_or(WordError::Unknown)?;
        let value = extra.value_of(word)?;
        let code = match &self.code {
            Code::Ectoken(ectoken) => Code::Ectoken(ectoken.with_word(extra.word)?),
            Code::Akamai(akamai) => Code::Akamai(akamai.with_word(extra.word, value)?),
            Code::Straight(..) | Code::Digest(..) | Code::Bunny(_) => {
                return Err(WordError::Unknown);
            }
        };
        Ok(Self {
            facts: Arc::clone(&self.facts),
            code,
        })
    }

    /// What there is to say about it before any link is looked at.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The word that names it: [`Facts::name`].
    pub fn name(&self) -> &str {
        &self.facts.name
    }

    /// Whether nobody without a secret can make another token of one that opens.
    pub fn is_authentic(&self) -> bool {
        match &self.code {
            Code::Ectoken(ectoken) => !ectoken.opens_legacy(),
            Code::Straight(..) | Code::Digest(..) | Code::Akamai(_) | Code::Bunny(_) => true,
        }
    }

    /// What can be made of a secret beforehand, for [`Secret::with_key`]. `None` where requests would gain
    /// nothing.
    ///
    /// # Errors
    /// [`KeyError`] for a secret that opens nothing.
    pub fn prepare(&self, secret: Secret<'_>) -> Result<Option<Key>, KeyError> {
        if secret.is_empty() {
            return Err(KeyError::Empty);
        }
        with_vendor!(self, vendor => vendor.prepare(secret))
    }

    /// Decides about a request; `now` in Unix seconds.
    ///
    /// # Errors
    /// [`Failure`] where `request` could not answer; nothing was decided then.
    #[inline]
    pub fn verify(
        &self,
        request: &impl Request,
        rules: &Rules,
        now: u64,
    ) -> Result<Verdict, Failure> {
        let judge = Judge {
            boundary: self.facts.boundary,
            now,
        };
        with_vendor!(self, vendor => vendor.verify(request, rules, judge))
    }

    /// Signs a link, and hands its fields to `sink`. `random` is the operating system's generator; schemes that
    /// encrypt need it.
    ///
    /// # Errors
    /// [`SignError`] where no such link would open.
    pub fn sign_fields(
        &self,
        link: &Link<'_>,
        rules: &Rules,
        secret: Secret<'_>,
        random: Random<'_>,
        sink: FieldSink<'_>,
    ) -> Result<(), SignError> {
        if secret.is_empty() {
            return Err(SignError::Secret);
        }
        with_vendor!(self, vendor => vendor.sign(link, rules, secret, random, sink))
    }

    /// Signs a link, and writes what makes it open: the arguments of its query without `?`, or the first segments
    /// of its path, each with a slash in front of it.
    ///
    /// # Errors
    /// [`SignError`] where no such link would open.
    pub fn sign(
        &self,
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

    /// Signs a link for one path which demands all that an opened token of this request demands: it expires with it, is
    /// for the same client and by the same secret, and has its fields and claims but for those that say which paths it
    /// opens. The same path comes out as the same bytes. Writes what [`sign`](Self::sign) writes, and returns how many
    /// bytes of the path stand in front of that where it stands in a path.
    ///
    /// # Errors
    /// [`SignError`] where no such link would open; [`SignError::Unanswered`] where `request` could not answer.
    pub fn sign_child(
        &self,
        request: &impl Request,
        token: &OpenedToken,
        child: &Child<'_>,
        rules: &Rules,
        out: &mut dyn fmt::Write,
    ) -> Result<usize, SignError> {
        let parent = &OpenedRequest { request, token };
        let mut at = 0;
        let sink = &mut |fields: &SignedFields<'_>| {
            at = fields.at;
            fields.write(self, &rules.params, out)
        };
        with_vendor!(self, vendor => vendor.sign_child(parent, child, rules, sink))?;
        Ok(at)
    }

    /// What a token is known by once a secret opened it: the same as [`OpenedToken::id`]. Of its text as it stands in a link,
    /// escaped or not: the value of its argument, or its segments of the path. Where the text has other fields too, its
    /// digest alone will do. `None` for what is no token of this scheme.
    pub fn token_id(&self, text: &[u8]) -> Option<TokenId> {
        with_vendor!(self, vendor => vendor.token_id(text))
    }

    /// Whether [`token_id`](Self::token_id) says the same of every text as that of another scheme.
    pub fn reads_tokens_like(&self, other: &Self) -> bool {
        match (&self.code, &other.code) {
            (Code::Ectoken(one), Code::Ectoken(other)) => one == other,
            (Code::Akamai(one), Code::Akamai(other)) => one.reads_tokens_like(other),
            (Code::Bunny(_), Code::Bunny(_)) => true,
            _ => self.facts.format().is_some_and(|format| {
                self.facts.carrier == other.facts.carrier
                    && other.facts.format().is_some_and(|other| {
                        (&format.token, &format.time, &format.fields, format.digest)
                            == (&other.token, &other.time, &other.fields, other.digest)
                    })
            }),
        }
    }

    /// Whether its tokens may name the session that they are for.
    pub fn has_sessions(&self) -> bool {
        with_vendor!(self, vendor => vendor.has_sessions())
    }

    /// Whether a token is made of path or query as they are sent.
    pub fn signs_target(&self) -> bool {
        with_vendor!(self, vendor => vendor.signs_target())
    }
}

/// What [`inspect`](crate::inspect) asks.
#[cfg(feature = "inspect")]
impl Scheme {
    pub(crate) fn place_in_path(&self, path: &[u8]) -> Option<Place> {
        with_vendor!(self, vendor => vendor.place_in_path(path))
    }

    pub(crate) fn has_form(&self, text: &[u8]) -> bool {
        with_vendor!(self, vendor => vendor.has_form(text))
    }

    pub(crate) fn unseal(&self, token: &[u8], secret: Secret<'_>) -> Option<Vec<u8>> {
        with_vendor!(self, vendor => vendor.unseal(token, secret))
    }

    pub(crate) fn decipher(&self, sealed: &[u8], secret: Secret<'_>) -> Option<Vec<u8>> {
        with_vendor!(self, vendor => vendor.decipher(sealed, secret))
    }

    pub(crate) fn refusal(
        &self,
        claims: &[u8],
        request: &impl Request,
        rules: &Rules,
    ) -> Result<Option<Reason>, Failure> {
        with_vendor!(self, vendor => vendor.refusal(claims, request, rules))
    }
}
