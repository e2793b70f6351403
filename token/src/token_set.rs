//! A set of tokens that a server is not to open: to ask for one costs the same however many there are.

use alloc::vec;
use alloc::vec::Vec;

use crate::TokenId;

/// A place that is free. One token in 2¹²⁸ is known by it, and has a place of its own.
const FREE: u128 = 0;

/// Tokens by what they are known by. Made once, and asked often.
#[derive(Clone, Debug)]
pub struct TokenSet {
    /// A fourth of them at least is free, so that a search ends soon.
    places: Vec<u128>,
    has_free: bool,
    seed: u64,
    length: usize,
}

impl TokenSet {
    /// For so many tokens at most. `seed`: at random, so that nobody can make many tokens for the same place.
    pub fn for_tokens(most: usize, seed: u64) -> Self {
        let spare = most.div_ceil(3);
        Self {
            places: vec![FREE; most.saturating_add(spare).saturating_add(1)],
            has_free: false,
            seed,
            length: 0,
        }
    }

    /// Adds a token. Whether it is new; one for which there is no room is not added.
    pub fn insert(&mut self, id: &TokenId) -> bool {
        let id = u128::from_ne_bytes(*id.as_bytes());
        if id == FREE {
            return !core::mem::replace(&mut self.has_free, true);
        }
        // The last one has to stay free.
        if self.length.saturating_add(1) >= self.places.len() {
            return false;
        }
        let start = self.start(id);
        let (front, behind) = self.places.split_at_mut_checked(start).unwrap_or_default();
        for place in behind.iter_mut().chain(front) {
            if *place == id {
                return false;
            }
            if *place == FREE {
                *place = id;
                self.length = self.length.saturating_add(1);
                return true;
            }
        }
        false
    }

    /// Whether it has a token.
    #[inline]
    pub fn contains(&self, id: &TokenId) -> bool {
        let id = u128::from_ne_bytes(*id.as_bytes());
        if id == FREE {
            return self.has_free;
        }
        let start = self.start(id);
        let (front, behind) = self.places.split_at_checked(start).unwrap_or_default();
        for place in behind.iter().chain(front) {
            if *place == id {
                return true;
            }
            if *place == FREE {
                return false;
            }
        }
        false
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.length.saturating_add(self.has_free as usize)
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where a search begins. Ids are digests, so all that is left to do is to keep others from choosing the place.
    #[inline]
    fn start(&self, id: u128) -> usize {
        const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
        let (low, high) = (id as u64, (id >> 64) as u64);
        let product = u128::from(low ^ self.seed)
            .wrapping_mul(u128::from(high ^ self.seed.rotate_left(32) ^ ODD));
        let mixed = (product as u64) ^ ((product >> 64) as u64);
        let product = u128::from(mixed).wrapping_mul(self.places.len() as u128);
        (product >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> TokenId {
        TokenId(number.to_ne_bytes())
    }

    /// Spreads numbers as digests are.
    fn spread(number: u64) -> u128 {
        let number = u128::from(number).wrapping_add(1);
        number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
    }

    #[test]
    fn what_was_added_is_there_and_nothing_else() {
        for count in [0, 1, 2, 3, 7, 100, 10_000] {
            for make in [spread as fn(u64) -> u128, u128::from] {
                let mut set = TokenSet::for_tokens(count as usize, 7);
                assert!(set.is_empty());
                assert!((0..count).all(|number| set.insert(&id(make(number)))));
                assert!(!(0..count).any(|number| set.insert(&id(make(number)))));
                assert_eq!(set.len(), count as usize);
                assert!((0..count).all(|number| set.contains(&id(make(number)))));
                assert!(!(count..count + 1000).any(|number| set.contains(&id(make(number)))));
            }
        }
    }

    #[test]
    fn there_is_an_end_to_every_search() {
        let mut set = TokenSet::for_tokens(4, 7);
        let added = (0..100).filter(|number| set.insert(&id(spread(*number))));
        let added = added.count();
        assert!((4..100).contains(&added));
        assert_eq!(set.len(), added);
        assert!(!set.contains(&id(spread(1000))));
        assert!(!TokenSet::for_tokens(0, 7).contains(&id(1)));
    }

    #[test]
    fn the_token_that_looks_like_a_free_place_has_its_own() {
        let mut set = TokenSet::for_tokens(1, 7);
        assert!(!set.contains(&id(0)));
        assert!(set.insert(&id(0)));
        assert!(!set.insert(&id(0)));
        assert!(set.contains(&id(0)));
        assert_eq!(set.len(), 1);
        assert!(!set.contains(&id(1)));
    }
}
