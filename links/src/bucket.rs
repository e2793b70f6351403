//! Links that share a few places, and how one of them gets a place.
//!
//! The bucket's last header says who got a place last: link, place and a generation that goes up by one each time. It is
//! the one word that has to be swapped for a link to get a place; that the link's place has the same header is seen to
//! by whoever comes next, and nobody swaps the word before that is so. So a link has one place at most: who swaps has
//! looked at all places since the last swap, and found it at none.
//!
//! Before a place is given to another link, its end is swapped for one of two that say so: whoever sees another end there, or
//! puts it there, knows that the link has its place. One whose place was to be given away in vain gets that anew.

use crate::Trace;
use crate::atomic::{AtomicU64, SeqCst};
use crate::word::{MOST, Word};

/// How many links have a place in a bucket. In the model so few that they are soon in each other's way.
const WAYS: usize = if cfg!(model) { 2 } else { 31 };
/// How many clients a link has room for at one place. Those that come after them are at places of their own.
pub(crate) const CLIENTS: usize = if cfg!(model) { 2 } else { 5 };
/// For how long a link is kept after its end, in seconds: clocks of workers differ. And for how long one of which the end is
/// not known yet.
const SPARE: u64 = 60;

/// The end of a link that was over when its place was to be given away.
const GIVEN_WHEN_OVER: u64 = 0;
/// The end of a link that was not.
const GIVEN_BEFORE: u64 = 1;
/// The first end of a link that has its place.
const FIRST_END: u64 = 2;

/// What becomes of who gets the place of a link with this end: `None` where it is not given away.
fn given(end: u64) -> Option<Fate> {
    match end {
        GIVEN_WHEN_OVER => Some(Fate::Reused),
        GIVEN_BEFORE => Some(Fate::Displaced),
        _ => None,
    }
}

/// Links that share a few places.
#[derive(Default)]
#[repr(C, align(64))]
pub struct Bucket {
    /// The header of the link that got its place last.
    last: AtomicU64,
    /// 0 where no link ever was.
    headers: [AtomicU64; WAYS],
    /// When the links are over, in Unix seconds. They stand together, for they are looked at together.
    ends: [Word; WAYS],
    bodies: [Body; WAYS],
}

/// What is remembered of a link.
#[derive(Default)]
#[repr(C)]
struct Body {
    uses: Word,
    /// What its clients are known by, in the order in which they came.
    clients: [Word; CLIENTS],
}

/// Bits of a header by which a link is known.
const TAG_BITS: u32 = 43;

/// A link's tag (43 bits), its generation (16) and its place (5).
#[derive(Clone, Copy, PartialEq, Eq)]
struct Header(u64);

impl Header {
    const WAY_BITS: u32 = 5;
    const TAG_SHIFT: u32 = 21;

    fn new(tag: u64, generation: u16, way: usize) -> Self {
        Self(tag << Self::TAG_SHIFT | u64::from(generation) << Self::WAY_BITS | way as u64)
    }

    fn tag(self) -> u64 {
        self.0 >> Self::TAG_SHIFT
    }

    fn generation(self) -> u16 {
        (self.0 >> Self::WAY_BITS) as u16
    }

    fn way(self) -> usize {
        (self.0 & ((1 << Self::WAY_BITS) - 1)) as usize
    }
}

/// A link at its place.
pub(crate) struct Place<'b> {
    bucket: &'b Bucket,
    header: Header,
}

/// How a link came to its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It was there.
    Known,
    /// Nobody had the place before.
    Fresh,
    /// It has the place of one that was over.
    Reused,
    /// It has the place of one that was not over, and is forgotten.
    Displaced,
}

/// Whether a link that is not there gets a place.
#[derive(Clone, Copy)]
pub(crate) struct Find {
    /// When it is over, in Unix seconds.
    pub(crate) end: u64,
    /// In Unix seconds.
    pub(crate) now: u64,
}

impl Bucket {
    /// How many links have a place in a bucket.
    pub const LINKS: usize = WAYS;

    /// The link's place, where it has one.
    #[inline]
    pub(crate) fn find(&self, trace: Trace) -> Option<Place<'_>> {
        self.finish(Header(self.last.load(SeqCst)));
        self.scan(trace).filter(|place| place.given().is_none())
    }

    /// The link's place, and one that it is given where it has none: that of a link which is over, or else of the one that
    /// came before all others.
    #[inline]
    pub(crate) fn find_or_place(&self, trace: Trace, find: Find) -> (Place<'_>, Fate) {
        // Also for a place that was lost again before the end stood there.
        let mut has_displaced = false;
        let (place, fate) = loop {
            let last = Header(self.last.load(SeqCst));
            self.finish(last);
            let free = match self.scan(trace) {
                Some(place) if place.keep_until(find.end) => break (place, Fate::Known),
                Some(place) => place.given().map(|fate| (place.header.way(), fate)),
                None => self.choose(last, find.now),
            };
            // Who comes to nothing starts again, for somebody else has come to something.
            if let Some((way, fate)) = free
                && let Some(place) = self.claim(trace, last, way)
            {
                has_displaced |= fate == Fate::Displaced;
                if place.keep_until(find.end) {
                    break (place, fate);
                }
            }
        };
        (place, if has_displaced { Fate::Displaced } else { fate })
    }

    /// Sees to it that the link that got its place last is there.
    #[inline]
    fn finish(&self, last: Header) {
        let Some(slot) = self.headers.get(last.way()) else {
            return;
        };
        let there = slot.load(SeqCst);
        if there != last.0 && self.last.load(SeqCst) == last.0 {
            // Where that fails somebody else has done it.
            let _ = slot.compare_exchange(there, last.0, SeqCst, SeqCst);
        }
    }

    #[inline]
    fn scan(&self, trace: Trace) -> Option<Place<'_>> {
        let mut headers = self.headers.iter();
        let is_it = |slot: &AtomicU64| {
            let header = Header(slot.load(SeqCst));
            (header.tag() == trace.tag::<TAG_BITS>()).then_some(header)
        };
        let header = headers.find_map(is_it)?;
        Some(Place {
            bucket: self,
            header,
        })
    }

    /// `None` where another link got its place meanwhile.
    #[cold]
    fn claim(&self, trace: Trace, last: Header, way: usize) -> Option<Place<'_>> {
        let header = Header::new(
            trace.tag::<TAG_BITS>(),
            last.generation().wrapping_add(1),
            way,
        );
        self.last
            .compare_exchange(last.0, header.0, SeqCst, SeqCst)
            .ok()?;
        self.finish(header);
        let bucket = self;
        let place = Place { bucket, header };
        place.clear();
        Some(place)
    }

    /// The place that is given away next, whose end says so now. `None` where none can be yet.
    #[cold]
    fn choose(&self, last: Header, now: u64) -> Option<(usize, Fate)> {
        let mut oldest = None;
        let mut over = None;
        for (way, (slot, end)) in self.headers.iter().zip(&self.ends).enumerate() {
            let header = slot.load(SeqCst);
            if header == 0 {
                return Some((way, Fate::Fresh));
            }
            let generation = Header(header).generation();
            let read = end.read();
            let Some(end_there) = read.of(generation) else {
                // Whoever gave it a place has not come to that, or has died over it: nobody was let in yet. Asked after the
                // end was read, for that may be a later link's.
                if slot.load(SeqCst) == header {
                    end.replace(read, generation, now.saturating_add(SPARE));
                }
                continue;
            };
            if let Some(fate) = given(end_there) {
                return Some((way, fate));
            }
            let candidate = (way, read, generation);
            if end_there.saturating_add(SPARE) < now && end_there != MOST {
                over.get_or_insert(candidate);
            }
            let age = last.generation().wrapping_sub(generation);
            if oldest.is_none_or(|(_, oldest)| age > oldest) {
                oldest = Some((candidate, age));
            }
        }
        let (candidate, end, fate) = match over {
            Some(candidate) => (candidate, GIVEN_WHEN_OVER, Fate::Reused),
            None => (oldest?.0, GIVEN_BEFORE, Fate::Displaced),
        };
        let ((way, read, generation), word) = (candidate, self.ends.get(candidate.0)?);
        // Of links that got their places meanwhile it is not known which is the oldest.
        let is_so = self.last.load(SeqCst) == last.0 && word.replace(read, generation, end);
        is_so.then_some((way, fate))
    }

    /// How many places have a link that is not over.
    pub fn taken(&self, now: u64) -> usize {
        let places = self.headers.iter().zip(&self.ends);
        places
            .filter(|(header, end)| {
                let header = Header(header.load(SeqCst));
                let end = end.read().of(header.generation());
                header.0 != 0 && end.is_some_and(|end| end >= now)
            })
            .count()
    }
}

/// What became of a change at a link's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It was made.
    Done,
    /// There is no room for it.
    Full,
    /// Another link has the place now.
    Gone,
}

impl Place<'_> {
    fn body(&self) -> Option<&Body> {
        self.bucket.bodies.get(self.header.way())
    }

    /// Whether the link still has its place.
    #[inline]
    fn is_held(&self) -> bool {
        let slot = self.bucket.headers.get(self.header.way());
        slot.is_some_and(|slot| slot.load(SeqCst) == self.header.0)
    }

    /// Changes the link's number at a word to what it is to be, again and again until nobody came between. `None` where
    /// `change` makes nothing of it. What is of another generation counts for nothing, and is asked for the place only
    /// after it was read: if the place is this link's then, it was left by an earlier one.
    #[inline]
    fn change(&self, word: &Word, change: impl Fn(Option<u64>) -> Option<u64>) -> Change {
        let generation = self.header.generation();
        loop {
            let read = word.read();
            let number = read.of(generation);
            if number.is_none() && !self.is_held() {
                return Change::Gone;
            }
            let Some(new) = change(number) else {
                return Change::Full;
            };
            if number == Some(new) || word.replace(read, generation, new) {
                return Change::Done;
            }
        }
    }

    /// Forgets what earlier links left here, so that it is not taken for something of one that comes by the same generation.
    #[cold]
    fn clear(&self) {
        let Some(body) = self.body() else { return };
        for word in core::iter::once(&body.uses).chain(&body.clients) {
            let read = word.read();
            let is_left = !read.is_empty() && read.of(self.header.generation()).is_none();
            if is_left && self.is_held() {
                word.clear(read);
            }
        }
    }

    /// Sees to it that the link is not taken for one that is over. Whether it has its place.
    #[inline]
    fn keep_until(&self, end: u64) -> bool {
        let end = end.clamp(FIRST_END, MOST);
        let generation = self.header.generation();
        let Some(word) = self.bucket.ends.get(self.header.way()) else {
            return false;
        };
        // Before anything else is done at the place: until its end is known it is anybody's.
        loop {
            let read = word.read();
            match read.of(generation) {
                Some(there) if there < FIRST_END => return false,
                Some(there) if there >= end => return true,
                None if !self.is_held() => return false,
                _ => {}
            }
            if word.replace(read, generation, end) {
                return true;
            }
        }
    }

    /// What becomes of who gets its place: `None` where it is not given away.
    fn given(&self) -> Option<Fate> {
        let word = self.bucket.ends.get(self.header.way())?;
        given(word.read().of(self.header.generation())?)
    }

    /// How often it was used.
    #[inline]
    pub(crate) fn uses(&self) -> u64 {
        let uses = self.body().map(|body| body.uses.read());
        uses.and_then(|uses| uses.of(self.header.generation()))
            .unwrap_or_default()
    }

    /// Counts a use, unless there were as many already as may be.
    #[inline]
    pub(crate) fn add_use(&self, most: u64) -> Change {
        let Some(body) = self.body() else {
            return Change::Full;
        };
        self.change(&body.uses, |uses| {
            let uses = uses.unwrap_or_default();
            (uses < most).then(|| uses.saturating_add(1))
        })
    }

    /// Looks for a client among the first so many.
    #[inline]
    pub(crate) fn find_client(&self, client: u64, most: usize) -> Seen {
        let generation = self.header.generation();
        let words = self.body().map(|body| body.clients.iter().take(most));
        for word in words.into_iter().flatten() {
            match word.read().of(generation) {
                Some(there) if there == client => return Seen::Known,
                Some(_) => {}
                None => return Seen::Room,
            }
        }
        Seen::Full
    }

    /// Puts a client behind the others, unless it is there, or there are so many already.
    #[inline]
    pub(crate) fn add_client(&self, client: u64, most: usize) -> Change {
        let words = self.body().map(|body| body.clients.iter().take(most));
        for word in words.into_iter().flatten() {
            let is_for_it = |there: Option<u64>| there.is_none_or(|there| there == client);
            match self.change(word, |there| is_for_it(there).then_some(client)) {
                Change::Full => {}
                end => return end,
            }
        }
        Change::Full
    }
}

/// What there is of a client at a link's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// It is there.
    Known,
    /// It is not, and there is room for it.
    Room,
    /// It is not, and there is no room.
    Full,
}
