//! What is wrong with keeping tokens in a cookie: nothing would read it, or it would open nothing.

use token::{Carrier, Scheme};

use super::{Complaint, Names};
use crate::config::Written;
use crate::gate::{Cookie, Source};
use crate::nginx::{Conf, Level};

impl Written {
    /// A cookie that no request is opened by. `cf` is at the block.
    pub(in crate::config) fn cookie_complaints(&self, cf: &Conf) -> Vec<Complaint> {
        let Some(setting) = &self.cookie else {
            return Vec::new();
        };
        let schemes = self.schemes();
        // Where there are locations inside, requests end up in one of those, as a rule.
        let (Some(cookie), false) = (
            &setting.value,
            schemes.is_empty() || cf.has_inner_locations(),
        ) else {
            return Vec::new();
        };
        let is_in_query = |scheme: &&Scheme| scheme.facts().carrier != Carrier::Path;
        let in_query: Vec<Scheme> = schemes.iter().filter(is_in_query).cloned().collect();
        if in_query.is_empty() {
            return Vec::new();
        }
        let is_for_one_path = |scheme: &&Scheme| scheme.facts().is_for_one_path();
        let one_path: Vec<Scheme> = in_query.iter().filter(is_for_one_path).cloned().collect();
        let mut said = Vec::new();
        if self.uri.is_none() && !one_path.is_empty() {
            said.push(format!(
                "a token of the {} is for one path, and opens nothing else from a cookie; have tokens signed for a \
                 directory and say which with \"secure_token_uri\", or write \"secure_token_playlist sign\" instead",
                Names(&one_path)
            ));
        }
        said.extend(self.unread(cookie, cf).map(str::to_owned));
        said.into_iter()
            .map(|message| Complaint {
                level: Level::Warn,
                place: setting.place,
                message: format!("\"secure_token_cookie\": {message}"),
            })
            .collect()
    }

    /// Why no token that is kept in a cookie would be found again. The name is not repeated: it may be a secret in the
    /// wrong place.
    fn unread(&self, cookie: &Cookie, cf: &Conf) -> Option<&'static str> {
        const NEVER_READ: &str = "nothing reads the cookie; write \"secure_token_source args $cookie_NAME\" with its name";
        let Some(sources) = &self.sources else {
            return Some(NEVER_READ);
        };
        let is_args = |source: &Source| matches!(source, Source::Args);
        let Some(args) = sources.value.iter().position(is_args) else {
            return Some(
                "only a token that came in the query is kept in a cookie, and \"secure_token_source\" does not name \
                 \"args\"; write it in front of the cookie",
            );
        };
        let reads = |source: &Source| match source {
            Source::Args => false,
            Source::Value(value) => value.variables(cf).iter().any(|variable| {
                let other = variable.strip_prefix(b"cookie_");
                // What any other variable has nobody knows but who wrote it.
                let has_its_own = variable.starts_with(b"http_") || variable.starts_with(b"arg_");
                let is_whole = variable.as_slice() == b"http_cookie";
                other.map_or(!has_its_own || is_whole, |other| {
                    other.eq_ignore_ascii_case(&cookie.name)
                })
            }),
        };
        match sources.value.iter().position(reads) {
            None if cookie.has_variable() => Some(NEVER_READ),
            None => Some(
                "nothing reads the cookie, and no variable \"$cookie_NAME\" can, for its name has more than letters, digits \
                 and \"_\"; take it out of \"$http_cookie\" with a \"map\", and name that in \"secure_token_source\"",
            ),
            Some(position) if position < args => Some(
                "the cookie comes in front of \"args\" in \"secure_token_source\", so that the token of an earlier link \
                 would be tried before that of the link; write \"args\" first",
            ),
            Some(_) => None,
        }
    }
}
