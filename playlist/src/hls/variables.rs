//! The variables of EXT-X-DEFINE.

use crate::text::put;

/// How many variables are known at most; more stay unknown.
const MOST: usize = 16;
/// The bytes of their names and values.
const ROOM: usize = 2048;

/// What is defined above. A variable of which the value is not known for sure has none.
#[derive(Debug)]
pub(super) struct Variables {
    room: [u8; ROOM],
    len: usize,
    defined: [Variable; MOST],
    count: usize,
    /// The line at hand.
    line: Line,
    /// Whether there was a definition that some players may read otherwise: nothing is known then.
    is_doubtful: bool,
}

#[derive(Clone, Copy, Debug)]
struct Variable {
    name: Span,
    value: Option<Span>,
}

#[derive(Clone, Copy, Debug)]
struct Span {
    from: usize,
    to: usize,
}

#[derive(Clone, Copy, Debug)]
struct Line {
    name: Option<Span>,
    value: Option<Span>,
    /// Whether it says more than one thing, or one that is not understood.
    unclear: bool,
}

impl Line {
    const NONE: Line = Line {
        name: None,
        value: None,
        unclear: false,
    };
}

impl Variables {
    pub(super) const fn new() -> Self {
        let none = Variable {
            name: Span { from: 0, to: 0 },
            value: None,
        };
        Variables {
            room: [0; ROOM],
            len: 0,
            defined: [none; MOST],
            count: 0,
            line: Line::NONE,
            is_doubtful: false,
        }
    }

    pub(super) fn is_none_defined(&self) -> bool {
        self.count == 0
    }

    /// The value of a variable.
    pub(super) fn get(&self, name: &[u8]) -> Option<&[u8]> {
        if self.is_doubtful {
            return None;
        }
        let variable = self
            .defined
            .iter()
            .take(self.count)
            .find(|one| self.text(one.name) == name)?;
        Some(self.text(variable.value?))
    }

    /// Takes the name that the line at hand defines.
    pub(super) fn name(&mut self, name: &[u8]) {
        self.line.unclear |= self.line.name.is_some();
        // Players do not agree on one that is defined twice.
        for at in 0..self.count {
            let known = self.defined.get(at).map(|one| one.name);
            if known.is_some_and(|known| self.text(known) == name)
                && let Some(variable) = self.defined.get_mut(at)
            {
                variable.value = None;
                self.line.unclear = true;
                return;
            }
        }
        let kept = self.keep(name);
        self.line.name = self.line.name.or(kept);
    }

    /// Takes the value that the line at hand defines.
    pub(super) fn value(&mut self, value: &[u8]) {
        // Players do not agree on variables within variables.
        self.line.unclear |=
            self.line.value.is_some() || memchr::memmem::find(value, b"{$").is_some();
        self.line.value = self.keep(value);
    }

    /// Says that the line at hand defines something that is not known.
    pub(super) fn unknown(&mut self) {
        self.line.unclear = true;
    }

    /// Says that there is something that some players may take for a definition.
    pub(super) fn doubt(&mut self) {
        self.is_doubtful = true;
    }

    /// Defines what the line that ends here said.
    pub(super) fn end_line(&mut self) {
        let Line {
            name,
            value,
            unclear,
        } = core::mem::replace(&mut self.line, Line::NONE);
        if let Some(name) = name
            && let Some(variable) = self.defined.get_mut(self.count)
        {
            *variable = Variable {
                name,
                value: value.filter(|_| !unclear),
            };
            self.count = self.count.saturating_add(1);
        }
    }

    fn keep(&mut self, text: &[u8]) -> Option<Span> {
        let span = Span {
            from: self.len,
            to: put(&mut self.room, self.len, text)?,
        };
        self.len = span.to;
        Some(span)
    }

    fn text(&self, span: Span) -> &[u8] {
        self.room.get(span.from..span.to).unwrap_or_default()
    }
}
