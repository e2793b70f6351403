//! What is wrong with the names of a token's parameters.

use token::{Carrier, Scheme};

use super::{Complaint, Names};
use crate::config::{ParamNames, Written};
use crate::nginx::Level;

impl ParamNames {
    /// Why these schemes cannot have such names.
    pub(super) fn misplaced(&self, schemes: &[Scheme]) -> Option<String> {
        let all = Names(schemes);
        let [scheme] = schemes else {
            return Some(format!(
                "the {all} are in force here, and it does not say whose parameters are meant; remove the directive, \
                 with which tokens of each have the vendor's own names, or choose one of the schemes"
            ));
        };
        let facts = scheme.facts();
        if facts.carrier == Carrier::Path {
            return Some(format!(
                "tokens of the {all} stand in the path and have no parameters; remove the directive"
            ));
        }
        (self.expires.is_some() && facts.params.expires.is_none())
            .then(|| format!("tokens of the {all} have their expiry inside; remove \"expires=\""))
    }
}

impl Written {
    /// Two parameters by one name: a token and its expiry, or the tokens of two schemes.
    pub(in crate::config) fn params_complaint(&self) -> Option<Complaint> {
        let (chosen, schemes) = (self.schemes.as_ref()?, self.schemes());
        if let ([scheme], Some(params)) = (schemes, &self.params) {
            return self.params(scheme).clash().then(|| Complaint {
                level: Level::Emergency,
                place: params.place,
                message: format!(
                    "\"secure_token_param\": token and expiry of the {} would have the same name; give them \
                     different ones",
                    Names(schemes)
                ),
            });
        }
        let stands_like = |one: &Scheme, other: &Scheme| {
            let (one, other) = (one.facts(), other.facts());
            let formats = one.format().zip(other.format());
            one.carrier == Carrier::Path
                && other.carrier == Carrier::Path
                && formats.is_some_and(|(one, other)| one.stands_like(other))
        };
        let mut rest = schemes;
        while let [one, others @ ..] = rest {
            let token = self.params(one).token;
            let is_named_like = |other: &Scheme| {
                other.facts().carrier == one.facts().carrier
                    && token.is_some()
                    && self.params(other).token == token
            };
            let clash = others.iter().find_map(|other| {
                if is_named_like(other) {
                    Some((other, "have the same name in a query as"))
                } else if stands_like(one, other) {
                    Some((other, "stand in a path where one cannot tell them from"))
                } else {
                    None
                }
            });
            if let Some((other, what)) = clash {
                let (one, other) = (one.name(), other.name());
                return Some(Complaint {
                    level: Level::Emergency,
                    place: chosen.place,
                    message: format!(
                        "\"secure_token\": tokens of \"{other}\" {what} those of \"{one}\", which would decide \
                         about all of them; remove one of the two schemes"
                    ),
                });
            }
            rest = others;
        }
        None
    }
}
