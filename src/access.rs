//! The access-phase handler: from a request to a status and a log line.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ::ngx::core::Status;
use ::ngx::http::{HttpModuleLocationConf as _, HttpModuleMainConf as _, Request};
use nginx_sys::{NGX_HTTP_INTERNAL_SERVER_ERROR, ngx_http_request_t, ngx_int_t};
use token::{Reason, Scheme};

use crate::Module;
use crate::config::{LocationConf, Source};
use crate::decision::{self, Decision};
use crate::ngx::{self, Failed, Level};
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
    guarded(r, conf, scheme)
}

// Apart from the handler, so that a location without tokens pays for none of this.
#[inline(never)]
fn guarded(r: &mut Request, conf: &LocationConf, scheme: &dyn Scheme) -> ngx_int_t {
    match catch_unwind(AssertUnwindSafe(|| check(r, conf, scheme))) {
        Ok(Ok(status)) => status.into(),
        Ok(Err(Failed)) => fail(r, conf, "no verdict, out of memory or a variable failed"),
        Err(_) => fail(r, conf, "no verdict, internal error"),
    }
}

fn check(r: &mut Request, conf: &LocationConf, scheme: &dyn Scheme) -> Result<Status, Failed> {
    // Always made here and now, whatever a variable found before: what it went by may have changed.
    let decision = decision::decide(r, conf, scheme, ngx::is_untouched(r))?;
    if Module::main_conf(r).is_some_and(|main| main.uses_variables) {
        decision::keep(r, conf, decision)?;
    }
    match decision.reason() {
        None => {
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
    ngx::shorten_args(r, |r| {
        let args = ngx::args(r);
        // After an internal redirect the query may be another. What has no name there is the token
        // only if it is the same.
        if params.token.is_none() && params.token_in(args) != params.token_in(ngx::sent_args(r)) {
            return Ok(args);
        }
        request::without_token(r, &params, args)
    })
}

/// How often a request was refused so far. NGINX comes to the access phase again for the same request:
/// with a directory's index, with an error page.
#[derive(Clone, Copy)]
pub(crate) struct Refusals {
    spared: u8,
    real: u8,
}

#[cold]
fn refuse(r: &mut Request, conf: &LocationConf, scheme: &dyn Scheme, reason: Reason) -> Status {
    let dry_run = conf.dry_run.unwrap_or(false);
    let satisfy_any = ngx::satisfy_any(r);
    let before = count(r, dry_run);
    let is_news = before.real == 0 && (before.spared == 0 || !dry_run);
    if is_news {
        ngx::log(
            r,
            conf.log_level.unwrap_or(Level::Error),
            format_args!(
                "secure_token: {}, scheme: {}{}",
                reason.as_str(),
                scheme.name(),
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
    if before.real > u8::from(satisfy_any) {
        ngx::forbid_error_pages(r);
    }
    let status = conf.status(scheme, reason == Reason::Expired, satisfy_any);
    ::ngx::http::HTTPStatus(status.into()).into()
}

/// Counts this refusal and returns the count before it.
fn count(r: &mut Request, dry_run: bool) -> Refusals {
    let none = Refusals { spared: 0, real: 0 };
    // Where memory ran out nothing is counted, and at worst there is a line more in the log.
    let Some(refusals) = ngx::note::<Module>(r, none) else {
        return none;
    };
    let before = *refusals;
    let counter = if dry_run {
        &mut refusals.spared
    } else {
        &mut refusals.real
    };
    *counter = counter.saturating_add(1);
    before
}

#[cold]
fn fail(r: &Request, conf: &LocationConf, what: &str) -> ngx_int_t {
    ngx::log(r, Level::Error, format_args!("secure_token: {what}"));
    if conf.dry_run.unwrap_or(false) {
        return Status::NGX_DECLINED.into();
    }
    NGX_HTTP_INTERNAL_SERVER_ERROR as ngx_int_t
}
