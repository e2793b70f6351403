//! `secure_token_zone`, `secure_token_label` and `secure_token_metrics`.

use ngx::http::HttpModuleMainConf as _;

use super::block::{Block, Wrong, once, wrong};
use super::words::{first, text};
use crate::Module;
use crate::counters::LONGEST_NAME;
use crate::metrics::{self, Format};
use crate::nginx::{Conf, Level};

/// `secure_token_zone name:size`
pub(super) fn zone(block: &mut Block<'_>) -> Result<(), Wrong> {
    let word = first(block.words);
    let mut halves = word.splitn(2, |&byte| byte == b':');
    let (name, size) = (halves.next(), halves.next().and_then(Conf::size));
    let (Some(name), Some(size)) = (name.filter(|name| !name.is_empty()), size) else {
        return Err(wrong(
            "takes a name and a size; write for example \"tokens:1m\"",
        ));
    };
    let smallest = Conf::smallest_zone();
    if size < smallest {
        return Err(wrong(format!(
            "the zone is too small; give it {}k or more",
            smallest / 1024
        )));
    }
    if let Some(old) = block.cf.size_in_force(name)
        && old != size
    {
        block.say(
            Level::Notice,
            &format!(
                "the size of the zone \"{}\" changes from {old} to {size} bytes: its counters start anew",
                text(name)
            ),
        );
    }
    let place = block.cf.place();
    let main = Module::main_conf_mut(block.cf.as_ref()).ok_or(Wrong::Said)?;
    once(&mut main.zone_place, place)?;
    main.cycle = Some(block.cf.cycle());
    block
        .cf
        .add_zone::<Module, _>(name, size, crate::init_zone, main)?;
    Ok(())
}

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
    once(&mut block.location.metrics, format)?;
    let place = block.cf.place();
    let main = Module::main_conf_mut(block.cf.as_ref()).ok_or(Wrong::Said)?;
    main.metrics_place.get_or_insert(place);
    block.cf.answer_with(metrics::handler)?;
    Ok(())
}
