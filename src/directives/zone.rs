//! Directives that set shared memory aside: `secure_token_zone`, `secure_token_playback_zone` and `secure_token_links`.

use ngx::http::HttpModuleMainConf as _;

use super::block::{Block, Wrong, once, wrong};
use super::words::{first, text};
use crate::Module;
use crate::config::Main;
use crate::nginx::{Conf, Level, Place, ZoneInit};

/// What is told of a zone, and who takes it.
struct Purpose {
    place: fn(&mut Main) -> &mut Option<Place>,
    init: ZoneInit,
    example: &'static str,
    /// What becomes of the memory at another size, and how loud that is told.
    loss: &'static str,
    level: Level,
}

/// `secure_token_zone name:size`
pub(super) fn counters(block: &mut Block<'_>) -> Result<(), Wrong> {
    let purpose = Purpose {
        place: |main| &mut main.zone_place,
        init: crate::init_zone,
        example: "tokens:1m",
        loss: "its counters start anew",
        level: Level::Notice,
    };
    add(block, &purpose)
}

/// `secure_token_playback_zone name:size`
pub(super) fn viewers(block: &mut Block<'_>) -> Result<(), Wrong> {
    let purpose = Purpose {
        place: |main| &mut main.playback_zone_place,
        init: crate::init_playback_zone,
        example: "viewers:1m",
        loss: "it remembers nobody from before",
        level: Level::Notice,
    };
    add(block, &purpose)
}

/// `secure_token_links name:size`
pub(super) fn links(block: &mut Block<'_>) -> Result<(), Wrong> {
    let purpose = Purpose {
        place: |main| &mut main.links_place,
        init: crate::init_links_zone,
        example: "links:10m",
        loss: "links that were used may be used anew, and what was revoked with \"secure_token_revoke\" is not any more",
        // Where nothing else is logged, too: what was ended opens.
        level: Level::Error,
    };
    add(block, &purpose)
}

fn add(block: &mut Block<'_>, purpose: &Purpose) -> Result<(), Wrong> {
    let word = first(block.words);
    let mut halves = word.splitn(2, |&byte| byte == b':');
    let (name, size) = (halves.next(), halves.next().and_then(Conf::size));
    let (Some(name), Some(size)) = (name.filter(|name| !name.is_empty()), size) else {
        return Err(wrong(format!(
            "takes a name and a size in \"k\" or \"m\"; write for example \"{}\"",
            purpose.example
        )));
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
            purpose.level,
            &format!(
                "the size of the zone \"{}\" changes from {old} to {size} bytes: {}",
                text(name),
                purpose.loss
            ),
        );
    }
    let place = block.cf.place();
    let main = Module::main_conf_mut(block.cf.as_ref()).ok_or(Wrong::Said)?;
    once((purpose.place)(main), place)?;
    // NGINX would hand both the same memory.
    if !main.zone_names.insert(name.into()) {
        return Err(wrong(format!(
            "another zone has this name; write another one, for example \"{}\"",
            purpose.example
        )));
    }
    main.cycle = Some(block.cf.cycle());
    block
        .cf
        .add_zone::<Module, _>(name, size, purpose.init, main)?;
    Ok(())
}
