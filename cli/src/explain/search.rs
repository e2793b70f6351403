//! Looks for the mistakes that make a token out of a link: none, one or two of them at once, and the way the
//! token is written besides. A digest has 128 bits, so that what fits is what was done.

use zeroize::Zeroizing;

use super::digest::{Fields, Message};
use super::forms::{Fit, Given};

/// Bytes that may be a secret.
pub(super) type Bytes = Zeroizing<Vec<u8>>;

/// One way to take a part of what is signed.
pub(super) struct Way<T> {
    pub(super) value: T,
    /// What was done wrongly; `None` for the right way.
    pub(super) mistake: Option<String>,
}

impl<T> Way<T> {
    pub(super) const fn right(value: T) -> Self {
        Self {
            value,
            mistake: None,
        }
    }

    pub(super) fn wrong(value: impl Into<T>, mistake: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            mistake: Some(mistake.into()),
        }
    }

    const fn cost(&self) -> usize {
        if self.mistake.is_some() { 1 } else { 0 }
    }
}

/// Every way that is tried, for each part.
pub(super) struct Ways {
    pub(super) messages: Vec<Way<Message>>,
    pub(super) secrets: Vec<Way<Bytes>>,
    pub(super) paths: Vec<Way<Bytes>>,
    pub(super) expiries: Vec<Way<Bytes>>,
    pub(super) addresses: Vec<Way<Bytes>>,
}

/// More mistakes at once than this are not looked for.
const MOST: usize = 2;

/// What was found, and how much was tried.
pub(super) struct Outcome {
    /// The mistakes; empty where the token is right. `None` where nothing fits.
    pub(super) mistakes: Option<Vec<String>>,
    pub(super) tried: u64,
}

impl Ways {
    /// The fewest mistakes that make the token.
    pub(super) fn search(&self, given: &Given) -> Outcome {
        let mut tried = 0;
        for budget in 0..=MOST {
            for message in &self.messages {
                let dimensions = [&*self.secrets, &self.paths, &self.expiries, &self.addresses];
                let mut trial = Trial {
                    given,
                    message,
                    tried: &mut tried,
                };
                if let Some(mistakes) = trial.descend(
                    &dimensions,
                    &mut Vec::new(),
                    budget.checked_sub(message.cost()),
                ) {
                    return Outcome {
                        mistakes: Some(mistakes),
                        tried,
                    };
                }
            }
        }
        Outcome {
            mistakes: None,
            tried,
        }
    }
}

struct Trial<'a> {
    given: &'a Given,
    message: &'a Way<Message>,
    tried: &'a mut u64,
}

impl<'a> Trial<'a> {
    /// Chooses a way for each dimension that is left. All of the budget is spent: with less was tried before.
    fn descend(
        &mut self,
        dimensions: &[&'a [Way<Bytes>]],
        chosen: &mut Vec<&'a Way<Bytes>>,
        budget: Option<usize>,
    ) -> Option<Vec<String>> {
        let budget = budget?;
        let Some((ways, rest)) = dimensions.split_first() else {
            return if budget == 0 { self.fits(chosen) } else { None };
        };
        for way in *ways {
            chosen.push(way);
            let found = self.descend(rest, chosen, budget.checked_sub(way.cost()));
            chosen.pop();
            if found.is_some() {
                return found;
            }
        }
        None
    }

    fn fits(&mut self, chosen: &[&Way<Bytes>]) -> Option<Vec<String>> {
        let [secret, path, expires, client_ip] = chosen else {
            return None;
        };
        let fields = Fields {
            secret: &secret.value,
            path: &path.value,
            expires: &expires.value,
            client_ip: &client_ip.value,
        };
        *self.tried = self.tried.saturating_add(1);
        let fit = self.given.fit(self.message.value.digest(fields))?;
        let made = chosen.iter().filter_map(|way| way.mistake.clone());
        let mut mistakes: Vec<String> = self.message.mistake.iter().cloned().chain(made).collect();
        if let Fit::Mistaken(mistake) = fit {
            mistakes.push(mistake);
        }
        Some(mistakes)
    }
}
