//! `secure_token_playlist`: the filters that put tokens into the links of playlists.

use nginx_sys::{NGX_ERROR, NGX_HTTP_GET, ngx_chain_t, ngx_http_request_t, ngx_int_t};
use ngx::http::{HttpModule as _, Request};
use playlist::hls::Parser;
use playlist::{Gunzip, Links};
use token::Carrier;

use crate::Module;
use crate::decision::{Decision, Kept};
use crate::gate::{self, Gate, Kind};
use crate::guard::guarded;
use crate::nginx::{self, Coding, Failed, InPool, Incoming, Level, Output, Stream};
use crate::privacy;

use dash::Manifest;
use hls::Playlist;
use links::{Answer, Tokens};

mod dash;
mod hls;
mod links;
mod signing;

/// An answer that is being rewritten.
pub(crate) struct Rewriting {
    stream: Stream,
    making: Making,
    body: Body,
}

/// What its links are made of.
struct Making {
    kept: Kept,
    links: Links<'static>,
    /// Whether something was said of them.
    is_told: bool,
}

enum Body {
    Hls(InPool<Parser>),
    Dash(Manifest),
}

/// Prepares a request that was let in for an answer that is to be rewritten, where that can be told by its name. What a
/// client asks of other files is not touched.
pub(crate) fn expect(r: &mut Request, gate: &Gate, decision: &Decision) -> Result<(), Failed> {
    let is_expected = gate.playlist.is_some() && Kind::by_name(nginx::path(r)).is_some();
    if is_expected && has_token_to_hand_on(decision) {
        nginx::want_whole(r)?;
    }
    Ok(())
}

/// Whether the token was in the link: a player sends any other one by itself.
fn has_token_to_hand_on(decision: &Decision) -> bool {
    let token = decision.token();
    decision.reason().is_none() && token.is_some_and(|token| token.place.carrier != Carrier::Value)
}

/// NGINX's way into this module, for the headers of every answer.
pub(crate) unsafe extern "C" fn header(r: *mut ngx_http_request_t) -> ngx_int_t {
    // SAFETY: NGINX calls its filters with a request, which nobody else uses meanwhile.
    let r = unsafe { Request::from_ngx_http_request(r) };
    if r.is_main()
        && let Some(kept) = let_in(r)
        && let Some(playlist) = &kept.gate.playlist
        && !matches!(guarded(|| begin(r, kept, playlist)), Ok(Ok(())))
    {
        fail(r);
        return NGX_ERROR as ngx_int_t;
    }
    nginx::next_header(r)
}

/// What let a request in whose playlist gets tokens: where it is now or, where that asks for none, where it was last
/// asked for one. NGINX sends requests on to other locations, and an answer is made in the last.
fn let_in(r: &Request) -> Option<Kept> {
    let kept = if Module::gate(r).is_some() {
        let location = nginx::location(r);
        nginx::kept::<Module>(r).filter(|kept: &Kept| kept.is_of(location))
    } else {
        nginx::kept_for_good::<Module>(r)
    };
    kept.filter(|kept| has_token_to_hand_on(&kept.decision))
}

/// NGINX's way into this module, for the body of every answer.
pub(crate) unsafe extern "C" fn body(
    r: *mut ngx_http_request_t,
    chain: *mut ngx_chain_t,
) -> ngx_int_t {
    // SAFETY: NGINX calls its filters with a request, which nobody else uses meanwhile.
    let r = unsafe { Request::from_ngx_http_request(r) };
    let Some(mut rewriting) = rewriting(r) else {
        // SAFETY: it is what NGINX called this filter with.
        return unsafe { nginx::next_body(r, chain) };
    };
    // SAFETY: it is what NGINX called this filter with.
    let incoming = unsafe { Incoming::new(chain) };
    let outcome = match guarded(|| rewriting.run(r, incoming)) {
        Ok(Ok(status)) => status,
        _ => {
            fail(r);
            NGX_ERROR as ngx_int_t
        }
    };
    if outcome == NGX_ERROR as ngx_int_t {
        rewriting.stream.give_up();
    }
    if let Some(notes) = nginx::note::<Module>(r) {
        notes.rewriting = Some(rewriting);
    }
    outcome
}

fn rewriting(r: &mut Request) -> Option<InPool<Rewriting>> {
    if !r.is_main() || nginx::noted::<Module>(r)?.rewriting.is_none() {
        return None;
    }
    nginx::note::<Module>(r)?.rewriting.take()
}

#[cold]
fn fail(r: &Request) {
    nginx::log(
        r,
        Level::Error,
        format_args!("secure_token: playlist not rewritten, out of memory or internal error"),
    );
}

/// Looks whether the answer is a playlist that is to be rewritten, and makes its headers those of one.
fn begin(r: &mut Request, kept: Kept, playlist: &'static gate::Playlist) -> Result<(), Failed> {
    let Some(kind) = kind(r, playlist)? else {
        return Ok(());
    };
    nginx::unwrap_whole(r);
    if !nginx::is_ok(r) || !nginx::is_read_only(r) {
        return Ok(());
    }
    let coding = nginx::coding(r);
    let hindrance = if coding == Coding::Other {
        Some("it is compressed, and not with gzip")
    } else if nginx::is_sliced(r) {
        // Most of it would pass this filter by.
        Some("it comes in slices")
    } else {
        None
    };
    if let Some(why) = hindrance {
        let message = format_args!("secure_token: playlist not rewritten, {why}");
        nginx::log(r, Level::Warn, message);
        return Ok(());
    }
    nginx::become_rewritten(r);
    privacy::ask_for(r)?;
    // There is no body for HEAD.
    if r.as_ref().method & NGX_HTTP_GET as usize == 0 {
        return Ok(());
    }
    let gunzip = match coding {
        Coding::Gzip => Some(nginx::put_for(r, Gunzip::default())?),
        _ => None,
    };
    let rewriting = Rewriting {
        stream: Stream::new(r, Module::module(), gunzip),
        making: Making {
            links: links::of(r, &kept, &playlist.way)?,
            kept,
            is_told: false,
        },
        body: match kind {
            Kind::Hls => Body::Hls(nginx::put_for(r, Parser::new())?),
            Kind::Dash => Body::Dash(Manifest::new(r, playlist.max)),
        },
    };
    let rewriting = nginx::put_for(r, rewriting)?;
    let notes = nginx::note::<Module>(r).ok_or(Failed)?;
    notes.rewriting = Some(rewriting);
    Ok(())
}

/// What kind of playlist the answer is, by its type, its file's name, or the name that the client has for it.
fn kind(r: &Request, playlist: &gate::Playlist) -> Result<Option<Kind>, Failed> {
    match playlist.kind(nginx::path(r), nginx::content_type(r)) {
        None => Ok(Kind::by_name(nginx::sent_path(r)?)),
        found => Ok(found),
    }
}

impl Rewriting {
    fn run(&mut self, r: &mut Request, incoming: Incoming) -> Result<ngx_int_t, Failed> {
        let Self {
            stream,
            making,
            body,
        } = self;
        match body {
            Body::Hls(parser) => stream.run(r, incoming, &mut Playlist { parser, making }),
            Body::Dash(manifest) => stream.run(r, incoming, &mut manifest.with(making)),
        }
    }
}

impl Making {
    fn parts<'a>(
        &'a mut self,
        r: &'a Request,
        out: &'a mut Output,
    ) -> (&'a Links<'static>, Tokens<'a>, Answer<'a>) {
        let Self {
            kept,
            links,
            is_told,
        } = self;
        (links, Tokens::new(r, kept), Answer { r, out, is_told })
    }
}
