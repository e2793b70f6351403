//! A directive in the block where it stands, and what may be wrong with it.

use ngx::http::HttpModuleMainConf as _;

use crate::Module;
use crate::config::{ANSWERED, Location, Main, Naming, Setting, Written};
use crate::nginx::{Conf, Failed, Level, PhaseHandler, Piece, Unsplit, Value, split};

/// A directive in the block where it stands.
pub(super) struct Block<'a> {
    pub(super) cf: &'a mut Conf,
    pub(super) location: &'a mut Location,
    pub(super) name: &'static str,
    /// What stands behind the name.
    pub(super) words: &'a [&'a [u8]],
}

impl Block<'_> {
    /// A message about the directive, which NGINX prints with file and line.
    pub(super) fn say(&mut self, level: Level, message: &str) {
        self.cf.log(level, &format!("\"{}\": {message}", self.name));
    }

    /// Sets what a directive says that may stand once in a block.
    pub(super) fn once<T>(
        &mut self,
        field: impl FnOnce(&mut Written) -> &mut Option<Setting<T>>,
        value: T,
    ) -> Result<(), Wrong> {
        let place = self.cf.place();
        let setting = Setting { value, place };
        once(field(self.location.written_mut()), setting)
    }

    /// Has a handler answer the requests of the location.
    pub(super) fn answer_with(&mut self, handler: PhaseHandler) -> Result<(), Wrong> {
        if self.cf.answer_with(handler) {
            Ok(())
        } else {
            Err(wrong(ANSWERED))
        }
    }

    /// What the whole configuration has in common.
    pub(super) fn main(&self) -> Result<&Main, Wrong> {
        Module::main_conf(self.cf.as_ref()).ok_or(Wrong::Said)
    }

    /// A value that may have variables. Whether there are such variables is known later.
    pub(super) fn value(&mut self, word: &[u8]) -> Result<Value, Wrong> {
        match split(word) {
            Ok(pieces) => self.joined(&pieces, false),
            Err(Unsplit::Captures) => Err(wrong(
                "has a numbered capture such as \"$1\", which is of whatever regular expression ran last, \
                 be it a \"map\" for a client's header; name the capture: \"(?<path>...)\" in the regular \
                 expression, and \"$path\" here",
            )),
            Err(Unsplit::StrayDollar) => Err(wrong(
                "has a \"$\" that begins no variable; name one, such as \"$uri\"",
            )),
        }
    }

    pub(super) fn joined(&mut self, pieces: &[Piece<'_>], is_secret: bool) -> Result<Value, Wrong> {
        let naming = Naming {
            directive: self.name,
            place: self.cf.place(),
            is_secret,
        };
        let main = Module::main_conf_mut(self.cf.as_ref()).ok_or(Wrong::Said)?;
        for piece in pieces {
            if let Piece::Variable(name) = piece {
                main.named_variables.entry(name.to_vec()).or_insert(naming);
            }
        }
        Ok(Value::join(self.cf, pieces)?)
    }
}

/// Why a directive was refused.
pub(super) enum Wrong {
    /// What is wrong and what to write instead. Repeats none of the words that are wrong: one may be a
    /// secret that got into the wrong place.
    Because(String),
    /// NGINX has said it.
    Said,
}

impl From<Failed> for Wrong {
    fn from(Failed: Failed) -> Self {
        Self::Said
    }
}

pub(super) fn wrong(message: impl Into<String>) -> Wrong {
    Wrong::Because(message.into())
}

/// Sets what may be set once.
pub(super) fn once<T>(setting: &mut Option<T>, value: T) -> Result<(), Wrong> {
    match setting.replace(value) {
        None => Ok(()),
        Some(_) => Err(wrong(
            "is given twice in this block; remove all but one of them",
        )),
    }
}
