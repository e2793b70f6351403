//! A playlist fetched by HTTP.

use std::time::Duration;

use explain::text::show;
use ureq::ResponseExt as _;

use super::text::LONGEST;
use crate::output::Trouble;

/// What was fetched, and the URL that it came from in the end.
pub(super) struct Fetched {
    pub(super) bytes: Vec<u8>,
    pub(super) url: Vec<u8>,
}

/// Fetches a playlist, and follows redirects to where it is.
pub(super) fn fetch(url: &[u8], timeout: u64) -> Result<Fetched, Trouble> {
    let shown = show(url);
    let cannot = |why: String| format!("cannot fetch {shown}: {why}");
    let text = str::from_utf8(url).map_err(|_| cannot("it is not UTF-8".to_owned()))?;
    // What is behind "#" is not sent.
    let text = text.split('#').next().unwrap_or_default();
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(timeout)))
        .http_status_as_error(false)
        .user_agent(concat!("secure-token/", env!("CARGO_PKG_VERSION")))
        .accept("application/vnd.apple.mpegurl, application/dash+xml, */*")
        .build();
    let agent = config.new_agent();
    let why = |error: ureq::Error| cannot(reason(&error, timeout));
    let mut response = agent.get(text).call().map_err(why)?;
    let status = response.status();
    if status != 200 {
        return Err(cannot(refusal(status.as_u16(), &shown)).into());
    }
    let came_from = response.get_uri().to_string();
    let body = response.body_mut().with_config();
    let bytes = body
        .limit(LONGEST.saturating_add(1))
        .read_to_vec()
        .map_err(why)?;
    Ok(Fetched {
        bytes,
        url: came_from.into_bytes(),
    })
}

fn refusal(status: u16, url: &str) -> String {
    let advice = match status {
        403 | 410 => {
            format!("; find out why with: secure-token explain --secret-file FILE '{url}'")
        }
        404 => "; nothing is there".to_owned(),
        _ => String::new(),
    };
    format!("the server answers {status}{advice}")
}

fn reason(error: &ureq::Error, timeout: u64) -> String {
    match error {
        ureq::Error::Timeout(_) => {
            format!("it took longer than {timeout} s; allow it more with --timeout")
        }
        ureq::Error::Io(error) => {
            let text = error.to_string();
            if text.contains("certificate") {
                format!("{text}; fetch it with a program that trusts it, and give it with \"-\"")
            } else {
                text
            }
        }
        ureq::Error::HostNotFound => "there is no such host".to_owned(),
        ureq::Error::TooManyRedirects => "it is redirected again and again".to_owned(),
        ureq::Error::BodyExceedsLimit(_) => {
            "it has more than 64 MiB; no player reads that".to_owned()
        }
        other => other.to_string(),
    }
}
