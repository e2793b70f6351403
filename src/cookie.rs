//! `secure_token_cookie`: the filter that has a browser keep the token of a link for what it asks for next.

use nginx_sys::{NGX_ERROR, ngx_http_request_t, ngx_int_t};
use ngx::http::Request;
use playlist::ManifestUrl;
use token::{Carrier, OpenedToken};

use crate::Module;
use crate::gate::{Cookie, Entry, Gate};
use crate::guard::guarded;
use crate::nginx::{self, Failed, Level};
use crate::{privacy, query};

/// The longest path whose directory is looked for.
const LONGEST_PATH: usize = 8192;

/// The cookie of an answer, as its header has it.
#[derive(Clone, Copy)]
pub(crate) struct SetCookie {
    text: &'static [u8],
    /// An error page was on its way already when the token was accepted.
    at_error_page: bool,
}

/// Why a token goes into no cookie. It reads as what follows "cookie not set".
enum Unset {
    Token,
    Path,
    Domain,
}

/// Has the answer to a request that was let in set the cookie, where the token came in the query: players and
/// browsers send any other by themselves.
pub(crate) fn promise(
    r: &mut Request,
    gate: &Gate,
    entry: &Entry,
    token: &OpenedToken,
) -> Result<(), Failed> {
    let Some(cookie) = gate.cookie.as_deref() else {
        return Ok(());
    };
    if token.place.carrier != Carrier::Query {
        return Ok(());
    }
    let text = match text(r, gate, cookie, entry, token)? {
        Ok(text) => Some(text),
        Err(unset) => {
            let message = format_args!("secure_token: cookie not set, {}", unset.why());
            nginx::log(r, Level::Warn, message);
            None
        }
    };
    let at_error_page = nginx::came_to_error_page(r);
    let notes = nginx::note::<Module>(r).ok_or(Failed)?;
    notes.cookie = text.map(|text| SetCookie {
        text,
        at_error_page,
    });
    Ok(())
}

/// To be called where a request is refused: what let it in before counts no more.
pub(crate) fn withdraw(r: &mut Request) {
    if nginx::noted::<Module>(r).is_some_and(|notes| notes.cookie.is_some())
        && let Some(notes) = nginx::note::<Module>(r)
    {
        notes.cookie = None;
    }
}

/// NGINX's way into this module, for the headers of every answer.
pub(crate) unsafe extern "C" fn header(r: *mut ngx_http_request_t) -> ngx_int_t {
    // SAFETY: NGINX calls its filters with a request, which nobody else uses meanwhile.
    let r = unsafe { Request::from_ngx_http_request(r) };
    if !matches!(guarded(|| keep_promise(r)), Ok(Ok(()))) {
        let message = format_args!("secure_token: cookie not set, out of memory or internal error");
        nginx::log(r, Level::Error, message);
        return NGX_ERROR as ngx_int_t;
    }
    nginx::next_header_behind_cookie(r)
}

fn keep_promise(r: &mut Request) -> Result<(), Failed> {
    if !r.is_main() || !nginx::is_no_error(r) {
        return Ok(());
    }
    let Some(cookie) = nginx::noted::<Module>(r).and_then(|notes| notes.cookie) else {
        return Ok(());
    };
    // A page for an error that came up after the token was accepted.
    let is_error = nginx::came_to_error_page(r) && !nginx::redirects(r);
    if is_error && !cookie.at_error_page {
        return Ok(());
    }
    nginx::add_header(r, b"Set-Cookie", cookie.text)?;
    privacy::ask_for(r)
}

/// The header's value, in the request's pool.
fn text(
    r: &Request,
    gate: &Gate,
    cookie: &Cookie,
    entry: &Entry,
    token: &OpenedToken,
) -> Result<Result<&'static [u8], Unset>, Failed> {
    let value = query::token_alone(r, entry, token)?;
    if !value.iter().all(|&byte| is_cookie_byte(byte)) {
        return Ok(Err(Unset::Token));
    }
    let path = match cookie.path.as_deref() {
        Some(path) => Some(path.get(r)?),
        None => directory(r)?,
    };
    let Some(path) = path.filter(|path| is_attribute(path) && matches!(path, [] | [b'/', ..]))
    else {
        return Ok(Err(Unset::Path));
    };
    let domain = match cookie.domain.as_deref() {
        Some(domain) => domain.get(r)?,
        None => b"",
    };
    if !is_attribute(domain) || domain.contains(&b' ') {
        return Ok(Err(Unset::Domain));
    }
    let is_secure = cookie.is_always_secure() || nginx::protocol(r)? == b"https";
    let max_age = match gate.seconds_left(entry, token, nginx::now()) {
        Some(seconds) => nginx::keep_number(r, seconds)?,
        None => b"",
    };
    let same_site = cookie
        .same_site
        .map_or(b"".as_slice(), |same_site| same_site.as_bytes());
    let secure: &[u8] = if is_secure { b"; Secure" } else { b"" };
    let attribute = |name: &'static [u8], value| [if value == b"" { b"" } else { name }, value];
    let pieces = [[&*cookie.name, b"="], [value, b""]]
        .into_iter()
        .chain([attribute(b"; Path=", path)])
        .chain([attribute(b"; Domain=", domain)])
        .chain([attribute(b"; Max-Age=", max_age)])
        .chain([[b"; HttpOnly".as_slice(), secure]])
        .chain([attribute(b"; SameSite=", same_site)])
        .flatten();
    nginx::keep_for_request(r, pieces).map(Ok)
}

/// The directory that links of the answer begin at, as the client has it in its address. `None` where nobody knows.
fn directory(r: &Request) -> Result<Option<&[u8]>, Failed> {
    let target = nginx::sent_target(r);
    let path = target
        .split(|&byte| byte == b'?')
        .next()
        .unwrap_or_default();
    let may_climb = |pair: &[u8]| matches!(pair, b"/." | b"%2");
    if path.windows(2).any(may_climb) || !path.starts_with(b"/") {
        resolved(r, path)
    } else {
        Ok(Some(playlist::directory(path)))
    }
}

/// The same of a path in which there may be dots that lead elsewhere.
#[inline(never)]
fn resolved<'a>(r: &'a Request, path: &[u8]) -> Result<Option<&'a [u8]>, Failed> {
    let mut room = [0; LONGEST_PATH];
    let url = ManifestUrl {
        path,
        ..ManifestUrl::default()
    };
    let directory = url.sent(b".", &mut room).ok();
    directory
        .map(|directory| nginx::for_request(r, directory))
        .transpose()
}

/// What may stand in a cookie's value (RFC 6265, 4.1.1).
fn is_cookie_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"\\,;".contains(&byte)
}

/// Whether an attribute of a cookie may have this value.
pub(crate) fn is_attribute(text: &[u8]) -> bool {
    text.iter()
        .all(|byte| (b' '..=b'~').contains(byte) && *byte != b';')
}

impl Unset {
    const fn why(&self) -> &'static str {
        match self {
            Self::Token => {
                "for the token has a byte that cannot stand in one; let the signer escape quotes, commas, semicolons, \
                 backslashes and blanks as \"%XX\", or hand the token on with \"secure_token_playlist\""
            }
            Self::Path => {
                "for its path does not begin with a slash, or has a semicolon or a byte that is not ASCII; write another \
                 \"path=\" in \"secure_token_cookie\""
            }
            Self::Domain => {
                "for its domain has a semicolon, a blank or a byte that is not ASCII; write another \"domain=\" in \
                 \"secure_token_cookie\""
            }
        }
    }
}
