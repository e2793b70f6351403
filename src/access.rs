//! The access-phase handler: from a request to a status and a log line.

use nginx_sys::{NGX_HTTP_INTERNAL_SERVER_ERROR, ngx_http_request_t, ngx_int_t};
use ngx::core::Status;
use ngx::http::{HTTPStatus, HttpModuleMainConf as _, Request};
use token::Reason;

use crate::Module;
use crate::decision::{self, Decision};
use crate::gate::{Entry, Gate};
use crate::guard::{Panicked, guarded};
use crate::history::History;
use crate::nginx::{self, Failed, Level};
use crate::{cookie, grace, path, playlist, query, sharing};

/// NGINX's way into this module, for every request that reaches the access phase.
pub(crate) unsafe extern "C" fn handler(r: *mut ngx_http_request_t) -> ngx_int_t {
    // SAFETY: NGINX calls its handlers with a request, which nobody else uses meanwhile.
    let r = unsafe { Request::from_ngx_http_request(r) };
    match Module::gate(r) {
        // Not NGX_OK, which would vouch for the request under `satisfy any`.
        None => Status::NGX_DECLINED.into(),
        Some(gate) => answer(r, gate),
    }
}

// Apart from the handler, so that a location without tokens pays for none of this.
#[inline(never)]
fn answer(r: &mut Request, gate: &'static Gate) -> ngx_int_t {
    match guarded(|| check(r, gate)) {
        Ok(Ok(status)) => status.into(),
        Ok(Err(Failed)) => fail(r, gate, "no verdict, out of memory or a variable failed"),
        Err(Panicked) => fail(r, gate, "no verdict, internal error"),
    }
}

fn check(r: &mut Request, gate: &'static Gate) -> Result<Status, Failed> {
    // Always made here and now, whatever a variable found before: what it went by may have changed.
    let untouched = nginx::is_untouched(r);
    // Looked at where it stands: to move it costs more than to look.
    let (entry, Ok(decision)) = &mut decision::decide(r, gate, untouched) else {
        return Err(Failed);
    };
    if let Some(limits) = &gate.limits {
        sharing::count(r, gate, limits, entry, decision)?;
    }
    if let Some(reason) = decision.reason() {
        return refused(r, gate, entry, decision, reason);
    }
    let is_kept = gate.playlist.is_some();
    if is_kept || Module::main_conf(r).is_some_and(|main| main.uses_variables) {
        decision::keep(r, gate, entry, *decision)?;
    }
    if gate.helps_players {
        help_player(r, gate, entry, decision, untouched)?;
    }
    if let Some(counters) = &entry.counters
        && History::note_pass(r).is_pass_news()
    {
        counters.passed(decision.token(), nginx::now());
    }
    if gate.strip
        && let Some(token) = decision.token()
    {
        query::strip(r, entry, token, untouched)?;
    }
    path::strip(r, decision)?;
    Ok(Status::NGX_OK)
}

/// Does what is to be done for what a player asks for next.
#[inline(never)]
fn help_player(
    r: &mut Request,
    gate: &Gate,
    entry: &Entry,
    decision: &Decision,
    untouched: bool,
) -> Result<(), Failed> {
    playlist::expect(r, gate, decision)?;
    let Some(token) = decision.token() else {
        return Ok(());
    };
    if let Some(seconds) = grace::seconds_over(gate, entry, decision) {
        let scheme = entry.scheme.name();
        nginx::log(
            r,
            Level::Info,
            format_args!("secure_token: grace, {seconds} seconds after expiry, scheme: {scheme}"),
        );
    } else if let Some(grace) = &gate.grace {
        grace::remember(r, gate, grace, entry, token, untouched)?;
    }
    cookie::promise(r, gate, entry, token)
}

/// Does what is to be done about a request that is refused.
#[cold]
fn refused(
    r: &mut Request,
    gate: &'static Gate,
    entry: &'static Entry,
    decision: &Decision,
    reason: Reason,
) -> Result<Status, Failed> {
    // Kept whether or not the configuration names a variable: SSI and scripts ask for one by its name, and a page
    // that says why a request was refused is such a one.
    decision::keep(r, gate, entry, *decision)?;
    cookie::withdraw(r);
    let status = refuse(r, gate, entry, reason);
    // Others may let the request go on.
    if gate.dry_run || nginx::satisfy_any(r) {
        path::strip(r, decision)?;
    }
    Ok(status)
}

#[cold]
fn refuse(r: &mut Request, gate: &Gate, entry: &Entry, reason: Reason) -> Status {
    let satisfy_any = nginx::satisfy_any(r);
    let before = History::note_refusal(r, gate.dry_run);
    if before.is_refusal_news(gate.dry_run) {
        if let Some(counters) = &entry.counters {
            counters.refused(reason, gate.dry_run);
        }
        log(r, gate, entry, reason);
    }
    if gate.dry_run {
        // As if this module were not there: the other access checks decide.
        return Status::NGX_DECLINED;
    }
    // NGINX's own page ends it.
    if before.is_at_refused_error_page(satisfy_any) {
        nginx::forbid_error_pages(r);
    }
    HTTPStatus(gate.status(entry, reason, satisfy_any).into()).into()
}

/// The line of a refusal.
fn log(r: &Request, gate: &Gate, entry: &Entry, reason: Reason) {
    let mark = if gate.label.is_empty() {
        ""
    } else {
        ", label: "
    };
    nginx::log(
        r,
        gate.log_level,
        format_args!(
            "secure_token: {}, scheme: {}{mark}{}{}",
            reason.as_str(),
            entry.scheme.name(),
            gate.label,
            if gate.dry_run { ", dry run" } else { "" },
        ),
    );
}

#[cold]
fn fail(r: &Request, gate: &Gate, what: &str) -> ngx_int_t {
    nginx::log(r, Level::Error, format_args!("secure_token: {what}"));
    if gate.dry_run {
        return Status::NGX_DECLINED.into();
    }
    NGX_HTTP_INTERNAL_SERVER_ERROR as ngx_int_t
}
