//! `secure_token_playback_grace`.

use super::block::{Block, Wrong};
use super::words::lifetime;

/// `secure_token_playback_grace off | time`
pub(super) fn choose(block: &mut Block<'_>) -> Result<(), Wrong> {
    let seconds = match block.words {
        [b"off"] => None,
        words => Some(lifetime(words)?),
    };
    block.once(|written| &mut written.playback_grace, seconds)
}
