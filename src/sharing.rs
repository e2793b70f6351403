//! Links that are passed around: `secure_token_max_clients` and `secure_token_max_uses`.
//!
//! A request is counted when everything else about it is as it should be, once, however often NGINX comes to the access
//! phase with it. A dry run has a tally of its own, so that nothing is used up by it.

use std::net::IpAddr;

use links::{Limits as Asked, Refusal, Trace, Use};
use ngx::http::Request;
use token::{OpenedToken, Reason, Verdict};

use crate::Module;
use crate::decision::Decision;
use crate::gate::{ClientAddress, Entry, Gate, Limits, MaxClients};
use crate::nginx::{self, Failed, Level};

mod memory;
mod revocations;

pub(crate) use memory::{Links, Occupancy};
pub(crate) use revocations::Mark;

use memory::Memory;

/// What a request was counted for.
#[derive(Clone, Copy)]
pub(crate) struct Counted {
    /// The link's number.
    link: u64,
    is_client: bool,
    is_use: bool,
}

/// Counts a request that would pass, unless that is against the limits. Then it is refused.
#[inline(never)]
pub(crate) fn count(
    r: &mut Request,
    gate: &Gate,
    limits: &Limits,
    entry: &Entry,
    decision: &mut Decision,
) -> Result<(), Failed> {
    let Decision::Token(Verdict::Passed(token)) = decision else {
        return Ok(());
    };
    let memory = limits.links.memory().ok_or(Failed)?;
    let link = link(memory, gate, token);
    let Some(mut asked) = asked(r, limits, entry)? else {
        *decision = refused(token, Reason::ClientIp);
        return Ok(());
    };
    let is_free = limits.uses.is_some_and(|uses| uses.head_is_free) && nginx::is_head(r);
    let now = nginx::now();
    let wanted = Use {
        link,
        // When it opens nowhere any more: other locations may let it in for longer than this one.
        end: token
            .claims
            .expires()
            .map_or(u64::MAX, |end| end.saturating_add(limits.links.slack())),
        now,
    };
    let links = memory.links();
    let [first, second] = &mut nginx::note::<Module>(r).ok_or(Failed)?.counted;
    let counted = match first {
        Some(other) if other.link != link.number() => second,
        _ => first,
    };
    let before = counted.filter(|before| before.link == link.number());
    leave_out(&mut asked, before);
    if is_free && links.peek(link, asked).is_ok() {
        asked.uses = None;
    }
    let opened = match links.open(wanted, asked) {
        Ok(opened) => opened,
        Err(refusal) => {
            *decision = refused(token, reason(refusal));
            return Ok(());
        }
    };
    *counted = Some(Counted {
        link: link.number(),
        is_client: limits.clients.is_some() || before.is_some_and(|before| before.is_client),
        is_use: limits.uses.is_some() && !is_free || before.is_some_and(|before| before.is_use),
    });
    if opened.forgotten > 0 {
        tell_of_forgotten(r, memory, opened.forgotten, now);
    }
    Ok(())
}

/// Says of a request what [`count`] would, and counts nothing.
#[cold]
pub(crate) fn peek(
    r: &Request,
    gate: &Gate,
    limits: &Limits,
    entry: &Entry,
    decision: &mut Decision,
) -> Result<(), Failed> {
    let Decision::Token(Verdict::Passed(token)) = decision else {
        return Ok(());
    };
    let memory = limits.links.memory().ok_or(Failed)?;
    let link = link(memory, gate, token);
    let Some(mut asked) = asked(r, limits, entry)? else {
        *decision = refused(token, Reason::ClientIp);
        return Ok(());
    };
    let noted = nginx::noted::<Module>(r);
    leave_out(
        &mut asked,
        noted.and_then(|notes| counted_before(&notes.counted, link)),
    );
    if let Err(refusal) = memory.links().peek(link, asked) {
        *decision = refused(token, reason(refusal));
    }
    Ok(())
}

/// What a link is known by.
#[inline]
fn link(memory: &Memory, gate: &Gate, token: &OpenedToken) -> Trace {
    let link = memory.key().link(token.id.as_bytes());
    if gate.dry_run { link.rehearsed() } else { link }
}

/// What the limits ask of a request. `None` where they go by an address and it has none.
#[inline(always)]
fn asked(r: &Request, limits: &Limits, entry: &Entry) -> Result<Option<Asked>, Failed> {
    let clients = match limits.clients {
        None => None,
        Some(MaxClients { number, prefixes }) => match address(r, entry)? {
            Some(address) => Some((prefixes.network(address), number)),
            None => return Ok(None),
        },
    };
    Ok(Some(Asked {
        clients,
        uses: limits.uses.map(|uses| uses.number),
    }))
}

/// The client's address; `None` for a client without one, such as one that came through a socket of the file system.
#[inline(always)]
fn address(r: &Request, entry: &Entry) -> Result<Option<IpAddr>, Failed> {
    match &entry.client_address {
        ClientAddress::Value(value) => {
            let text = str::from_utf8(value.get(r)?).ok();
            Ok(text.and_then(|text| text.parse().ok()))
        }
        ClientAddress::Off | ClientAddress::Connected => Ok(nginx::client_address(r)),
    }
}

/// What the request was counted for as one for this link.
fn counted_before(counted: &[Option<Counted>], link: Trace) -> Option<Counted> {
    let mut counted = counted.iter().flatten();
    counted.find(|before| before.link == link.number()).copied()
}

/// Asks no more for what the request was counted for.
fn leave_out(asked: &mut Asked, before: Option<Counted>) {
    let Some(before) = before else {
        return;
    };
    if before.is_client {
        asked.clients = None;
    }
    if before.is_use {
        asked.uses = None;
    }
}

fn reason(refusal: Refusal) -> Reason {
    match refusal {
        Refusal::Shared => Reason::Shared,
        Refusal::Used => Reason::Used,
    }
}

fn refused(token: &OpenedToken, reason: Reason) -> Decision {
    Decision::Token(Verdict::Refused {
        reason,
        token: Some(*token),
    })
}

#[cold]
fn tell_of_forgotten(r: &Request, memory: &Memory, number: u32, now: u64) {
    if let Some(size) = memory.forget(number, now) {
        let megabytes = size.div_ceil(1 << 20);
        nginx::log(
            r,
            Level::Warn,
            format_args!(
                "secure_token: links are forgotten before they expire, for there is no room for more, and may be used \
                 anew; make the zone of \"secure_token_links\" larger: {megabytes}m; that forgets all links once, and what was \
                 sent to \"secure_token_revoke\""
            ),
        );
    }
}
