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
    /// For how many mistakes it counts: with the more, the fewer others it is looked for.
    pub(crate) cost: usize,
}

impl<T> Way<T> {
    pub(crate) const fn right(value: T) -> Self {
        Self {
            value,
            mistake: None,
            cost: 0,
        }
    }

    pub(crate) fn wrong(value: impl Into<T>, mistake: Mistake) -> Self {
        Self {
            value: value.into(),
            mistake: Some(mistake),
            cost: 1,
        }
    }

    pub(crate) fn costing(self, cost: usize) -> Self {
        Self { cost, ..self }
    }
}

/// A usual mistake, and what comes out where it is made.
pub(crate) struct UsualWay<M> {
    pub(crate) mistake: UsualMistake,
    pub(crate) make: M,
}
