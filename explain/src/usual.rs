//! The list of the usual mistakes.

use crate::mistake::UsualMistake;
use crate::{diagnosis, readings, sealed, token_text, ways};

/// Every usual mistake that is looked for in a link, alone or two at once.
pub fn usual_mistakes() -> impl Iterator<Item = &'static UsualMistake> {
    ways::usual_mistakes()
        .chain(token_text::usual_mistakes())
        .chain(diagnosis::usual_mistakes())
        .chain(readings::usual_mistakes())
        .chain(sealed::usual_mistakes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mistake_has_a_name_of_its_own() {
        let mut ids: Vec<&str> = usual_mistakes().map(|mistake| mistake.id).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
        assert!(count > 50, "{count}");
    }
}
