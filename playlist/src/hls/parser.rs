//! Where the URIs of a playlist begin and end.

use super::cursor::Cursor;
use super::hold::Held;
use super::tag::{Kind, Name, Tag, What};
use super::variables::Variables;
use super::{Sink, Uri};
use crate::Left;
use crate::text::trim;

/// Reads a playlist that comes in chunks. About 10 KiB, however long the playlist is.
#[derive(Debug)]
pub struct Parser {
    state: State,
    held: Held,
    variables: Variables,
}

/// Where in a playlist a chunk ends.
#[derive(Clone, Copy, Debug)]
enum State {
    /// Before or within `#EXTM3U`; so many bytes of the byte order mark, and of the tag, were there.
    Opening { mark: usize, tag: usize },
    /// Text that is no playlist, to its end.
    Foreign,
    /// Before the first byte of a line that is not blank.
    LineStart,
    /// Behind `#`.
    TagName(Name),
    /// Before `=`.
    AttributeName(Tag, Name),
    /// Behind `=`.
    AttributeValue(Tag, Option<What>),
    /// Within quotes that do not matter.
    Quoted(Tag),
    /// To the next comma.
    Unquoted(Tag),
    /// Within what matters: within quotes of a tag, or to the end of the line.
    Value {
        what: What,
        within: Option<Tag>,
        long: bool,
    },
    /// To the end of a line of which the rest does not matter.
    Rest,
}

const MARK: &[u8] = b"\xef\xbb\xbf";
const OPENING: &[u8] = b"#EXTM3U";

fn text<S: Sink>(sink: &mut S, text: &[u8]) -> Result<(), S::Error> {
    if text.is_empty() {
        Ok(())
    } else {
        sink.text(text)
    }
}

fn is_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

impl Default for Parser {
    fn default() -> Self {
        Parser::new()
    }
}

impl Parser {
    /// A parser before the first byte.
    #[must_use]
    pub const fn new() -> Self {
        Parser {
            state: State::Opening { mark: 0, tag: 0 },
            held: Held::new(),
            variables: Variables::new(),
        }
    }

    /// Whether the text so far begins as a playlist does; `None` as long as that is not known.
    #[must_use]
    pub fn is_playlist(&self) -> Option<bool> {
        match self.state {
            State::Opening { .. } => None,
            State::Foreign => Some(false),
            _ => Some(true),
        }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    ///
    /// Those of the sink; the playlist cannot go on then.
    pub fn feed<S: Sink>(&mut self, chunk: &[u8], sink: &mut S) -> Result<(), S::Error> {
        let mut cursor = Cursor::new(chunk);
        while let Some(&byte) = cursor.rest().first() {
            self.state = self.step(byte, &mut cursor, sink)?;
        }
        let State::Value {
            what,
            within,
            long: false,
        } = self.state
        else {
            return text(sink, cursor.take());
        };
        let piece = cursor.take();
        if !self.held.add(piece) {
            text(sink, self.held.take())?;
            text(sink, piece)?;
            self.state = State::Value {
                what,
                within,
                long: true,
            };
            return self.too_long(what, sink);
        }
        Ok(())
    }

    /// Says that the playlist has ended.
    ///
    /// # Errors
    ///
    /// Those of the sink.
    pub fn finish<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        if let State::Value {
            what,
            within,
            long: false,
        } = self.state
        {
            self.state = State::Rest;
            let value = self.held.take();
            return match within {
                None => hand_on(what, None, value, &mut self.variables, sink),
                Some(_) => text(sink, value),
            };
        }
        Ok(())
    }

    /// Goes on by one byte or many; `byte` is the next one.
    fn step<S: Sink>(
        &mut self,
        byte: u8,
        cursor: &mut Cursor<'_>,
        sink: &mut S,
    ) -> Result<State, S::Error> {
        let state = self.state;
        if let State::Value { what, within, long } = state {
            return self.value(what, within, long, cursor, sink);
        }
        if is_end(byte) && !matches!(state, State::Opening { .. } | State::Foreign) {
            cursor.skip(1);
            self.variables.end_line();
            return Ok(State::LineStart);
        }
        Ok(match state {
            State::Opening { mark, tag } => opening(byte, mark, tag, cursor),
            State::Foreign => {
                cursor.skip_to(None);
                state
            }
            State::LineStart => match byte {
                b' ' | b'\t' => {
                    cursor.skip(1);
                    state
                }
                b'#' => {
                    cursor.skip(1);
                    State::TagName(Name::new())
                }
                _ => begin(What::Uri(Kind::Line), None, cursor, sink)?,
            },
            State::TagName(mut name) => {
                cursor.skip(1);
                if byte != b':' {
                    return Ok(if name.push(byte) {
                        State::TagName(name)
                    } else {
                        State::Rest
                    });
                }
                match Tag::of(name.get()) {
                    Some(Tag::Prefetch) => begin(What::Uri(Kind::Prefetch), None, cursor, sink)?,
                    Some(tag) => State::AttributeName(tag, Name::new()),
                    None => {
                        if name.get().starts_with(b"EXT-X-DEFINE") {
                            self.variables.doubt();
                        }
                        State::Rest
                    }
                }
            }
            State::AttributeName(tag, mut name) => {
                cursor.skip(1);
                match byte {
                    b'=' => {
                        let what = tag.attribute(name.get());
                        if matches!((tag, what), (Tag::Define, None)) {
                            self.variables.doubt();
                        }
                        State::AttributeValue(tag, what)
                    }
                    b',' => State::AttributeName(tag, Name::new()),
                    _ => {
                        name.push(byte);
                        State::AttributeName(tag, name)
                    }
                }
            }
            State::AttributeValue(tag, what) => match byte {
                b' ' | b'\t' => {
                    cursor.skip(1);
                    state
                }
                b'"' => {
                    cursor.skip(1);
                    match what {
                        Some(what) => begin(what, Some(tag), cursor, sink)?,
                        None => State::Quoted(tag),
                    }
                }
                _ => {
                    if matches!(tag, Tag::Define) {
                        self.variables.doubt();
                    }
                    State::Unquoted(tag)
                }
            },
            State::Quoted(tag) => {
                match cursor.skip_to(memchr::memchr3(b'"', b'\r', b'\n', cursor.rest())) {
                    Some(b'"') => {
                        cursor.skip(1);
                        State::Unquoted(tag)
                    }
                    _ => state,
                }
            }
            State::Unquoted(tag) => {
                match cursor.skip_to(memchr::memchr3(b',', b'\r', b'\n', cursor.rest())) {
                    Some(b',') => {
                        cursor.skip(1);
                        State::AttributeName(tag, Name::new())
                    }
                    _ => state,
                }
            }
            State::Value { .. } | State::Rest => {
                cursor.skip_to(memchr::memchr2(b'\r', b'\n', cursor.rest()));
                State::Rest
            }
        })
    }

    fn value<S: Sink>(
        &mut self,
        what: What,
        within: Option<Tag>,
        long: bool,
        cursor: &mut Cursor<'_>,
        sink: &mut S,
    ) -> Result<State, S::Error> {
        let rest = cursor.rest();
        let found = match within {
            Some(_) => memchr::memchr3(b'"', b'\r', b'\n', rest),
            None => memchr::memchr2(b'\r', b'\n', rest),
        };
        let Some(last) = cursor.skip_to(found) else {
            return Ok(State::Value { what, within, long });
        };
        let next = match within {
            Some(tag) if !is_end(last) => State::Unquoted(tag),
            _ => State::Rest,
        };
        if !long {
            let piece = cursor.take();
            let Some(value) = self.held.with(piece) else {
                text(sink, self.held.take())?;
                text(sink, piece)?;
                self.too_long(what, sink)?;
                return Ok(next);
            };
            // Without its second quote it is no value.
            if within.is_some() && is_end(last) {
                text(sink, value)?;
            } else {
                hand_on(what, within, value, &mut self.variables, sink)?;
            }
            self.held.clear();
        }
        Ok(next)
    }

    fn too_long<S: Sink>(&mut self, what: What, sink: &mut S) -> Result<(), S::Error> {
        match what {
            What::Uri(kind) => sink.left(kind, Left::TooLong),
            What::Name | What::Value => {
                self.variables.unknown();
                Ok(())
            }
        }
    }
}

fn opening(byte: u8, mark: usize, tag: usize, cursor: &mut Cursor<'_>) -> State {
    let blank = tag == 0 && crate::text::is_blank(byte) && matches!(mark, 0 | 3);
    let (mark, tag) = if blank {
        (MARK.len(), 0)
    } else if mark < MARK.len() && tag == 0 && MARK.get(mark) == Some(&byte) {
        (mark.saturating_add(1), 0)
    } else if matches!(mark, 0 | 3) && OPENING.get(tag) == Some(&byte) {
        (mark, tag.saturating_add(1))
    } else {
        return State::Foreign;
    };
    cursor.skip(1);
    if tag == OPENING.len() {
        State::Rest
    } else {
        State::Opening { mark, tag }
    }
}

/// Begins what matters: all before it is handed on.
fn begin<S: Sink>(
    what: What,
    within: Option<Tag>,
    cursor: &mut Cursor<'_>,
    sink: &mut S,
) -> Result<State, S::Error> {
    text(sink, cursor.take())?;
    Ok(State::Value {
        what,
        within,
        long: false,
    })
}

/// Hands on a value that is whole.
fn hand_on<S: Sink>(
    what: What,
    within: Option<Tag>,
    value: &[u8],
    variables: &mut Variables,
    sink: &mut S,
) -> Result<(), S::Error> {
    let kind = match what {
        What::Uri(kind) => kind,
        What::Name => {
            variables.name(value);
            return text(sink, value);
        }
        What::Value => {
            variables.value(value);
            return text(sink, value);
        }
    };
    let (before, written, behind) = trim(value);
    text(sink, before)?;
    if !written.is_empty() {
        sink.uri(Uri::new(kind, written, within.is_some(), variables))?;
    }
    text(sink, behind)
}
