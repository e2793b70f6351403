//! The files of `secure_token_revoked_file`: read once for all the blocks that name them, and for each scheme.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::rc::Rc;

use token::{Revocation, Scheme, TokenSet, revocations};

use super::Complaint;
use super::complaint::Names;
use crate::gate::{Listed, ListedOthers, Secret};
use crate::nginx::{Failed, Level, Place};

/// The lists of a configuration.
#[derive(Default)]
pub(crate) struct RevokedLists {
    all: Vec<(Vec<PathBuf>, Rc<RevokedList>)>,
}

/// What some files revoke.
pub(crate) struct RevokedList {
    /// Where they are named first.
    place: Place,
    /// Until everything was read.
    files: RefCell<Vec<RevokedFile>>,
    tokens: usize,
    /// Secrets, by their ids, and what is known of each.
    keys: BTreeMap<Box<[u8]>, Key>,
    others: Rc<ListedOthers>,
    /// Where it first says so.
    session: Option<String>,
    before: Option<String>,
    readings: RefCell<Vec<Reading>>,
}

/// A secret whose tokens are revoked.
struct Key {
    /// Where it first says so.
    place: String,
    /// Whether a secret in force goes by its id.
    is_known: Cell<bool>,
}

/// A file, and what stands in it.
pub(crate) struct RevokedFile {
    /// As a reader knows it.
    pub(crate) name: String,
    pub(crate) text: Vec<u8>,
}

/// The tokens of a list as a scheme reads them.
struct Reading {
    /// One of each name.
    schemes: Vec<Scheme>,
    tokens: Rc<TokenSet>,
    /// Those that are none of the scheme's, a bit for each.
    unread: Vec<u64>,
}

impl RevokedLists {
    /// The list of these files, which are read with `read` unless they were before.
    ///
    /// # Errors
    /// What is wrong with a file, or with one of its lines whatever the scheme.
    pub(crate) fn list(
        &mut self,
        paths: Vec<PathBuf>,
        place: Place,
        read: impl FnOnce(&[PathBuf]) -> Result<Vec<RevokedFile>, String>,
    ) -> Result<Rc<RevokedList>, String> {
        if let Some((_, list)) = self.all.iter().find(|(known, _)| *known == paths) {
            return Ok(Rc::clone(list));
        }
        let list = Rc::new(RevokedList::new(read(&paths)?, place)?);
        self.all.push((paths, Rc::clone(&list)));
        Ok(list)
    }

    /// To be called once everything was read: what is doubtful about them, as far as that takes all who use them to know.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(super) fn finish(self) -> Result<Vec<Complaint>, Complaint> {
        let doubts = self.all.into_iter().map(|(_, list)| list.finish());
        let doubts: Vec<Option<Complaint>> = doubts.collect::<Result<_, _>>()?;
        Ok(doubts.into_iter().flatten().collect())
    }
}

impl RevokedList {
    fn new(files: Vec<RevokedFile>, place: Place) -> Result<Self, String> {
        let mut tokens = 0usize;
        let mut keys = BTreeMap::<Box<[u8]>, Key>::new();
        let mut sessions = HashSet::new();
        let mut latest = 0;
        let (mut session, mut before) = (None, None);
        for file in &files {
            for (line, revocation) in revocations(&file.text) {
                let here = || format!("{}:{line}", file.name);
                match revocation.map_err(|error| format!("{}: {error}", here()))? {
                    Revocation::Token(_) => tokens = tokens.saturating_add(1),
                    Revocation::Key(id) => {
                        keys.entry(id.into()).or_insert_with(|| Key {
                            place: here(),
                            is_known: Cell::new(false),
                        });
                    }
                    Revocation::Session(id) => {
                        session.get_or_insert_with(here);
                        sessions.insert(id.into());
                    }
                    Revocation::Before(time) => {
                        before.get_or_insert_with(here);
                        latest = time.max(latest);
                    }
                }
            }
        }
        Ok(Self {
            place,
            files: RefCell::new(files),
            tokens,
            keys,
            others: Rc::new(ListedOthers {
                sessions,
                before: latest,
            }),
            session,
            before,
            readings: RefCell::default(),
        })
    }

    /// Where it first says `before`.
    pub(super) fn before(&self) -> Option<&str> {
        self.before.as_deref()
    }

    /// What it revokes of a scheme's tokens.
    pub(super) fn listed(&self, scheme: &Scheme, secrets: &[Secret]) -> Result<Listed, Failed> {
        let is_revoked = |secret: &Secret| {
            let key = self.keys.get(&*secret.id);
            key.inspect(|key| key.is_known.set(true)).is_some()
        };
        Ok(Listed {
            tokens: self.tokens(scheme)?,
            keys: secrets.iter().map(is_revoked).collect(),
            others: Rc::clone(&self.others),
        })
    }

    fn tokens(&self, scheme: &Scheme) -> Result<Rc<TokenSet>, Failed> {
        let mut readings = self.readings.borrow_mut();
        let is_like = |known: &Scheme| known.reads_tokens_like(scheme);
        let mut known = readings.iter_mut();
        if let Some(known) = known.find(|reading| reading.schemes.iter().any(is_like)) {
            if !known
                .schemes
                .iter()
                .any(|known| known.name() == scheme.name())
            {
                known.schemes.push(scheme.clone());
            }
            return Ok(Rc::clone(&known.tokens));
        }
        let mut seed = [0; 8];
        getrandom::fill(&mut seed).map_err(|_| Failed)?;
        let mut tokens = TokenSet::for_tokens(self.tokens, u64::from_ne_bytes(seed));
        let mut unread = vec![0u64; self.tokens.div_ceil(64)];
        self.each_token(|position, _, text| {
            match scheme.token_id(text) {
                Some(id) => {
                    tokens.insert(&id);
                }
                None => {
                    if let Some(bits) = unread.get_mut(position / 64) {
                        *bits |= 1 << (position % 64);
                    }
                }
            }
            true
        });
        let tokens = Rc::new(tokens);
        readings.push(Reading {
            schemes: vec![scheme.clone()],
            tokens: Rc::clone(&tokens),
            unread,
        });
        Ok(tokens)
    }

    /// Calls `see` with each token's position among them, its place and its text, until that returns false.
    fn each_token(&self, mut see: impl FnMut(usize, (&RevokedFile, usize), &[u8]) -> bool) {
        let files = self.files.borrow();
        let lines = files.iter().flat_map(|file| {
            let lines = revocations(&file.text);
            lines.map(move |(line, revocation)| ((file, line), revocation))
        });
        let tokens = lines.filter_map(|(place, revocation)| match revocation {
            Ok(Revocation::Token(text)) => Some((place, text)),
            _ => None,
        });
        for (position, (place, text)) in tokens.enumerate() {
            if !see(position, place, text) {
                break;
            }
        }
    }

    fn finish(&self) -> Result<Option<Complaint>, Complaint> {
        let readings = self.readings.take();
        let wrong = self.stray(&readings);
        // The sets stay where they are in force.
        self.files.take();
        let complaint = |level, text| Complaint {
            level,
            place: self.place,
            message: format!("\"secure_token_revoked_file\": {text}"),
        };
        match wrong {
            Some(wrong) => Err(complaint(Level::Emergency, wrong)),
            None if readings.is_empty() => Ok(None),
            None => Ok(self.strange_key().map(|text| complaint(Level::Warn, text))),
        }
    }

    /// What is meant for a secret that nobody has. No error: a secret may be replaced before its line is taken out.
    fn strange_key(&self) -> Option<String> {
        let mut keys = self.keys.values();
        let key = keys.find(|key| !key.is_known.get())?;
        Some(format!(
            "{}: is the id of no secret in force here, and revokes nothing; write one of a \"secure_token_secret\", or remove \
             the line",
            key.place
        ))
    }

    /// What means nothing to any of the schemes.
    fn stray(&self, readings: &[Reading]) -> Option<String> {
        let schemes: Vec<Scheme> = readings
            .iter()
            .flat_map(|reading| reading.schemes.iter().cloned())
            .collect();
        if schemes.is_empty() {
            return None;
        }
        if let Some(place) = &self.session
            && !schemes.iter().any(Scheme::has_sessions)
        {
            return Some(format!(
                "{place}: tokens of the {} name no session; remove the line, or write \"token\" or \"key\" instead",
                Names(&schemes)
            ));
        }
        let stray = (0..self.tokens.div_ceil(64)).find_map(|word| {
            let unread = readings.iter().map(|reading| reading.unread.get(word));
            let by_all = unread.fold(u64::MAX, |all, bits| all & bits.copied().unwrap_or(0));
            let bit = by_all.trailing_zeros() as usize;
            (by_all != 0).then(|| word.saturating_mul(64).saturating_add(bit))
        })?;
        let mut found = None;
        self.each_token(|position, (file, line), _| {
            if position == stray {
                found = Some(format!(
                    "{}:{line}: is no token of the {}; write it as it stands in the link, the value of its argument \
                     or its segments of the path, or remove the line",
                    file.name,
                    Names(&schemes),
                ));
            }
            found.is_none()
        });
        found
    }
}
