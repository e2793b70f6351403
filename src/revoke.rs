//! `secure_token_revoke`: ends tokens, secrets and sessions for all workers at once.

use std::fmt;

use nginx_sys::{NGX_HTTP_INTERNAL_SERVER_ERROR, ngx_http_request_t, ngx_int_t};
use ngx::core::Status;
use ngx::http::{HTTPStatus, HttpModuleMainConf as _, Request};
use token::{Revocation, Scheme, revocations};

use crate::Module;
use crate::gate::{Revocable, Undated};
use crate::guard::guarded;
use crate::nginx::{self, Failed, Level, PhaseHandler};
use crate::sharing::{Links, Mark};

/// The most bytes that are taken at once.
const LONGEST: usize = 1 << 20;
/// How far ahead the clock of who revokes may be, in seconds.
const SKEW: u64 = 60;
const TEXT: &str = "text/plain; charset=utf-8";

const FORBIDDEN: HTTPStatus = HTTPStatus(403);
const TOO_LONG: HTTPStatus = HTTPStatus(413);
const NO_ROOM: HTTPStatus = HTTPStatus(507);

/// What to do about a scheme of whose links nobody can tell when they were issued.
pub(crate) const ADD_MAX_LIFETIME: &str = "add \"secure_token_max_lifetime\" with how long they are valid at most, \
     or revoke a \"key\" instead";

/// NGINX's way into a location that revokes.
pub(crate) static HANDLER: PhaseHandler = handler;

unsafe extern "C" fn handler(r: *mut ngx_http_request_t) -> ngx_int_t {
    // SAFETY: NGINX calls its handlers with a request, which nobody else uses meanwhile.
    let r = unsafe { Request::from_ngx_http_request(r) };
    match guarded(|| begin(r)) {
        Ok(Ok(status)) => status.into(),
        _ => fail(r),
    }
}

/// NGINX's way on, once the body is there.
unsafe extern "C" fn posted(r: *mut ngx_http_request_t) {
    // SAFETY: NGINX calls with the request whose body it was told to read, which nobody else uses meanwhile.
    let r = unsafe { Request::from_ngx_http_request(r) };
    let status = match guarded(|| revoke(r)) {
        Ok(Ok(status)) => status.into(),
        _ => fail(r),
    };
    nginx::end(r, status);
}

fn fail(r: &Request) -> ngx_int_t {
    nginx::log(
        r,
        Level::Error,
        format_args!("secure_token: nothing is revoked, out of memory or internal error"),
    );
    NGX_HTTP_INTERNAL_SERVER_ERROR as ngx_int_t
}

fn begin(r: &mut Request) -> Result<Status, Failed> {
    if nginx::is_read_only(r) {
        return list(r);
    }
    if !nginx::is_post(r) {
        nginx::add_header(r, b"Allow", b"GET, HEAD, POST")?;
        return Ok(HTTPStatus::NOT_ALLOWED.into());
    }
    // Who may get in here by an address has a browser at that address, too.
    if nginx::is_of_another_page(r) {
        let message =
            format_args!("secure_token: nothing is revoked, a page of another host has sent this");
        nginx::log(r, Level::Warn, message);
        return Ok(FORBIDDEN.into());
    }
    if nginx::stated_length(r).is_some_and(|length| length > LONGEST as u64) {
        let discarded = nginx::refuse_body(r);
        return if discarded == Status::NGX_OK {
            too_long(r)
        } else {
            Ok(discarded)
        };
    }
    Ok(nginx::read_body(r, posted))
}

fn too_long(r: &mut Request) -> Result<Status, Failed> {
    nginx::log(
        r,
        Level::Error,
        format_args!("secure_token: nothing is revoked, more than a megabyte was sent"),
    );
    nginx::respond(r, TOO_LONG, TEXT, |out| {
        writeln!(
            out,
            "nothing is revoked; send a megabyte at most, and the rest after it"
        )
    })
}

/// Says how much is revoked.
fn list(r: &mut Request) -> Result<Status, Failed> {
    let discarded = r.discard_request_body();
    if discarded != Status::NGX_OK {
        return Ok(discarded);
    }
    let main = Module::main_conf(r).ok_or(Failed)?;
    let all = main.links.revocations().ok_or(Failed)?;
    nginx::respond(r, HTTPStatus::OK, TEXT, |out| {
        writeln!(out, "tokens {}", all.tokens)?;
        writeln!(out, "keys {}", all.keys)?;
        writeln!(out, "sessions {}", all.sessions)?;
        if all.before > 0 {
            writeln!(out, "before {}", all.before)?;
        }
        Ok(())
    })
}

/// Does what the body says. All of it is read before any of it is done.
fn revoke(r: &mut Request) -> Result<Status, Failed> {
    let main = Module::main_conf(r).ok_or(Failed)?;
    let Some(body) = nginx::body(r, LONGEST)? else {
        return too_long(r);
    };
    let now = nginx::now();
    let mut lines = 0usize;
    let mut wrong = None;
    for (line, revocation) in revocations(body) {
        let objection = match revocation {
            Ok(revocation) => main.revocable.objection(&revocation, now),
            Err(error) => Some(Objection::Line(error)),
        };
        if let Some(objection) = objection {
            wrong = Some((line, objection));
            break;
        }
        lines = lines.saturating_add(1);
    }
    if let Some((line, objection)) = wrong {
        return nginx::respond(r, HTTPStatus::BAD_REQUEST, TEXT, |out| {
            writeln!(out, "line {line}: {objection}")
        });
    }
    if lines == 0 {
        return nginx::respond(r, HTTPStatus::BAD_REQUEST, TEXT, |out| {
            writeln!(
                out,
                "nothing is revoked; send lines such as \"token TOKEN\", for example with \"curl --data-binary @file\""
            )
        });
    }
    let mut read = revocations(body);
    let left_out = read.find_map(|(line, revocation)| {
        let revocation = revocation.ok()?;
        let has_room = apply(&main.links, &main.revocable, &revocation, now);
        (!has_room).then_some(line)
    });
    drop(read);
    if let Some(line) = left_out {
        nginx::log(
            r,
            Level::Error,
            format_args!(
                "secure_token: there is no room for what is revoked; write it into a \"secure_token_revoked_file\", with what was \
                 sent before, and make the zone of \"secure_token_links\" larger, which forgets all of that"
            ),
        );
        return nginx::respond(r, NO_ROOM, TEXT, |out| {
            writeln!(
                out,
                "line {line}: there is no room for it; what stands in front of it is revoked; write all of it into a \
                 \"secure_token_revoked_file\", and make the zone of \"secure_token_links\" larger, which forgets what was sent"
            )
        });
    }
    nginx::log(
        r,
        Level::Notice,
        format_args!("secure_token: revoked, lines: {lines}"),
    );
    Ok(HTTPStatus::NO_CONTENT.into())
}

/// Whether there was room for it.
fn apply(links: &Links, revocable: &Revocable, revocation: &Revocation<'_>, now: u64) -> bool {
    match revocation {
        Revocation::Token(text) => {
            let mut ids = revocable
                .schemes()
                .filter_map(|scheme| scheme.token_id(text));
            ids.all(|id| links.revoke(Mark::Token(&id), now).is_ok())
        }
        Revocation::Key(id) => links.revoke(Mark::Key(id), now).is_ok(),
        Revocation::Session(id) => links.revoke(Mark::Session(id), now).is_ok(),
        Revocation::Before(time) => {
            links.revoke_before(*time);
            true
        }
    }
}

/// Why a line revokes nothing here.
enum Objection<'a> {
    Line(token::RevocationError),
    /// No scheme reads the token.
    Token,
    /// No secret has the id.
    Key,
    /// The id is a secret's place in its block, which its replacement has as well.
    Place,
    /// No scheme has sessions.
    Session,
    /// Of the links of this scheme nobody can tell when they were issued.
    Before(&'a Undated),
    /// Its time is not over, and what is signed until then would be revoked with it.
    Future,
}

impl fmt::Display for Objection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(error) => error.fmt(f),
            Self::Token => f.write_str(
                "is no token of any scheme in force; write it as it stands in the link, the value of its argument or its \
                 segments of the path",
            ),
            Self::Key => f.write_str("is the id of no secret in force; write one of a \"secure_token_secret\""),
            Self::Place => f.write_str(
                "is the place of a secret in its block, and the one that replaces it would be revoked as well; give secrets \
                 names of their own with \"id=\", such as \"id=2026\", and revoke that",
            ),
            Self::Session => f.write_str(
                "no scheme in force has tokens that name a session; write \"token\" or \"key\" instead",
            ),
            Self::Before(Undated { scheme, block }) => write!(
                f,
                "links of the scheme \"{scheme}\" do not say when they were issued, and are valid in {block}; there \
                 {ADD_MAX_LIFETIME}"
            ),
            Self::Future => f.write_str(
                "has a time that is not over, which would revoke what is yet to be signed; write the \
                 time until which links are to be revoked, in Unix seconds and by UTC",
            ),
        }
    }
}

impl Revocable {
    /// `now` in Unix seconds.
    fn objection(&self, revocation: &Revocation<'_>, now: u64) -> Option<Objection<'_>> {
        let is_any = |is: &dyn Fn(&Scheme) -> bool| self.schemes().any(is);
        match revocation {
            Revocation::Token(text) => {
                (!is_any(&|scheme| scheme.token_id(text).is_some())).then_some(Objection::Token)
            }
            Revocation::Key(id) if !self.has_key(id) => Some(Objection::Key),
            Revocation::Key(_) => revocation.is_of_a_place().then_some(Objection::Place),
            Revocation::Session(_) => {
                (!is_any(&Scheme::has_sessions)).then_some(Objection::Session)
            }
            Revocation::Before(time) if *time > now.saturating_add(SKEW) => Some(Objection::Future),
            Revocation::Before(_) => self.undated().map(Objection::Before),
        }
    }
}
