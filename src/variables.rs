//! `$secure_token_*`.

use std::ffi::CStr;

use nginx_sys::{ngx_http_request_t, ngx_int_t, ngx_variable_value_t};
use ngx::core::Status;
use ngx::http::{HttpModuleLocationConf as _, Request};
use token::{Claims, Reason};

use crate::Module;
use crate::config::{LocationConf, Source};
use crate::decision::{self, Kept};
use crate::guard::guarded;
use crate::nginx::{self, Conf, Failed};
use crate::request;

/// What all the names begin with.
pub(crate) const PREFIX: &[u8] = b"secure_token_";

/// A variable: its name and how its value is found.
struct Variable {
    name: &'static CStr,
    value: for<'a> fn(&'a Request, &'static LocationConf) -> Result<&'a [u8], Failed>,
}

static VARIABLES: [Variable; 6] = [
    Variable {
        name: c"secure_token_status",
        value: status,
    },
    Variable {
        name: c"secure_token_reason",
        value: reason,
    },
    Variable {
        name: c"secure_token_expires",
        value: expires,
    },
    Variable {
        name: c"secure_token_key",
        value: key,
    },
    Variable {
        name: c"secure_token_args",
        value: args,
    },
    Variable {
        name: c"secure_token_query",
        value: query,
    },
];

/// Makes the variables known to NGINX.
pub(crate) fn add(cf: &mut Conf) -> Result<(), Failed> {
    for variable in &VARIABLES {
        cf.add_variable(
            variable.name,
            get,
            std::ptr::from_ref(variable).expose_provenance(),
        )?;
    }
    Ok(())
}

unsafe extern "C" fn get(
    r: *mut ngx_http_request_t,
    value: *mut ngx_variable_value_t,
    data: usize,
) -> ngx_int_t {
    // SAFETY: NGINX calls with the request whose variable is asked for,
    let r = unsafe { &*r.cast::<Request>() };
    // SAFETY: and with the number that `add` gave.
    let variable = unsafe { &*std::ptr::with_exposed_provenance::<Variable>(data) };
    let text = guarded(|| {
        let conf = Module::location_conf(r).ok_or(Failed)?;
        (variable.value)(r, conf)
    });
    let Ok(Ok(text)) = text else {
        return Status::NGX_ERROR.into();
    };
    // Asked again, `decision::told` knows whether to decide anew.
    // SAFETY: NGINX calls with room for the value.
    unsafe { nginx::answer_once(value, text) };
    Status::NGX_OK.into()
}

fn status<'a>(r: &'a Request, conf: &'static LocationConf) -> Result<&'a [u8], Failed> {
    let Some(Kept { conf, decision, .. }) = decision::told(r, conf)? else {
        return Ok(b"");
    };
    let spared = conf.dry_run.unwrap_or(false);
    Ok(match (decision.reason(), spared) {
        (None, _) => b"PASSED",
        (Some(Reason::Expired), false) => b"EXPIRED",
        (Some(Reason::Expired), true) => b"EXPIRED_DRY_RUN",
        (Some(_), false) => b"REJECTED",
        (Some(_), true) => b"REJECTED_DRY_RUN",
    })
}

fn reason<'a>(r: &'a Request, conf: &'static LocationConf) -> Result<&'a [u8], Failed> {
    let reason = decision::told(r, conf)?.and_then(|kept| kept.decision.reason());
    Ok(reason.map_or("", Reason::as_str).as_bytes())
}

fn expires<'a>(r: &'a Request, conf: &'static LocationConf) -> Result<&'a [u8], Failed> {
    let kept = decision::told(r, conf)?;
    let claims = kept.as_ref().and_then(|kept| kept.decision.claims());
    match claims.and_then(Claims::expires) {
        Some(seconds) => nginx::keep_number(r, seconds),
        None => Ok(b""),
    }
}

fn key<'a>(r: &'a Request, conf: &'static LocationConf) -> Result<&'a [u8], Failed> {
    let Some(kept) = decision::told(r, conf)? else {
        return Ok(b"");
    };
    let claims = kept.decision.claims();
    let secret = claims.and_then(|claims| kept.conf.secrets().get(claims.secret()));
    Ok(secret.map_or(b"", |secret| &secret.id))
}

fn args<'a>(r: &'a Request, conf: &'a LocationConf) -> Result<&'a [u8], Failed> {
    let args = nginx::sent_args(r);
    let Some(scheme) = conf.scheme() else {
        return Ok(args);
    };
    // Where tokens come from elsewhere, these names are the application's own.
    if !conf
        .sources()
        .iter()
        .any(|source| matches!(source, Source::Args))
    {
        return Ok(args);
    }
    request::without_token(r, &conf.param_names(scheme), args)
}

fn query<'a>(r: &'a Request, conf: &'static LocationConf) -> Result<&'a [u8], Failed> {
    let accepted = decision::told(r, conf)?.filter(|kept| kept.decision.reason().is_none());
    let Some(Kept { conf, decision, .. }) = accepted else {
        return Ok(b"");
    };
    // Where there are no claims it was a preflight.
    let claims = decision.claims();
    claims.map_or(Ok(b""), |claims| request::token_alone(r, conf, claims))
}
