//! What became of a request so far.

use ngx::http::Request;

use crate::Module;
use crate::nginx;

/// What became of a request so far. NGINX comes to the access phase again for the same request: with a
/// directory's index, with an error page.
#[derive(Clone, Copy, Default)]
pub(crate) struct History {
    passed: bool,
    /// Refused but for the dry run, so often.
    spared: u8,
    refused: u8,
}

impl History {
    /// Notes that the request passes. Returns what was before.
    pub(crate) fn note_pass(r: &mut Request) -> Self {
        Self::update(r, |history| history.passed = true)
    }

    /// Notes that the request is refused, or spared by the dry run. Returns what was before.
    pub(crate) fn note_refusal(r: &mut Request, dry_run: bool) -> Self {
        Self::update(r, |history| {
            let counter = if dry_run {
                &mut history.spared
            } else {
                &mut history.refused
            };
            *counter = counter.saturating_add(1);
        })
    }

    /// A request counts once, however often it is decided about; what let it pass last may yet refuse it.
    pub(crate) fn is_pass_news(self) -> bool {
        !self.passed && self.spared == 0 && self.refused == 0
    }

    /// Whether nobody was told of a refusal of this kind yet.
    pub(crate) fn is_refusal_news(self, dry_run: bool) -> bool {
        self.refused == 0 && (self.spared == 0 || !dry_run)
    }

    /// Refused before, so what is refused now is an error page inside the protected place. Under `satisfy
    /// any` another check may have let the request in then, for its index, say.
    pub(crate) fn is_at_refused_error_page(self, satisfy_any: bool) -> bool {
        self.refused > u8::from(satisfy_any)
    }

    fn update(r: &mut Request, change: impl FnOnce(&mut Self)) -> Self {
        // Where memory ran out nothing is remembered, and at worst there is a line more in the log.
        let Some(notes) = nginx::note::<Module>(r) else {
            return Self::default();
        };
        let history = &mut notes.history;
        let before = *history;
        change(history);
        before
    }
}
