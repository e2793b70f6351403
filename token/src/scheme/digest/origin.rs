//! Where the engine has a format from: what was read, or a constant of which the compiler makes straight code.

use core::marker::PhantomData;

use super::plan::Plan;
use crate::Format;

/// Where a format is from.
pub(in super::super) trait Origin: Copy {
    /// Whether all but the fields' names is known beforehand.
    const IS_STRAIGHT: bool;

    fn format(&self) -> &Format;

    fn plan(&self) -> Plan;
}

/// A format that was read.
#[derive(Clone, Copy)]
pub(in super::super) struct Read<'f> {
    pub(in super::super) format: &'f Format,
    pub(in super::super) plan: Plan,
}

impl Origin for Read<'_> {
    const IS_STRAIGHT: bool = false;

    #[inline(always)]
    fn format(&self) -> &Format {
        self.format
    }

    #[inline(always)]
    fn plan(&self) -> Plan {
        self.plan
    }
}

/// A format that is a constant.
pub(in super::super) trait Constant {
    const FORMAT: &'static Format;
}

/// A [`Constant`].
pub(in super::super) struct Straight<C>(PhantomData<C>);

impl<C> Straight<C> {
    pub(in super::super) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<C> Clone for Straight<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Straight<C> {}

impl<C: Constant> Origin for Straight<C> {
    const IS_STRAIGHT: bool = true;

    #[inline(always)]
    fn format(&self) -> &Format {
        C::FORMAT
    }

    #[inline(always)]
    fn plan(&self) -> Plan {
        const { Plan::of(C::FORMAT) }
    }
}
