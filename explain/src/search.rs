//! Looks for the mistakes that make a token out of a link: none, one or two of them at once, and the way the
//! token is written besides. A digest has 128 bits at least, so that what fits is what was done.

use token::Part;

use crate::digest::{Message, PartValues};
use crate::mistake::Mistake;
use crate::right_values::RightValues;
use crate::token_text::{Fit, TokenText};
use crate::way::{Bytes, Way};

/// Every way that is tried, for each part.
pub(crate) struct Ways {
    pub(crate) messages: Vec<Way<Message>>,
    pub(crate) secrets: Vec<Way<Bytes>>,
    pub(crate) paths: Vec<Way<Bytes>>,
    pub(crate) expiries: Vec<Way<Bytes>>,
    pub(crate) addresses: Vec<Way<Bytes>>,
    /// Of the parts that nobody takes in another way.
    pub(crate) right: RightValues,
}

/// More mistakes at once than this are not looked for.
pub(crate) const MOST: usize = 2;

/// What a search came to.
pub(crate) struct SearchResult {
    /// The mistakes; empty where the token is right. `None` where nothing fits.
    pub(crate) mistakes: Option<Vec<Mistake>>,
    /// How many tokens were made.
    pub(crate) tried: u64,
}

impl Ways {
    /// The fewest mistakes that make the token.
    pub(crate) fn search(&self, token: &TokenText) -> SearchResult {
        let mut tried = 0;
        for budget in 0..=MOST {
            for message in &self.messages {
                let dimensions = self.dimensions(&message.value);
                let mut trial = Trial {
                    token,
                    message,
                    right: &self.right,
                    tried: &mut tried,
                };
                let left = budget.checked_sub(message.cost);
                if let Some(mistakes) = trial.descend(&dimensions, &mut Vec::new(), left) {
                    return SearchResult {
                        mistakes: Some(mistakes),
                        tried,
                    };
                }
            }
        }
        SearchResult {
            mistakes: None,
            tried,
        }
    }

    /// The ways to take each part.
    fn dimensions(&self, message: &Message) -> [&[Way<Bytes>]; 4] {
        [
            &self.secrets,
            message.ways(&self.right.path_part, &self.paths),
            message.ways(&Part::Time, &self.expiries),
            message.ways(&Part::ClientIp, &self.addresses),
        ]
    }
}

impl Message {
    /// The ways to take a part; one where it makes no difference.
    fn ways<'w>(&self, part: &Part, ways: &'w [Way<Bytes>]) -> &'w [Way<Bytes>] {
        match ways {
            [one, _, ..] if !self.parts.contains(part) => std::slice::from_ref(one),
            ways => ways,
        }
    }
}

struct Trial<'a> {
    token: &'a TokenText,
    message: &'a Way<Message>,
    right: &'a RightValues,
    tried: &'a mut u64,
}

impl<'a> Trial<'a> {
    /// Chooses a way for each dimension that is left. All of the budget is spent: with less was tried before.
    fn descend(
        &mut self,
        dimensions: &[&'a [Way<Bytes>]],
        chosen: &mut Vec<&'a Way<Bytes>>,
        budget: Option<usize>,
    ) -> Option<Vec<Mistake>> {
        let budget = budget?;
        let Some((ways, rest)) = dimensions.split_first() else {
            return if budget == 0 { self.fits(chosen) } else { None };
        };
        // The right ones stand in front.
        for way in ways.iter().take_while(|way| way.cost <= budget) {
            chosen.push(way);
            let mistakes = self.descend(rest, chosen, budget.checked_sub(way.cost));
            chosen.pop();
            if mistakes.is_some() {
                return mistakes;
            }
        }
        None
    }

    fn fits(&mut self, chosen: &[&Way<Bytes>]) -> Option<Vec<Mistake>> {
        let [secret, path, time, client_ip] = chosen else {
            return None;
        };
        let values = PartValues {
            secret: &secret.value,
            path: &path.value,
            time: &time.value,
            client_ip: &client_ip.value,
            right: self.right,
        };
        *self.tried = self.tried.saturating_add(1);
        let fit = self.token.fit(&self.message.value.digest(values))?;
        let made = chosen.iter().filter_map(|way| way.mistake.clone());
        let mut mistakes: Vec<Mistake> = self.message.mistake.iter().cloned().chain(made).collect();
        if let Fit::Mistaken(mistake) = fit {
            mistakes.push(mistake);
        }
        Some(mistakes)
    }
}
