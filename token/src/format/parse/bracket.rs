//! What a message has in brackets: `[{client_ip}|no_check_ip]`.

use super::error::FormatError;
use super::message::Parser;
use crate::Part;

/// A bracket that is open.
pub(super) struct Bracket {
    at: usize,
    /// The position of its part.
    position: usize,
    has_field: bool,
    /// How many parts there are in front of the bar.
    parts: Option<u8>,
}

impl Parser<'_> {
    /// Takes a field, in brackets or not.
    pub(super) fn push_field(
        &mut self,
        at: usize,
        near: &str,
        part: Part,
    ) -> Result<(), FormatError> {
        if let Some(bracket) = &mut self.bracket {
            let message = match &part {
                _ if bracket.parts.is_some() => {
                    "behind the bar there is text; write the field elsewhere"
                }
                _ if bracket.has_field => {
                    "brackets hold one field; write brackets of its own for this one"
                }
                part if part.is_path() || *part == Part::Secret => {
                    "this one is always there; write it without brackets"
                }
                _ => "",
            };
            if !message.is_empty() {
                return self.error(at, near, message);
            }
            bracket.has_field = true;
        }
        self.push_text();
        self.message.parts.push(part);
        Ok(())
    }

    pub(super) fn open(&mut self, at: usize) -> Result<usize, FormatError> {
        if self.bracket.is_some() {
            return self.error(
                at,
                "[",
                "brackets do not stand in brackets; write \\[ for the character",
            );
        }
        self.push_text();
        let position = self.message.parts.len();
        self.message.parts.push(Part::Choice {
            parts: 0,
            otherwise: 0,
        });
        self.bracket = Some(Bracket {
            at,
            position,
            has_field: false,
            parts: None,
        });
        Ok(1)
    }

    /// How many parts stand behind the bracket's own.
    fn parts_behind(&self, position: usize) -> u8 {
        let parts = self
            .message
            .parts
            .len()
            .saturating_sub(position)
            .saturating_sub(1);
        u8::try_from(parts).unwrap_or(u8::MAX)
    }

    pub(super) fn take_bar(&mut self, at: usize) -> Result<usize, FormatError> {
        self.push_text();
        let Some(bracket) = &self.bracket else {
            return Ok(1);
        };
        if bracket.parts.is_some() {
            return self.error(
                at,
                "|",
                "brackets have one bar; write \\| for the character",
            );
        }
        let parts = self.parts_behind(bracket.position);
        self.bracket
            .iter_mut()
            .for_each(|bracket| bracket.parts = Some(parts));
        Ok(1)
    }

    pub(super) fn close(&mut self, at: usize) -> Result<usize, FormatError> {
        self.push_text();
        let Some(Bracket {
            at: open,
            position,
            has_field,
            parts,
        }) = self.bracket.take()
        else {
            return self.error(
                at,
                "]",
                "no bracket is open here; write \\] for the character",
            );
        };
        let end = at.saturating_add(1);
        if !has_field {
            let near = self.source.text.get(open..end).unwrap_or_default();
            return self.error(
                open,
                near,
                "brackets are left out where their field is empty; write one into them, or \\[ and \\] for the \
                 characters",
            );
        }
        let all = self.parts_behind(position);
        let parts = parts.unwrap_or(all);
        let choice = Part::Choice {
            parts,
            otherwise: all.saturating_sub(parts),
        };
        self.message
            .parts
            .get_mut(position)
            .into_iter()
            .for_each(|part| *part = choice.clone());
        Ok(1)
    }

    /// # Errors
    /// For a bracket that is still open.
    pub(super) fn check_closed(&self) -> Result<(), FormatError> {
        let Some(bracket) = &self.bracket else {
            return Ok(());
        };
        let near = self.source.text.get(bracket.at..).unwrap_or_default();
        self.error(
            bracket.at,
            near,
            "the bracket is not closed; write \"]\" behind it, or \\[ for the character",
        )
    }
}
