//! What is wrong with how playlists are to be rewritten.

use token::{Carrier, Scheme};

use super::{Complaint, Names, Written};
use crate::gate::{Source, Way};
use crate::nginx::{Conf, Level};

impl Written {
    /// Tokens that are for no path of their own, or that open no link that they come into. `cf` is at the block.
    pub(in crate::config) fn playlist_complaints(&self, cf: &Conf) -> Vec<Complaint> {
        let Some(setting) = &self.playlist else {
            return Vec::new();
        };
        let schemes = self.schemes();
        let (Some(way), false) = (&setting.value, schemes.is_empty()) else {
            return Vec::new();
        };
        let complaint = |level, message: &str| Complaint {
            level,
            place: setting.place,
            message: format!("\"secure_token_playlist\": {message}"),
        };
        let is_pass = matches!(way, Way::Pass);
        if !is_pass && self.uri.is_some() {
            return vec![complaint(
                Level::Emergency,
                "\"sign\" makes tokens for the paths of links, and \"secure_token_uri\" says that tokens are for another \
                 one; write \"secure_token_playlist pass\"",
            )];
        }
        // Where there are locations inside, requests end up in one of those, as a rule.
        if cf.has_inner_locations() {
            return Vec::new();
        }
        let is_for_one_path = |scheme: &&Scheme| scheme.facts().is_for_one_path();
        let one_path: Vec<Scheme> = schemes.iter().filter(is_for_one_path).cloned().collect();
        let mut said = Vec::new();
        if is_pass && self.uri.is_none() && !one_path.is_empty() {
            said.push(complaint(
                Level::Warn,
                &format!(
                    "a token of the {} is for one path, and opens no link of a playlist; write \"secure_token_playlist \
                     sign\", or have tokens signed for a directory and say which with \"secure_token_uri\"",
                    Names(&one_path)
                ),
            ));
        }
        let is_in_path = |scheme: &Scheme| scheme.facts().carrier == Carrier::Path;
        let is_args = |source: &Source| matches!(source, Source::Args);
        if let Some(sources) = &self.sources
            && !sources.value.iter().any(is_args)
            && !schemes.iter().any(is_in_path)
        {
            said.push(complaint(
                Level::Warn,
                "only a token that came in the query is handed on, and \"secure_token_source\" does not name \"args\"; \
                 write it in front of what stands there, or remove this directive",
            ));
        }
        said
    }
}
