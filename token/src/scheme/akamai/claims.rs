//! What a token says: `name=value` between tildes, all of which must hold.

use alloc::borrow::Cow;
use alloc::vec;

use super::patterns;
use crate::client_ip::Address;
use crate::encoding;
use crate::judge::{Demands, Obstacle};
use crate::text::split;
use crate::{Claims, Reason, Request, Rules};

/// The claims of an opened token, not looked into but for the times.
#[derive(Default)]
pub(super) struct ClaimList<'a> {
    starts: Option<u64>,
    expires: u64,
    pub(super) st: Option<&'a [u8]>,
    pub(super) exp: Option<&'a [u8]>,
    pub(super) acl: Option<&'a [u8]>,
    pub(super) ip: Option<&'a [u8]>,
    /// The session, which may be revoked.
    pub(super) id: Option<&'a [u8]>,
    // The signer's own, of no meaning to a server.
    pub(super) data: Option<&'a [u8]>,
    /// Values are percent-encoded.
    is_escaped: bool,
}

impl<'a> ClaimList<'a> {
    /// # Errors
    /// [`Reason::Malformed`] and [`Reason::UnsupportedClaim`].
    pub(super) fn parse(text: &'a [u8], is_escaped: bool) -> Result<Self, Reason> {
        let mut list = Self {
            is_escaped,
            ..Self::default()
        };
        for field in split(text, b'~') {
            let equals = memchr::memchr(b'=', field).ok_or(Reason::Malformed)?;
            let (name, value) = field.split_at_checked(equals).ok_or(Reason::Malformed)?;
            let slot = list.slot(name).ok_or(Reason::UnsupportedClaim)?;
            if slot.replace(value.get(1..).unwrap_or_default()).is_some() {
                return Err(Reason::Malformed);
            }
        }
        let seconds = |text| encoding::unix_seconds(text).ok_or(Reason::Malformed);
        list.expires = list.exp.map_or(Err(Reason::Malformed), seconds)?;
        list.starts = list.st.map(seconds).transpose()?;
        Ok(list)
    }

    /// `url` and `salt` are none: they are hashed behind the claims and never sent, and in a token they would make of
    /// one for a URL, `/x~acl=/*` say, one for what its path says.
    fn slot(&mut self, name: &[u8]) -> Option<&mut Option<&'a [u8]>> {
        Some(match name {
            b"ip" => &mut self.ip,
            b"st" => &mut self.st,
            b"exp" => &mut self.exp,
            b"acl" => &mut self.acl,
            b"id" => &mut self.id,
            b"data" => &mut self.data,
            _ => return None,
        })
    }

    /// The second, in Unix time, from which on the token opens.
    pub(super) fn starts(&self) -> Option<u64> {
        self.starts
    }

    fn hold(&self, request: &impl Request, rules: &Rules) -> Result<(), Obstacle> {
        if let Some(patterns) = self.acl {
            let fit = patterns::fit(patterns, request.token_path()?, rules.ignore_case);
            demand(fit, Reason::Url)?;
        }
        if let Some(ip) = self.ip {
            let client = request.client_ip()?.unwrap_or_default();
            demand(self.is_for_client(ip, client), Reason::ClientIp)?;
        }
        Ok(())
    }

    /// `None` for a claim that names no address.
    fn is_for_client(&self, ip: &[u8], client: &[u8]) -> Option<bool> {
        let mut buffer = [0; encoding::LONGEST];
        let ip = if self.is_escaped {
            encoding::percent_decode(ip, &mut buffer)?
        } else {
            ip
        };
        let claimed = Address::new(ip)?;
        Some(Address::new(client).is_some_and(|client| client.text() == claimed.text()))
    }
}

impl Demands for Result<ClaimList<'_>, Reason> {
    fn claims(&self) -> Result<Claims, Reason> {
        match self {
            Ok(list) => Ok(Claims::signed(Some(list.expires))),
            Err(reason) => Err(*reason),
        }
    }

    fn starts(&self) -> Option<u64> {
        self.as_ref().ok()?.starts()
    }

    fn session(&self) -> Option<Cow<'_, [u8]>> {
        let list = self.as_ref().ok()?;
        let id = list.id?;
        if !list.is_escaped || !id.contains(&b'%') {
            return Some(Cow::Borrowed(id));
        }
        let mut room = vec![0; id.len()];
        let decoded = encoding::percent_decode(id, &mut room)?.to_vec();
        Some(Cow::Owned(decoded))
    }

    fn hold(&self, request: &impl Request, rules: &Rules) -> Result<(), Obstacle> {
        match self {
            Ok(list) => list.hold(request, rules),
            Err(reason) => Err(Obstacle::Because(*reason)),
        }
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
