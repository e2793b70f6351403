//! Mistakes: the usual ones as data, and one that is found in a link.

/// The part of a link, or of what is signed, that a mistake concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPart {
    /// What is hashed in which order, and how.
    Message,
    /// The secret.
    Secret,
    /// The path, and what was taken for it.
    Path,
    /// The expiry.
    Expiry,
    /// The client's address.
    Address,
    /// How the token is written.
    Token,
    /// Where in the link its fields stand.
    Place,
}

impl LinkPart {
    /// Its word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Secret => "secret",
            Self::Path => "path",
            Self::Expiry => "expiry",
            Self::Address => "address",
            Self::Token => "token",
            Self::Place => "place",
        }
    }
}

/// A mistake that people make, before any link is looked at.
#[derive(Debug)]
pub struct UsualMistake {
    /// Its name for programs.
    pub id: &'static str,
    /// What it concerns.
    pub part: LinkPart,
    /// What is said of it; `{word}` stands for what a link has there.
    pub sentence: &'static str,
}

impl UsualMistake {
    /// The sentence with these values in place of their `{word}`.
    pub(crate) fn say(&self, values: &[(&str, &str)]) -> String {
        let mut text = String::with_capacity(self.sentence.len());
        let mut rest = self.sentence;
        while let Some((before, behind)) = rest.split_once('{') {
            text.push_str(before);
            let (word, next) = behind.split_once('}').unwrap_or((behind, ""));
            let value = values.iter().find(|(name, _)| *name == word);
            text.push_str(value.map_or("…", |(_, value)| value));
            rest = next;
        }
        text.push_str(rest);
        text
    }

    /// This mistake in a link, seen for certain.
    pub(crate) fn made(&'static self, values: &[(&str, &str)]) -> Mistake {
        Mistake {
            usual: Some(self),
            text: self.say(values),
            is_certain: true,
        }
    }
}

/// A mistake in a link, in words.
#[derive(Clone, Debug)]
pub struct Mistake {
    /// Which of the usual ones it is, if it is one.
    pub usual: Option<&'static UsualMistake>,
    /// A sentence or two.
    pub text: String,
    /// The token was made anew with it, or is seen to have it. Otherwise it is a guess.
    pub is_certain: bool,
}

impl Mistake {
    pub(crate) fn certain(text: impl Into<String>) -> Self {
        Self {
            usual: None,
            text: text.into(),
            is_certain: true,
        }
    }

    pub(crate) fn likely(text: impl Into<String>) -> Self {
        Self {
            is_certain: false,
            ..Self::certain(text)
        }
    }

    /// The same as a guess.
    pub(crate) fn doubted(self) -> Self {
        Self {
            is_certain: false,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_link_says_is_no_part_of_the_sentence() {
        let mistake = UsualMistake {
            id: "a",
            part: LinkPart::Path,
            sentence: "Signed as {signed}, and {right} is right.",
        };
        assert_eq!(
            mistake.say(&[("signed", "\"{right}\""), ("right", "\"/{a\"")]),
            "Signed as \"{right}\", and \"/{a\" is right."
        );
    }
}
