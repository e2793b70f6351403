//! The access-phase handler: from a request to a status and a log line.

use std::fmt;

use nginx_sys::{NGX_HTTP_INTERNAL_SERVER_ERROR, ngx_http_request_t, ngx_int_t};
use ngx::core::Status;
use ngx::http::{HttpModuleLocationConf as _, HttpModuleMainConf as _, Request};
use token::{Reason, Scheme};

use crate::Module;
use crate::config::{LocationConf, Source};
use crate::counters::Counters;
use crate::decision::{self, Decision};
use crate::guard::{Panicked, guarded};
use crate::nginx::{self, Failed, Level};
use crate::request;

/// NGINX's way into this module, for every request that reaches the access phase.
pub(crate) unsafe extern "C" fn handler(r: *mut ngx_http_request_t) -> ngx_int_t {
    // SAFETY: NGINX calls its handlers with a request.
    let r = unsafe { Request::from_ngx_http_request(r) };
    let Some(conf) = Module::location_conf(r) else {
        return Status::NGX_DECLINED.into();
    };
    let Some(scheme) = conf.scheme() else {
        // Not NGX_OK, which would vouch for the request under `satisfy any`.
        return Status::NGX_DECLINED.into();
    };
    answer(r, conf, scheme)
}

// Apart from the handler, so that a location without tokens pays for none of this.
#[inline(never)]
fn answer(r: &mut Request, conf: &'static LocationConf, scheme: &dyn Scheme) -> ngx_int_t {
    match guarded(|| check(r, conf, scheme)) {
        Ok(Ok(status)) => status.into(),
        Ok(Err(Failed)) => fail(r, conf, "no verdict, out of memory or a variable failed"),
        Err(Panicked) => fail(r, conf, "no verdict, internal error"),
    }
}

fn check(
    r: &mut Request,
    conf: &'static LocationConf,
    scheme: &dyn Scheme,
) -> Result<Status, Failed> {
    // Always made here and now, whatever a variable found before: what it went by may have changed.
    let decision = decision::decide(r, conf, scheme, nginx::is_untouched(r))?;
    // SSI and scripts ask for a variable by its name, of which the configuration knows nothing: a page that says
    // why a request was refused is such a one.
    let is_asked_for = Module::main_conf(r).is_some_and(|main| main.uses_variables);
    if is_asked_for || decision.reason().is_some() {
        decision::keep(r, conf, decision)?;
    }
    match decision.reason() {
        None => {
            if let Some(counters) = &conf.counters {
                count_pass(r, counters, &decision);
            }
            if conf.strip.unwrap_or(false) {
                strip(r, conf, scheme, &decision)?;
            }
            Ok(Status::NGX_OK)
        }
        Some(reason) => Ok(refuse(r, conf, scheme, reason)),
    }
}

/// Takes an accepted token out of the query that upstreams and caches see.
fn strip(
    r: &mut Request,
    conf: &LocationConf,
    scheme: &dyn Scheme,
    decision: &Decision,
) -> Result<(), Failed> {
    let source = decision
        .claims()
        .and_then(|claims| conf.sources().get(claims.source()));
    // A token that came from elsewhere is not in the query; what has its names there is not it.
    let Some(Source::Args) = source else {
        return Ok(());
    };
    let params = conf.param_names(scheme);
    nginx::shorten_args(r, |r| request::without_token(r, &params, nginx::args(r)))
}

/// What became of a request so far. NGINX comes to the access phase again for the same request: with a
/// directory's index, with an error page.
#[derive(Clone, Copy, Default)]
pub(crate) struct History {
    passed: bool,
    /// Refused but for the dry run, so often.
    spared: u8,
    refused: u8,
}

/// A request counts once, however often it is decided about; what let it pass last may yet refuse it.
fn count_pass(r: &mut Request, counters: &Counters, decision: &Decision) {
    let history = update_history(r, |history| history.passed = true);
    if !history.passed && history.spared == 0 && history.refused == 0 {
        counters.passed(decision.claims(), nginx::now());
    }
}

#[cold]
fn refuse(r: &mut Request, conf: &LocationConf, scheme: &dyn Scheme, reason: Reason) -> Status {
    let dry_run = conf.dry_run.unwrap_or(false);
    let satisfy_any = nginx::satisfy_any(r);
    let before = update_history(r, |history| {
        let counter = if dry_run {
            &mut history.spared
        } else {
            &mut history.refused
        };
        *counter = counter.saturating_add(1);
    });
    let is_news = before.refused == 0 && (before.spared == 0 || !dry_run);
    if is_news {
        if let Some(counters) = &conf.counters {
            counters.refused(reason, dry_run);
        }
        nginx::log(
            r,
            conf.log_level.unwrap_or(Level::Error),
            format_args!(
                "secure_token: {}, scheme: {}{}{}",
                reason.as_str(),
                scheme.name(),
                Label(conf.label.as_deref().unwrap_or_default()),
                if dry_run { ", dry run" } else { "" },
            ),
        );
    }
    if dry_run {
        // As if this module were not there: the other access checks decide.
        return Status::NGX_DECLINED;
    }
    // Refused before, so this is an error page inside the protected place: NGINX's own page ends it.
    // Under `satisfy any` another check may have let the request in then, for its index, say.
    if before.refused > u8::from(satisfy_any) {
        nginx::forbid_error_pages(r);
    }
    let status = conf.status(scheme, reason == Reason::Expired, satisfy_any);
    ngx::http::HTTPStatus(status.into()).into()
}

/// A location's label in a log line.
struct Label<'a>(&'a [u8]);

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match str::from_utf8(self.0) {
            Ok("") | Err(_) => Ok(()),
            Ok(label) => write!(f, ", label: {label}"),
        }
    }
}

/// Returns the history before the change.
fn update_history(r: &mut Request, change: impl FnOnce(&mut History)) -> History {
    // Where memory ran out nothing is remembered, and at worst there is a line more in the log.
    let Some(history) = nginx::note::<Module>(r) else {
        return History::default();
    };
    let before = *history;
    change(history);
    before
}

#[cold]
fn fail(r: &Request, conf: &LocationConf, what: &str) -> ngx_int_t {
    nginx::log(r, Level::Error, format_args!("secure_token: {what}"));
    if conf.dry_run.unwrap_or(false) {
        return Status::NGX_DECLINED.into();
    }
    NGX_HTTP_INTERNAL_SERVER_ERROR as ngx_int_t
}
