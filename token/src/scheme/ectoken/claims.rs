//! What the plaintext of an ectoken says: `name=value` pairs, all of which must hold.

use core::fmt::Write as _;

use super::lists;
use crate::judge::{Demands, Obstacle};
use crate::text::{Text, split, split_once};
use crate::{Claims, Reason, Request, Rules, encoding};

/// How a plaintext has to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The cipher vouches for every byte of it.
    Authentic,
    /// Nobody does: a byte that was altered may only show in that it fits nowhere.
    Exact,
}

/// The claims of an opened token, not looked into but for the expiry.
#[derive(Default)]
pub(crate) struct ClaimList<'a> {
    expires: Option<u64>,
    expire: Option<&'a [u8]>,
    url_allow: Option<&'a [u8]>,
    country_allow: Option<&'a [u8]>,
    country_deny: Option<&'a [u8]>,
    ref_allow: Option<&'a [u8]>,
    ref_deny: Option<&'a [u8]>,
    host_allow: Option<&'a [u8]>,
    host_deny: Option<&'a [u8]>,
    proto_allow: Option<&'a [u8]>,
    proto_deny: Option<&'a [u8]>,
    clientip: Option<&'a [u8]>,
    // Of no meaning to a server that only opens or refuses.
    rate: Option<&'a [u8]>,
    prebuf: Option<&'a [u8]>,
    secure: Option<&'a [u8]>,
}

impl<'a> ClaimList<'a> {
    /// # Errors
    /// [`Reason::Malformed`] and [`Reason::UnsupportedClaim`].
    // So that the claims are read where they stay, and not moved.
    #[inline(always)]
    pub(super) fn parse(text: &'a [u8], form: Form) -> Result<Self, Reason> {
        let mut stated = Self::default();
        stated.read(text, form)?;
        Ok(stated)
    }

    fn read(&mut self, text: &'a [u8], form: Form) -> Result<(), Reason> {
        let pairs = match form {
            Form::Authentic => text,
            Form::Exact => self.take_length(text).ok_or(Reason::Malformed)?,
        };
        for pair in split(pairs, b'&') {
            self.take(pair, form)?;
        }
        if let Some(value) = self.expire {
            self.expires = expiry(value)?;
        }
        Ok(())
    }

    /// A version 2 plaintext begins with the length of its pairs and of this beginning with three digits,
    /// 14, whether there are three or more.
    fn take_length(&mut self, text: &'a [u8]) -> Option<&'a [u8]> {
        let rest = text.strip_prefix(super::LEGACY_BEGINNING)?;
        let (stated, pairs) = split_once(rest, b'&')?;
        let mut length = Text::new();
        write!(length, "{:03}", pairs.len().checked_add(14)?).ok()?;
        self.secure = Some(stated);
        (stated == length.as_bytes()).then_some(pairs)
    }

    fn take(&mut self, pair: &'a [u8], form: Form) -> Result<(), Reason> {
        let (name, value) = match split_once(pair, b'=') {
            Some((name, value)) => (name, Some(value)),
            None => (pair, None),
        };
        match (self.slot(name), value) {
            (Some(slot), Some(value)) => {
                let is_exact = || value.iter().all(|byte| matches!(byte, b' '..=b'~'));
                if slot.replace(value).is_some() || (form == Form::Exact && !is_exact()) {
                    return Err(Reason::Malformed);
                }
            }
            (Some(_), None) => return Err(Reason::Malformed),
            (None, _) if is_reserved(name) => return Err(Reason::UnsupportedClaim),
            // The signer's own data. In a version 2 token it may as well be a claim that somebody
            // made unreadable.
            (None, _) if form == Form::Exact => return Err(Reason::Malformed),
            (None, _) => {}
        }
        Ok(())
    }

    fn slot(&mut self, name: &[u8]) -> Option<&mut Option<&'a [u8]>> {
        Some(match name.strip_prefix(b"ec_")? {
            b"expire" => &mut self.expire,
            b"url_allow" => &mut self.url_allow,
            b"country_allow" => &mut self.country_allow,
            b"country_deny" => &mut self.country_deny,
            b"ref_allow" => &mut self.ref_allow,
            b"ref_deny" => &mut self.ref_deny,
            b"host_allow" => &mut self.host_allow,
            b"host_deny" => &mut self.host_deny,
            b"proto_allow" => &mut self.proto_allow,
            b"proto_deny" => &mut self.proto_deny,
            b"clientip" => &mut self.clientip,
            b"rate" => &mut self.rate,
            b"prebuf" => &mut self.prebuf,
            b"secure" => &mut self.secure,
            _ => return None,
        })
    }

    /// Whether every list can be read, whatever the request.
    pub(super) fn is_of_form(&self) -> bool {
        type Read = fn(&[u8]) -> Option<bool>;
        let country: Read = |list| lists::country(list, b"");
        let referrer: Read = |list| lists::referrer(list, b"", false);
        let host: Read = |list| lists::host(list, b"");
        let protocol: Read = |list| lists::protocol(list, b"");
        let lists: [(Option<&[u8]>, Read); 10] = [
            (self.url_allow, |list| lists::path(list, b"", false)),
            (self.clientip, |list| lists::client_ip(list, b"")),
            (self.country_allow, country),
            (self.country_deny, country),
            (self.ref_allow, referrer),
            (self.ref_deny, referrer),
            (self.host_allow, host),
            (self.host_deny, host),
            (self.proto_allow, protocol),
            (self.proto_deny, protocol),
        ];
        lists
            .iter()
            .all(|(list, read)| list.is_none_or(|list| read(list).is_some()))
    }
}

impl Demands for Result<ClaimList<'_>, Reason> {
    fn claims(&self) -> Result<Claims, Reason> {
        match self {
            Ok(list) => Ok(Claims::signed(list.expires)),
            Err(reason) => Err(*reason),
        }
    }

    fn hold(&self, request: &impl Request, rules: &Rules) -> Result<(), Obstacle> {
        match self {
            Ok(list) => list.hold(request, rules),
            Err(reason) => Err(Obstacle::Because(*reason)),
        }
    }
}

impl ClaimList<'_> {
    fn hold(&self, request: &impl Request, rules: &Rules) -> Result<(), Obstacle> {
        if let Some(list) = self.url_allow {
            let path = request.token_path()?;
            let fits = lists::path(list, path, rules.ignore_case);
            demand(fits, Reason::Url)?;
        }
        if let Some(list) = self.clientip {
            let fits = lists::client_ip(list, request.client_ip()?.unwrap_or_default());
            demand(fits, Reason::ClientIp)?;
        }
        if self.country_allow.or(self.country_deny).is_some() {
            // Without a country to go by, or with something that is none, nobody can tell.
            let country = request.country()?;
            let is_usable = country.is_some_and(|code| code.is_empty() || lists::is_country(code));
            let fits = |list| lists::country(list, country.unwrap_or_default());
            let admitted = admits(self.country_allow, self.country_deny, fits);
            demand(
                admitted.map(|admitted| admitted && is_usable),
                Reason::Country,
            )?;
        }
        if self.ref_allow.or(self.ref_deny).is_some() {
            let referrer = request.referrer()?;
            let fits = |list| lists::referrer(list, referrer, rules.ignore_case);
            demand(
                admits(self.ref_allow, self.ref_deny, fits),
                Reason::Referrer,
            )?;
        }
        if self.host_allow.or(self.host_deny).is_some() {
            let host = request.host()?;
            let admitted = admits(self.host_allow, self.host_deny, |list| {
                lists::host(list, host)
            });
            demand(
                admitted.map(|admitted| admitted && !host.is_empty()),
                Reason::Host,
            )?;
        }
        if self.proto_allow.or(self.proto_deny).is_some() {
            let protocol = request.protocol()?;
            let fits = |list| lists::protocol(list, protocol);
            demand(
                admits(self.proto_allow, self.proto_deny, fits),
                Reason::Protocol,
            )?;
        }
        Ok(())
    }
}

/// Whether the vendor keeps such names for itself, as far as anybody could mean it.
fn is_reserved(name: &[u8]) -> bool {
    name.trim_ascii()
        .get(..3)
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case(b"ec_"))
}

/// `Ok(None)` for the expiry 0, which is never.
fn expiry(value: &[u8]) -> Result<Option<u64>, Reason> {
    let seconds = encoding::decimal(value).ok_or(Reason::Malformed)?;
    Ok((seconds != 0).then_some(seconds))
}

/// Where there is a list of what is allowed, the list of what is not does not count. Its form does.
fn admits<'a>(
    allow: Option<&'a [u8]>,
    deny: Option<&'a [u8]>,
    fits: impl Fn(&'a [u8]) -> Option<bool>,
) -> Option<bool> {
    let is_denied = match deny {
        Some(list) => fits(list)?,
        None => false,
    };
    match allow {
        Some(list) => fits(list),
        None => Some(!is_denied),
    }
}

/// `None`: the claim is not of its form.
fn demand(fits: Option<bool>, reason: Reason) -> Result<(), Obstacle> {
    match fits {
        Some(true) => Ok(()),
        Some(false) => Err(Obstacle::Because(reason)),
        None => Err(Obstacle::Because(Reason::Malformed)),
    }
}
