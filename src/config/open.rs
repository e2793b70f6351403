//! Locations that look protected and are open. NGINX takes such a configuration without a word, so it is
//! told by us.

use super::{Complaint, Location};
use crate::nginx::{BlockName, Conf, Level, Place, Search};

mod regex;

/// A block of the configuration, once everything was read.
struct Block {
    /// `None` is the `http` block.
    name: Option<BlockName>,
    /// Position of the block around it.
    outer: Option<usize>,
    /// How requests find it; `None` where it is no location.
    search: Option<Search>,
    /// The schemes in force, and where they are chosen.
    schemes: Option<(String, Place)>,
    /// Whether it has a `secure_token` of its own, be it `off`.
    chooses: bool,
    /// Its first directive that means nothing without a scheme.
    first_setting: Option<(&'static str, Place)>,
    /// The status that it answers with before anything else.
    returns: Option<usize>,
    is_internal: bool,
}

/// The blocks of a configuration. NGINX merges every block before those inside it.
#[derive(Default)]
pub(crate) struct Blocks {
    all: Vec<Block>,
    /// The blocks around the one that was merged last, and that one: settings and position.
    path: Vec<(*const Location, usize)>,
}

impl Blocks {
    /// Takes down a block as it was before and is after it inherited from the block around it. `cf` is at
    /// the block.
    pub(crate) fn note(&mut self, outer: &Location, chooses: bool, inner: &Location, cf: &Conf) {
        if cf.is_nameless() {
            return;
        }
        if self.all.is_empty() {
            self.path.push((outer, 0));
            self.all.push(Block {
                name: None,
                outer: None,
                search: None,
                schemes: None,
                chooses: outer
                    .written
                    .as_deref()
                    .is_some_and(|outer| outer.schemes.is_some()),
                first_setting: outer.first_setting,
                returns: None,
                is_internal: false,
            });
        }
        while let Some((settings, _)) = self.path.last()
            && !std::ptr::eq(*settings, outer)
        {
            self.path.pop();
        }
        let is_server = self.path.len() == 1;
        let schemes = inner
            .written
            .as_deref()
            .and_then(|inner| inner.schemes.as_ref())
            .filter(|schemes| !schemes.value.is_empty());
        let schemes = schemes.map(|schemes| {
            let names: Vec<&str> = schemes.value.iter().map(|scheme| scheme.name()).collect();
            (names.join(" "), schemes.place)
        });
        let search = (!is_server).then(|| cf.search()).flatten();
        // To ask costs a look at every module, and only these can be complained about.
        let may_return = schemes.is_some() || search == Some(Search::Regex);
        let block = Block {
            name: Some(cf.block_name()),
            outer: self.path.last().map(|(_, position)| *position),
            search,
            schemes,
            chooses,
            first_setting: inner.first_setting,
            returns: may_return.then(|| cf.returned_status()).flatten(),
            is_internal: cf.is_internal(),
        };
        self.path.push((inner, self.all.len()));
        self.all.push(block);
    }

    /// What is to be said, once all blocks are there.
    pub(crate) fn complaints(&self) -> Vec<Complaint> {
        let protects = self.protects();
        let mut complaints = Vec::new();
        self.add_schemeless(&protects, &mut complaints);
        self.add_taken_away(&protects, &mut complaints);
        complaints.extend(self.all.iter().filter_map(Block::return_complaint));
        complaints
    }

    /// For each block whether a scheme is in force in it or anywhere inside.
    fn protects(&self) -> Vec<bool> {
        let mut protects: Vec<bool> = self.all.iter().map(Block::is_protected).collect();
        for (position, block) in self.all.iter().enumerate().rev() {
            let inside = protects.get(position).copied().unwrap_or_default();
            if let Some(outer) = block.outer.and_then(|outer| protects.get_mut(outer)) {
                *outer |= inside;
            }
        }
        protects
    }

    /// Settings of a block where they mean nothing. The outermost one speaks for those inside.
    fn add_schemeless(&self, protects: &[bool], complaints: &mut Vec<Complaint>) {
        let mut said: Vec<bool> = Vec::with_capacity(self.all.len());
        for (block, protects) in self.all.iter().zip(protects) {
            let outer = block.outer.and_then(|outer| said.get(outer));
            let was_said = outer.copied().unwrap_or_default();
            let is_off = block.chooses && !block.is_protected();
            let complaint = block
                .first_setting
                .filter(|_| !protects && !is_off && !was_said);
            said.push(was_said || complaint.is_some());
            complaints.extend(complaint.map(|(directive, place)| Complaint {
                level: Level::Warn,
                place,
                message: format!(
                    "\"{directive}\": no \"secure_token\" is in force in {} or anywhere inside, which is open \
                     to everybody; add one with a scheme, such as \"secure_token azion\", or \
                     \"secure_token off\" if that is meant",
                    block.title(),
                ),
            }));
        }
    }

    /// Protected locations beside an open one that takes requests away from them.
    fn add_taken_away(&self, protects: &[bool], complaints: &mut Vec<Complaint>) {
        let mut open: Vec<Vec<&Block>> = Vec::new();
        open.resize_with(self.all.len(), Vec::new);
        for (block, protects) in self.all.iter().zip(protects) {
            let siblings = block.outer.and_then(|outer| open.get_mut(outer));
            if let Some(siblings) = siblings.filter(|_| block.is_open_regex() && !protects) {
                siblings.push(block);
            }
        }
        for block in &self.all {
            complaints.extend(self.taken_away(block, &open));
        }
    }

    /// NGINX looks for the longest prefix, for a longer one inside that, and then for the regular
    /// expressions of each level, from the inside out, unless the prefix of that level has `^~`.
    fn taken_away(&self, block: &Block, open: &[Vec<&Block>]) -> Option<Complaint> {
        let (schemes, place) = block.schemes.as_ref()?;
        let name = block.name?;
        let mut at = block;
        loop {
            let outer = at.outer?;
            match at.search? {
                Search::Prefix => {
                    let thief = open.get(outer)?.iter().find_map(|open| {
                        let regex = open.name?;
                        regex::may_match_below(regex.location(), name.location()).then_some(regex)
                    });
                    if let Some(thief) = thief {
                        let prefix = String::from_utf8_lossy(at.name?.location()).into_owned();
                        return Some(Complaint {
                            level: Level::Warn,
                            place: *place,
                            message: format!(
                                "\"secure_token {schemes}\": requests for {name} that {thief} matches too go \
                                 there, where no scheme is in force; write \"location ^~ {prefix}\", or a \
                                 \"secure_token\" into the other location (\"off\" if it is meant to be open)"
                            ),
                        });
                    }
                }
                Search::PrefixAlone => {}
                Search::Exact | Search::Regex | Search::Named => return None,
            }
            at = self.all.get(outer)?;
            // A location around it that is protected is looked at by itself.
            if at.is_protected() && at.search.is_some() {
                return None;
            }
        }
    }
}

impl Block {
    fn is_protected(&self) -> bool {
        self.schemes.is_some()
    }

    fn title(&self) -> String {
        match &self.name {
            None => "the http block".to_owned(),
            Some(name) => name.to_string(),
        }
    }

    /// Whether a client that comes here may get something, though nobody wrote so.
    fn is_open_regex(&self) -> bool {
        self.search == Some(Search::Regex)
            && !self.is_protected()
            && !self.chooses
            && !self.is_internal
            && self.returns.is_none_or(|status| status < 400)
    }

    /// `return` is obeyed before NGINX comes to the access phase.
    fn return_complaint(&self) -> Option<Complaint> {
        let (schemes, place) = self.schemes.as_ref()?;
        let is_found = match self.search {
            Some(Search::Named) => false,
            Some(_) => !self.is_internal,
            None => self.chooses,
        };
        let status = self.returns.filter(|status| is_found && *status < 400)?;
        Some(Complaint {
            level: Level::Warn,
            place: *place,
            message: format!(
                "\"secure_token {schemes}\": \"return {status}\" in {} answers everybody, before tokens are \
                 looked at; put the \"return\" into a named location and go there with \
                 \"try_files /nowhere @name\", or write \"secure_token off\" if that is meant",
                self.title(),
            ),
        })
    }
}
