//! Why a link is not signed, and what to do about it.

use explain::restriction::{CLIENT_IP, by_claim};
use explain::text::quote;
use token::SignError;

use super::claims;
use super::signer::Signer;
use crate::clock;
use crate::schemes;

impl Signer<'_> {
    /// What to do about an error.
    pub(super) fn say(&self, error: SignError) -> String {
        let name = self.scheme.name();
        let is_digest = self.scheme.facts().format().is_some();
        match error {
            SignError::Claim if is_digest => {
                format!(
                    "links of {name} have no restrictions; leave them out, or take a scheme that has them: {}",
                    schemes::with_claims().join(", ")
                )
            }
            SignError::Claim if !claims::of(&self.scheme).is_empty() => self.say_which_of_its_own(),
            SignError::Claim => self.say_which_claim(),
            SignError::ClientIp if is_digest && self.args.link.client_ip(&self.scheme).is_none() => {
                format!("links of {name} are bound to no address; leave --client-ip out")
            }
            SignError::ClientIp if is_digest => "--client-ip is empty or has control characters; write an address".to_owned(),
            SignError::ClientIp => format!("--client-ip takes {}", CLIENT_IP.form),
            SignError::Path if self.has_front() => format!(
                "a link of {name} looks like {}, and the path has too few segments in front of the token's place; name \
                 one that has them",
                self.scheme.facts().link(&self.rules.params)
            ),
            SignError::Path if self.needs_parent() => format!(
                "links of {name} are for a directory above the file, and there is none, or --path names another; put the file \
                 into one"
            ),
            SignError::Path if is_digest || !claims::of(&self.scheme).is_empty() => {
                "the path is empty or has control characters, and the module refuses such; name another".to_owned()
            }
            SignError::Path => format!(
                "a token of {name} cannot name this path, which has \",\" or \"&\", a control character, or a blank at \
                 its end; name a directory above it with --url-allow"
            ),
            SignError::Expires if self.rules.lifetime > 0 => self.say_which_issue(),
            SignError::Expires => {
                "the expiry must be a Unix time in seconds, from 1 to 9999999999, which is in the year 2286; \
                 choose an earlier one"
                    .to_owned()
            }
            SignError::Field => "the value of a field cannot stand in a link: it has a blank, a control character, or \
                 one of & ? # % / = \" \\; choose another for --field"
                .to_owned(),
            error => error.to_string(),
        }
    }

    /// What is wrong with an expiry of which the time of issue is signed.
    fn say_which_issue(&self) -> String {
        let lifetime = self.rules.lifetime;
        match self.args.expires(clock::now()) {
            Some(expires) if expires < lifetime => {
                format!(
                    "the expiry must lie at least {lifetime} seconds behind 1970; choose a later one"
                )
            }
            _ => {
                "the link would be issued after the year 9999; choose an earlier expiry".to_owned()
            }
        }
    }

    /// The same of a scheme whose claims are its own.
    fn say_which_of_its_own(&self) -> String {
        let now = clock::now();
        let all = claims::of(&self.scheme);
        for (claim, (name, value)) in self.claims.iter().zip(&self.args.claims.0) {
            let same = self.claims.iter().filter(|other| other.name == claim.name);
            if same.count() > 1 {
                return format!("\"{name}\" is given twice; leave one out");
            }
            if self.is_claim(*claim, now) {
                continue;
            }
            let value = quote(value.as_bytes());
            let known = all.iter().find(|known| known.name == name);
            return known.map_or_else(
                || {
                    let names: Vec<&str> = all.iter().map(|known| known.name).collect();
                    format!(
                        "tokens of {} have no claim \"{name}\"; those that can be given are {}",
                        self.scheme.name(),
                        names.join(", ")
                    )
                },
                |known| format!("\"{name}\" takes {}, and not {value}", known.form),
            );
        }
        "these claims do not go with each other, or not with the query of the URL; leave one out"
            .to_owned()
    }

    /// Each claim is tried alone, and each name once.
    fn say_which_claim(&self) -> String {
        let now = clock::now();
        for (claim, (name, value)) in self.claims.iter().zip(&self.args.claims.0) {
            let twice = self
                .claims
                .iter()
                .filter(|other| other.name == claim.name)
                .count()
                > 1;
            let is_other_option = name == "ec_expire" || name == CLIENT_IP.claim;
            if twice || is_other_option && self.is_claim(*claim, now) {
                return format!(
                    "\"{name}\" is given twice, by its own option and by --claim; leave one out"
                );
            }
            if self.is_claim(*claim, now) {
                continue;
            }
            let value = quote(value.as_bytes());
            return match by_claim(claim.name) {
                Some(known) => format!("--{} takes {}, and not {value}", known.flag, known.form),
                None if name == "ec_expire" => {
                    "ec_expire is what --expires-in and --expires-at set; leave it out of --claim"
                        .to_owned()
                }
                None if name.to_ascii_lowercase().starts_with("ec_") => {
                    format!(
                        "the module knows no claim \"{name}\" and would refuse the token; leave it out"
                    )
                }
                None => format!(
                    "\"{name}\" with {value} cannot stand in a token of {}: a name is not empty and has no \"=\", and \
                     neither has an \"&\"",
                    self.scheme.name()
                ),
            };
        }
        "a claim is given twice; leave one out".to_owned()
    }
}
