//! `$secure_token_*`.

use std::ffi::CStr;

use nginx_sys::{ngx_http_request_t, ngx_int_t, ngx_variable_value_t};
use ngx::core::Status;
use ngx::http::Request;
use token::Reason;

use crate::Module;
use crate::decision::{self, Kept};
use crate::gate::Gate;
use crate::guard::guarded;
use crate::nginx::{self, Conf, Failed};
use crate::{path, query};

/// What all the names begin with.
pub(crate) const PREFIX: &[u8] = b"secure_token_";

/// A variable: its name and how its value is found.
struct Variable {
    name: &'static CStr,
    value: for<'a> fn(&'a Request, Option<&'static Gate>) -> Text<'a>,
}

type Text<'a> = Result<&'a [u8], Failed>;

static VARIABLES: [Variable; 9] = [
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
        name: c"secure_token_grace",
        value: grace,
    },
    Variable {
        name: c"secure_token_key",
        value: secret_id,
    },
    Variable {
        name: c"secure_token_args",
        value: sent_without_token,
    },
    Variable {
        name: c"secure_token_query",
        value: token_alone,
    },
    Variable {
        name: c"secure_token_path",
        value: token_path,
    },
    Variable {
        name: c"secure_token_scheme",
        value: scheme,
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
    // SAFETY: NGINX calls with the request whose variable is asked for, and a `Request` is laid out as it.
    let r = unsafe { &*r.cast::<Request>() };
    // SAFETY: NGINX calls with the number that `add` gave it, which is the address of a static.
    let variable = unsafe { &*std::ptr::with_exposed_provenance::<Variable>(data) };
    let Ok(Ok(text)) = guarded(|| (variable.value)(r, Module::gate(r))) else {
        return Status::NGX_ERROR.into();
    };
    // Asked again, `decision::told` knows whether to decide anew.
    // SAFETY: NGINX calls with room of its own for the value.
    unsafe { nginx::answer_once(value, text) };
    Status::NGX_OK.into()
}

fn status<'a>(r: &'a Request, gate: Option<&'static Gate>) -> Text<'a> {
    let Some(Kept { gate, decision, .. }) = decision::told(r, gate)? else {
        return Ok(b"");
    };
    Ok(Reason::status_of(decision.reason(), gate.dry_run).as_bytes())
}

fn reason<'a>(r: &'a Request, gate: Option<&'static Gate>) -> Text<'a> {
    let reason = decision::told(r, gate)?.and_then(|kept| kept.decision.reason());
    Ok(reason.map_or("", Reason::as_str).as_bytes())
}

fn expires<'a>(r: &'a Request, gate: Option<&'static Gate>) -> Text<'a> {
    let kept = decision::told(r, gate)?;
    let token = kept.as_ref().and_then(|kept| kept.decision.token());
    match token.and_then(|token| token.claims.expires()) {
        Some(seconds) => nginx::keep_number(r, seconds),
        None => Ok(b""),
    }
}

fn grace<'a>(r: &'a Request, gate: Option<&'static Gate>) -> Text<'a> {
    match decision::told(r, gate)?.and_then(|kept| kept.grace) {
        Some(seconds) => nginx::keep_number(r, seconds),
        None => Ok(b""),
    }
}

fn secret_id<'a>(r: &'a Request, gate: Option<&'static Gate>) -> Text<'a> {
    let Some(Kept {
        entry, decision, ..
    }) = decision::told(r, gate)?
    else {
        return Ok(b"");
    };
    let secret = decision.token().and_then(|token| entry.secret_of(token));
    Ok(secret.map_or(b"", |secret| &secret.id))
}

/// Asked while a decision is made: what a token is for may be put together with it.
fn sent_without_token<'a>(r: &'a Request, gate: Option<&'static Gate>) -> Text<'a> {
    match gate {
        Some(gate) => query::sent_without_token(r, gate),
        None => Ok(nginx::sent_args(r)),
    }
}

fn token_alone<'a>(r: &'a Request, gate: Option<&'static Gate>) -> Text<'a> {
    let accepted = decision::told(r, gate)?.filter(|kept| kept.decision.reason().is_none());
    let Some(Kept {
        entry, decision, ..
    }) = accepted
    else {
        return Ok(b"");
    };
    // Where there is no token it was a preflight.
    let token = decision.token();
    token.map_or(Ok(b""), |token| query::token_alone(r, entry, token))
}

fn token_path<'a>(r: &'a Request, gate: Option<&'static Gate>) -> Text<'a> {
    match decision::told(r, gate)? {
        Some(Kept { gate, decision, .. }) => path::of_token(r, gate, &decision),
        None => Ok(b""),
    }
}

fn scheme<'a>(r: &'a Request, gate: Option<&'static Gate>) -> Text<'a> {
    let name = decision::told(r, gate)?.map(|kept| kept.entry.scheme.name());
    Ok(name.unwrap_or_default().as_bytes())
}
