//! Ways to take a part of what is signed: the right one, and those with a mistake.

use zeroize::Zeroizing;

use crate::mistake::{Mistake, UsualMistake};

/// Bytes that may be a secret.
pub(crate) type Bytes = Zeroizing<Vec<u8>>;

/// One way to take a part.
pub(crate) struct Way<T> {
    pub(crate) value: T,
    /// What was done wrongly; `None` for the right way.
    pub(crate) mistake: Option<Mistake>,
}

impl<T> Way<T> {
    pub(crate) const fn right(value: T) -> Self {
        Self {
            value,
            mistake: None,
        }
    }

    pub(crate) fn wrong(value: impl Into<T>, mistake: Mistake) -> Self {
        Self {
            value: value.into(),
            mistake: Some(mistake),
        }
    }

    /// How many mistakes it is.
    pub(crate) const fn cost(&self) -> usize {
        if self.mistake.is_some() { 1 } else { 0 }
    }
}

/// A usual mistake, and what comes out where it is made.
pub(crate) struct UsualWay<M> {
    pub(crate) mistake: UsualMistake,
    pub(crate) make: M,
}
