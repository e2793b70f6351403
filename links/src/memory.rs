//! What may be asked of the links that are remembered.

use crate::bucket::{Bucket, CLIENTS, Change, Fate, Find, Seen};
use crate::{Network, Trace};

/// The links that are remembered.
#[derive(Clone, Copy)]
pub struct Links<'m> {
    /// What is remembered of them.
    pub buckets: &'m [Bucket],
}

/// A request that wants to use a link.
#[derive(Clone, Copy)]
pub struct Use {
    /// The link.
    pub link: Trace,
    /// When it is over, in Unix seconds.
    pub end: u64,
    /// In Unix seconds.
    pub now: u64,
}

/// What is asked of a request.
#[derive(Clone, Copy, Default)]
pub struct Limits {
    /// The client's network, and how many of them may use the link.
    pub clients: Option<(Network, usize)>,
    /// How often the link may be used.
    pub uses: Option<u64>,
}

/// Why a link does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// As many clients use it as may.
    Shared,
    /// It was used as often as may be.
    Used,
}

/// A link opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// How many places of other links that were not over had to be given to it.
    pub forgotten: u32,
}

impl Links<'_> {
    /// Counts a request that wants to use a link, unless that is against the limits.
    ///
    /// # Errors
    /// Why the link does not open. Nothing was counted then, but for a client whose last use another request was given.
    #[inline]
    pub fn open(&self, wanted: Use, limits: Limits) -> Result<Opened, Refusal> {
        let mut opened = Opened::default();
        if let Some((network, most)) = limits.clients {
            if limits
                .uses
                .is_some_and(|uses| self.is_used(wanted.link, uses))
            {
                return Err(Refusal::Used);
            }
            self.add_client(wanted, network, most, &mut opened)?;
        }
        if let Some(most) = limits.uses {
            let done = self.change(wanted, wanted.link, &mut opened, |place| {
                place.add_use(most)
            });
            if done == Change::Full {
                return Err(Refusal::Used);
            }
        }
        Ok(opened)
    }

    /// What [`open`](Self::open) would say, and counts nothing.
    ///
    /// # Errors
    /// Why the link would not open.
    pub fn peek(&self, link: Trace, limits: Limits) -> Result<(), Refusal> {
        if limits.uses.is_some_and(|uses| self.is_used(link, uses)) {
            return Err(Refusal::Used);
        }
        match limits.clients {
            Some((network, most)) if !self.may_come(link, network, most) => Err(Refusal::Shared),
            _ => Ok(()),
        }
    }

    fn is_used(&self, link: Trace, most: u64) -> bool {
        let place = self.bucket(link).and_then(|bucket| bucket.find(link));
        place.is_some_and(|place| place.uses() >= most)
    }

    fn may_come(&self, link: Trace, network: Network, most: usize) -> bool {
        let client = link.client(network);
        for (block, room) in blocks(link, most) {
            let place = self.bucket(block).and_then(|bucket| bucket.find(block));
            match place.map(|place| place.find_client(client, room)) {
                None | Some(Seen::Known | Seen::Room) => return true,
                Some(Seen::Full) => {}
            }
        }
        false
    }

    #[inline]
    fn add_client(
        &self,
        wanted: Use,
        network: Network,
        most: usize,
        opened: &mut Opened,
    ) -> Result<(), Refusal> {
        let client = wanted.link.client(network);
        for (block, room) in blocks(wanted.link, most) {
            let done = self.change(wanted, block, opened, |place| {
                place.add_client(client, room)
            });
            if done == Change::Done {
                return Ok(());
            }
        }
        Err(Refusal::Shared)
    }

    /// Changes something at a link's place, wherever that is.
    #[inline]
    fn change(
        &self,
        wanted: Use,
        block: Trace,
        opened: &mut Opened,
        change: impl Fn(&crate::bucket::Place<'_>) -> Change,
    ) -> Change {
        let Some(bucket) = self.bucket(block) else {
            return Change::Done;
        };
        let find = Find {
            end: wanted.end,
            now: wanted.now,
        };
        loop {
            let (place, fate) = bucket.find_or_place(block, find);
            if fate == Fate::Displaced {
                opened.forgotten = opened.forgotten.saturating_add(1);
            }
            match change(&place) {
                Change::Gone => {}
                done => return done,
            }
        }
    }

    #[inline]
    fn bucket(&self, link: Trace) -> Option<&Bucket> {
        self.buckets.get(link.position(self.buckets.len()))
    }
}

/// The places of a link with so many clients, and how many of them have room at each.
fn blocks(link: Trace, most: usize) -> impl Iterator<Item = (Trace, usize)> {
    (0..).map_while(move |number: usize| {
        let room = most.checked_sub(number.checked_mul(CLIENTS)?)?;
        (room > 0).then_some((link.block(number as u64), room))
    })
}
