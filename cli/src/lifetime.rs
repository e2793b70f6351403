//! Lengths of time from now on.

use explain::time;

/// A length of time, and whether it was written without a unit.
#[derive(Clone, Copy)]
pub(crate) struct Lifetime {
    pub(crate) seconds: u64,
    pub(crate) is_bare: bool,
}

impl Lifetime {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        Ok(Self {
            seconds: time::duration(text)?,
            is_bare: text.bytes().all(|byte| byte.is_ascii_digit()),
        })
    }
}
