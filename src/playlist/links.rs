//! The links of a playlist: what there is to know of a request to make them, and what is said of them.

use ngx::http::Request;
use playlist::{
    Child, InPath, Links, ManifestUrl, Outcome, Report, Signer, TokenText, Why, directory, has_name,
};
use token::SignError;

use super::signing;
use crate::decision::Kept;
use crate::gate::{Way, is_directory};
use crate::nginx::{self, Failed, Level, Output, Value};
use crate::request::{Look, Remembered, RequestView};
use crate::{path, query};

/// What the links of a request's playlist are. What is borrowed is the request's, or its configuration's.
pub(super) fn of(r: &Request, kept: &Kept, way: &'static Way) -> Result<Links<'static>, Failed> {
    let params = &kept.entry.rules.params;
    Ok(Links {
        url: ManifestUrl {
            host: nginx::for_request(r, nginx::sent_host(r))?,
            secure: nginx::protocol(r)? == b"https",
            path: nginx::for_request(r, nginx::sent_target(r))?,
            merge_slashes: nginx::merge_slashes(r) != 0,
        },
        way: match way {
            Way::Sign { under: Some(under) } => playlist::Way::Sign {
                under: stated_directory(r, under)?,
            },
            Way::Sign { under: None } => playlist::Way::Sign {
                under: nginx::for_request(r, directory(path::without_token(r, &kept.decision)?))?,
            },
            Way::Pass => {
                let token = kept.decision.token().ok_or(Failed)?;
                let text = query::token_alone(r, kept.entry, token)?;
                playlist::Way::Pass {
                    token: nginx::for_request(r, text)?,
                }
            }
        },
        in_path: match path::token_segments(r, &kept.decision) {
            Some((front, segments)) => Some(InPath {
                front: nginx::for_request(r, front)?,
                segments: nginx::for_request(r, segments)?,
            }),
            None => None,
        },
        is_bare: params.token.is_none(),
        hashes_sent: kept.entry.scheme.signs_target(),
    })
}

/// What `under=` says for a request.
fn stated_directory(r: &Request, under: &Value) -> Result<&'static [u8], Failed> {
    /// A path that no link leads to.
    const NOWHERE: &[u8] = b"nowhere";
    let path = under.get(r)?;
    if is_directory(path) {
        return nginx::for_request(r, path);
    }
    nginx::log(
        r,
        Level::Warn,
        format_args!(
            "secure_token: links of the playlist are left, \"under=\" is not from one slash to another"
        ),
    );
    Ok(NOWHERE)
}

/// Makes tokens as the one is that opened the playlist.
pub(super) struct Tokens<'a> {
    kept: &'a Kept,
    request: Remembered<'a>,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(r: &'a Request, kept: &'a Kept) -> Self {
        Self {
            kept,
            request: Remembered::new(RequestView {
                r,
                gate: kept.gate,
                entry: kept.entry,
                look: Look::AsSent,
            }),
        }
    }
}

impl Signer for Tokens<'_> {
    type Refusal = SignError;
    type Error = Failed;

    fn sign(
        &self,
        child: Child<'_>,
        token: &mut TokenText,
    ) -> Result<Result<(), SignError>, Failed> {
        signing::sign(&self.request, self.kept, child, token)
    }

    fn is_parameter(&self, parameter: &[u8]) -> bool {
        let mut names = self.kept.entry.rules.params.names();
        names.any(|name| has_name(parameter, &[name]))
    }
}

/// What is written, and the log.
pub(super) struct Answer<'a> {
    pub(super) r: &'a Request,
    pub(super) out: &'a mut Output,
    /// Whether something was said of this playlist.
    pub(super) is_told: &'a mut bool,
}

impl playlist::Output<Tokens<'_>> for Answer<'_> {
    fn write(&mut self, text: &[u8]) -> Result<(), Failed> {
        self.out.write(text)
    }

    fn link(&mut self, report: Report<'_, SignError>) -> Result<(), Failed> {
        match report.outcome {
            Outcome::Left(why) if !why.is_plain() => self.tell(&why),
            _ => {}
        }
        Ok(())
    }
}

impl Answer<'_> {
    /// Says once for a playlist that a link was left.
    fn tell(&mut self, why: &Why<SignError>) {
        if std::mem::replace(self.is_told, true) {
            return;
        }
        let advice = match why {
            Why::Several => "; write \"secure_token_playlist pass\", or use a cookie",
            _ => "",
        };
        nginx::log(
            self.r,
            Level::Info,
            format_args!("secure_token: a link of the playlist is left, {why}{advice}"),
        );
    }
}
