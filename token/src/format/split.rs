//! Taking the fields of a text apart.

use super::{Format, MOST_FIELDS, TokenPart};

/// What stands in a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenParts<'a> {
    /// The digest, or all of a token that is sealed.
    pub token: &'a [u8],
    /// The time, where it stands there.
    pub time: Option<&'a [u8]>,
    /// The other fields, by their positions in [`Format::fields`]; empty where they are not there.
    pub fields: [&'a [u8]; MOST_FIELDS],
}

impl Format {
    /// Takes the text apart that holds the token: an argument's value, or the path's segments. `None` for a text that
    /// has not the format's parts.
    pub(crate) fn split<'t>(&self, text: &'t [u8]) -> Option<TokenParts<'t>> {
        let mut parts = TokenParts::default();
        let rest = self.take(&self.token, text, &mut parts)?;
        rest.is_empty().then_some(parts)
    }

    /// Whether nothing tells a path that has a token of this format from one that has a token of the other: tokens of one
    /// length, behind as many slashes, and no text that only one of the two has in front of the token.
    pub fn stands_like(&self, other: &Self) -> bool {
        let place = |format: &Self| {
            let is_token = |part: &TokenPart| matches!(part, TokenPart::Token);
            let in_front = format.token.split(is_token).next().unwrap_or_default();
            let slashes = [&format.prefix, in_front, &format.token].map(slashes);
            (slashes, format.digest.text_length())
        };
        let is_text = |part: &TokenPart| matches!(part, TokenPart::Text(_));
        let have_texts = self.prefix.iter().chain(&*other.prefix).all(is_text);
        place(self) == place(other) && (self.prefix == other.prefix || !have_texts)
    }

    /// Takes these parts from the beginning of a text, and returns what stands behind them. A last field takes all there
    /// is.
    pub(crate) fn take<'t>(
        &self,
        parts: &[TokenPart],
        text: &'t [u8],
        found: &mut TokenParts<'t>,
    ) -> Option<&'t [u8]> {
        let mut rest = text;
        let mut parts = parts.iter().peekable();
        while let Some(part) = parts.next() {
            if let TokenPart::Text(text) = part {
                rest = rest.strip_prefix(text.as_bytes())?;
                continue;
            }
            let end = match parts.peek() {
                Some(TokenPart::Text(text)) => {
                    // A digest may have the character that ends it.
                    let shortest = match part {
                        TokenPart::Token => self.digest.text_length(),
                        _ => 0,
                    };
                    let behind = rest.get(shortest..)?;
                    match find(text.as_bytes(), behind) {
                        Some(end) => end.checked_add(shortest)?,
                        // What may be absent may be so with the text in front of it.
                        None if parts.clone().all(|part| self.may_be_absent(part)) => {
                            parts = [].iter().peekable();
                            rest.len()
                        }
                        None => return None,
                    }
                }
                // The parser lets no two fields stand side by side.
                Some(_) => return None,
                None => rest.len(),
            };
            let field;
            (field, rest) = rest.split_at_checked(end)?;
            match part {
                TokenPart::Token => found.token = field,
                TokenPart::Time => found.time = Some(field),
                TokenPart::Field(id) => *found.fields.get_mut(usize::from(*id))? = field,
                TokenPart::Text(_) => {}
            }
        }
        Some(rest)
    }

    fn may_be_absent(&self, part: &TokenPart) -> bool {
        match part {
            TokenPart::Text(_) => true,
            TokenPart::Token => false,
            TokenPart::Time => self.time.is_some_and(|time| time.is_optional),
            TokenPart::Field(id) => {
                let field = self.fields.get(usize::from(*id));
                field.is_some_and(|field| field.is_optional)
            }
        }
    }
}

/// Where this text begins in the other.
#[inline]
fn find(text: &[u8], within: &[u8]) -> Option<usize> {
    match text {
        // Of one character, as most are: to get ready for any text would cost more than the search.
        [byte] => memchr::memchr(*byte, within),
        _ => memchr::memmem::find(within, text),
    }
}

/// Slashes in the texts between fields.
pub(crate) fn slashes(parts: &[TokenPart]) -> usize {
    let texts = parts.iter().map(|part| match part {
        TokenPart::Text(text) => memchr::memchr_iter(b'/', text.as_bytes()).count(),
        TokenPart::Token | TokenPart::Time | TokenPart::Field(_) => 0,
    });
    texts.sum()
}
