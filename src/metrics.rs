//! `secure_token_metrics`: answers with the counters.

use std::fmt;

use nginx_sys::{NGX_HTTP_INTERNAL_SERVER_ERROR, ngx_http_request_t, ngx_int_t};
use ngx::core::Status;
use ngx::http::{HTTPStatus, HttpModuleLocationConf as _, HttpModuleMainConf as _, Request};

use crate::Module;
use crate::counters::Counts;
use crate::guard::guarded;
use crate::nginx::{self, Failed, Level, PhaseHandler};
use crate::sharing::Occupancy;

mod json;
mod prometheus;

/// How the counters are written.
#[derive(Clone, Copy)]
pub(crate) enum Format {
    Prometheus,
    Json,
}

impl Format {
    /// The word that chooses it.
    pub(crate) fn by_name(name: &[u8]) -> Option<Self> {
        match name {
            b"prometheus" => Some(Self::Prometheus),
            b"json" => Some(Self::Json),
            _ => None,
        }
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
            Self::Json => "application/json",
        }
    }

    fn write(self, numbers: &Numbers<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
        match self {
            Self::Prometheus => prometheus::write(numbers, out),
            Self::Json => json::write(numbers, out),
        }
    }
}

/// What is told.
struct Numbers<'a> {
    counts: &'a Counts,
    /// `None` where no link is remembered.
    links: Option<Occupancy>,
}

/// A text between quotation marks. Labels and names have no control characters, so both formats write
/// them alike.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for part in self.0.split_inclusive(['"', '\\']) {
            match part.strip_suffix(['"', '\\']) {
                Some(plain) => {
                    f.write_str(plain)?;
                    f.write_str("\\")?;
                    f.write_str(part.get(plain.len()..).unwrap_or_default())?;
                }
                None => f.write_str(part)?,
            }
        }
        f.write_str("\"")
    }
}

/// NGINX's way into a location that answers with the counters.
pub(crate) static HANDLER: PhaseHandler = handler;

unsafe extern "C" fn handler(r: *mut ngx_http_request_t) -> ngx_int_t {
    // SAFETY: NGINX calls its handlers with a request, which nobody else uses meanwhile.
    let r = unsafe { Request::from_ngx_http_request(r) };
    match guarded(|| answer(r)) {
        Ok(Ok(status)) => status.into(),
        _ => {
            nginx::log(
                r,
                Level::Error,
                format_args!("secure_token: no metrics, out of memory or internal error"),
            );
            NGX_HTTP_INTERNAL_SERVER_ERROR as ngx_int_t
        }
    }
}

fn answer(r: &mut Request) -> Result<Status, Failed> {
    if !nginx::is_read_only(r) {
        return Ok(HTTPStatus::NOT_ALLOWED.into());
    }
    let discarded = r.discard_request_body();
    if discarded != Status::NGX_OK {
        return Ok(discarded);
    }
    let format = Module::location_conf(r)
        .and_then(|location| location.metrics.as_ref())
        .map(|metrics| metrics.value)
        .ok_or(Failed)?;
    let main = Module::main_conf(r).ok_or(Failed)?;
    let numbers = Numbers {
        counts: main.counts().ok_or(Failed)?,
        links: main.links.occupancy(nginx::now()),
    };
    nginx::respond(r, HTTPStatus::OK, format.content_type(), |out| {
        format.write(&numbers, out)
    })
}
