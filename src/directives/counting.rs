//! `secure_token_label` and `secure_token_metrics`.

use ngx::http::HttpModuleMainConf as _;

use super::block::{Block, Wrong, once, wrong};
use super::words::first;
use crate::Module;
use crate::config::Setting;
use crate::counters::LONGEST_NAME;
use crate::metrics::{self, Format};

/// `secure_token_label value`
pub(super) fn label(block: &mut Block<'_>) -> Result<(), Wrong> {
    let word = first(block.words);
    if word.contains(&b'$') {
        return Err(wrong(
            "has a \"$\", and labels have no variables, for there must not be more of them than counters \
             have room for; write a label of its own into each server or location",
        ));
    }
    let is_plain = |label: &&str| label.len() <= LONGEST_NAME && !label.contains(char::is_control);
    let Some(label) = str::from_utf8(word).ok().filter(is_plain) else {
        return Err(wrong(format!(
            "a label is text of at most {LONGEST_NAME} bytes, in UTF-8 and without control characters; \
             write a shorter or plainer one"
        )));
    };
    block.once(|written| &mut written.label, label.into())
}

/// `secure_token_metrics [prometheus | json]`
pub(super) fn metrics(block: &mut Block<'_>) -> Result<(), Wrong> {
    let format = match block.words {
        [] => Format::Prometheus,
        [word, ..] => {
            Format::by_name(word).ok_or_else(|| wrong("must be \"prometheus\" or \"json\""))?
        }
    };
    let place = block.cf.place();
    let setting = Setting {
        value: format,
        place,
    };
    once(&mut block.location.metrics, setting)?;
    let main = Module::main_conf_mut(block.cf.as_ref()).ok_or(Wrong::Said)?;
    main.metrics_place.get_or_insert(place);
    block.answer_with(metrics::HANDLER)
}
