//! The directives: which there are, where they may stand, and what each does with its words.

use std::ffi::{CStr, c_char, c_void};
use std::ptr;

use nginx_sys::{
    NGX_CONF_1MORE, NGX_CONF_NOARGS, NGX_CONF_TAKE1, NGX_CONF_TAKE12, NGX_HTTP_LOC_CONF,
    NGX_HTTP_LOC_CONF_OFFSET, NGX_HTTP_MAIN_CONF, NGX_HTTP_SRV_CONF, ngx_command_t, ngx_conf_t,
    ngx_str_t,
};
use ngx::core::{NGX_CONF_ERROR, NGX_CONF_OK};

use crate::Module;
use crate::config::Location;
use crate::guard::{Panicked, guarded};
use crate::nginx::{Conf, Level};

use block::{Block, Wrong};
use words::{flag, level, lifetime, seconds, status};

mod block;
mod cookie;
mod counting;
mod format;
mod grace;
mod limits;
mod playlist;
mod request;
mod revoked;
mod scheme;
mod secret;
mod words;
mod zone;

/// A directive: its name, how many words it takes, and what it does with them.
struct Directive {
    name: &'static CStr,
    words: u32,
    /// In which blocks it may stand.
    blocks: u32,
    set: fn(&mut Block<'_>) -> Result<(), Wrong>,
    /// Whether it means nothing where no `secure_token` is in force.
    needs_scheme: bool,
}

const ANYWHERE: u32 = NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF;

static DIRECTIVES: [Directive; 35] = [
    Directive {
        name: c"secure_token",
        words: NGX_CONF_1MORE,
        blocks: ANYWHERE,
        set: scheme::choose,
        needs_scheme: false,
    },
    Directive {
        name: c"secure_token_secret",
        words: NGX_CONF_1MORE,
        blocks: ANYWHERE,
        set: secret::from_words,
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_secret_file",
        words: NGX_CONF_1MORE,
        blocks: ANYWHERE,
        set: secret::from_file,
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_uri",
        words: NGX_CONF_TAKE1,
        blocks: ANYWHERE,
        set: request::uri,
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_client_ip",
        words: NGX_CONF_TAKE1,
        blocks: ANYWHERE,
        set: request::client_ip,
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_source",
        words: NGX_CONF_1MORE,
        blocks: ANYWHERE,
        set: request::source,
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_param",
        words: NGX_CONF_TAKE12,
        blocks: ANYWHERE,
        set: request::param,
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_format",
        words: NGX_CONF_1MORE,
        blocks: NGX_HTTP_MAIN_CONF,
        set: format::define,
        needs_scheme: false,
    },
    Directive {
        name: c"secure_token_link",
        words: NGX_CONF_TAKE1,
        blocks: ANYWHERE,
        set: format::link,
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_digest",
        words: NGX_CONF_TAKE1,
        blocks: ANYWHERE,
        set: format::digest,
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_denied_status",
        words: NGX_CONF_TAKE1,
        blocks: ANYWHERE,
        set: |block| block.once(|written| &mut written.denied_status, status(block.words)?),
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_expired_status",
        words: NGX_CONF_TAKE1,
        blocks: ANYWHERE,
        set: |block| block.once(|written| &mut written.expired_status, status(block.words)?),
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_ignore_case",
        words: NGX_CONF_TAKE1,
        blocks: ANYWHERE,
        set: |block| block.once(|written| &mut written.ignore_case, flag(block.words)?),
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_country",
        words: NGX_CONF_TAKE1,
        blocks: ANYWHERE,
        set: request::country,
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_clock_skew",
        words: NGX_CONF_TAKE1,
        blocks: ANYWHERE,
        set: |block| block.once(|written| &mut written.clock_skew, seconds(block.words)?),
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_max_lifetime",
        words: NGX_CONF_TAKE1,
        blocks: ANYWHERE,
        set: |block| block.once(|written| &mut written.max_lifetime, lifetime(block.words)?),
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_ttl",
        words: NGX_CONF_TAKE1,
        blocks: ANYWHERE,
        set: |block| block.once(|written| &mut written.ttl, lifetime(block.words)?),
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_strip",
        words: NGX_CONF_TAKE1,
        blocks: ANYWHERE,
        set: |block| block.once(|written| &mut written.strip, flag(block.words)?),
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_playlist",
        words: NGX_CONF_TAKE12,
        blocks: ANYWHERE,
        set: playlist::choose,
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_playlist_types",
        words: NGX_CONF_1MORE,
        blocks: ANYWHERE,
        set: playlist::types,
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_playlist_max",
        words: NGX_CONF_TAKE1,
        blocks: ANYWHERE,
        set: playlist::max,
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_cookie",
        words: NGX_CONF_1MORE,
        blocks: ANYWHERE,
        set: cookie::choose,
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_playback_grace",
        words: NGX_CONF_TAKE1,
        blocks: ANYWHERE,
        set: grace::choose,
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_playback_zone",
        words: NGX_CONF_TAKE1,
        blocks: NGX_HTTP_MAIN_CONF,
        set: zone::viewers,
        needs_scheme: false,
    },
    Directive {
        name: c"secure_token_links",
        words: NGX_CONF_TAKE1,
        blocks: NGX_HTTP_MAIN_CONF,
        set: zone::links,
        needs_scheme: false,
    },
    Directive {
        name: c"secure_token_max_clients",
        words: NGX_CONF_1MORE,
        blocks: ANYWHERE,
        set: limits::clients,
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_max_uses",
        words: NGX_CONF_TAKE12,
        blocks: ANYWHERE,
        set: limits::uses,
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_revoked_file",
        words: NGX_CONF_1MORE,
        blocks: ANYWHERE,
        set: revoked::files,
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_revoke",
        words: NGX_CONF_NOARGS,
        blocks: NGX_HTTP_LOC_CONF,
        set: revoked::revoke,
        needs_scheme: false,
    },
    Directive {
        name: c"secure_token_preflight",
        words: NGX_CONF_TAKE1,
        blocks: ANYWHERE,
        set: |block| block.once(|written| &mut written.preflight, flag(block.words)?),
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_dry_run",
        words: NGX_CONF_TAKE1,
        blocks: ANYWHERE,
        set: |block| block.once(|written| &mut written.dry_run, flag(block.words)?),
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_log_level",
        words: NGX_CONF_TAKE1,
        blocks: ANYWHERE,
        set: |block| block.once(|written| &mut written.log_level, level(block.words)?),
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_zone",
        words: NGX_CONF_TAKE1,
        blocks: NGX_HTTP_MAIN_CONF,
        set: zone::counters,
        needs_scheme: false,
    },
    Directive {
        name: c"secure_token_label",
        words: NGX_CONF_TAKE1,
        blocks: ANYWHERE,
        set: counting::label,
        needs_scheme: true,
    },
    Directive {
        name: c"secure_token_metrics",
        words: NGX_CONF_NOARGS | NGX_CONF_TAKE1,
        blocks: NGX_HTTP_LOC_CONF,
        set: counting::metrics,
        needs_scheme: false,
    },
];

/// The table that NGINX reads, closed by an empty entry.
#[allow(
    clippy::indexing_slicing,
    reason = "worked out by the compiler, which would say so"
)]
static mut COMMANDS: [ngx_command_t; DIRECTIVES.len() + 1] = {
    let mut commands = [const { ngx_command_t::empty() }; DIRECTIVES.len() + 1];
    let mut index = 0;
    while index < DIRECTIVES.len() {
        let directive = &DIRECTIVES[index];
        commands[index] = ngx_command_t {
            name: ngx_str_t {
                len: directive.name.count_bytes(),
                data: directive.name.as_ptr().cast_mut().cast(),
            },
            type_: (directive.blocks | directive.words) as usize,
            set: Some(set),
            conf: NGX_HTTP_LOC_CONF_OFFSET,
            offset: 0,
            post: ptr::from_ref(directive).cast_mut().cast(),
        };
        index += 1;
    }
    commands
};

/// The table that NGINX reads.
pub(crate) const fn commands() -> *mut ngx_command_t {
    (&raw mut COMMANDS).cast()
}

/// What is wrong where another module has a directive of the same name: NGINX asks the modules in the order
/// in which they were loaded, and the first one that knows the name gets it. The location would look
/// protected, and be so by nobody or by other rules.
pub(crate) fn claimed_by_another(cf: &Conf) -> Option<String> {
    let mut others = cf.modules().filter(|module| !module.is::<Module>());
    others.find_map(|module| {
        let mut directives = DIRECTIVES.iter();
        let directive = directives.find(|directive| module.has_directive(directive.name))?;
        Some(format!(
            "the module \"{}\" has the directive \"{}\" too, and NGINX would hand it to whichever of the two \
             was loaded first; load one of them only",
            module.name().to_string_lossy(),
            directive.name.to_string_lossy(),
        ))
    })
}

/// NGINX's way into every directive.
unsafe extern "C" fn set(
    cf: *mut ngx_conf_t,
    command: *mut ngx_command_t,
    location: *mut c_void,
) -> *mut c_char {
    // SAFETY: NGINX calls with the configuration being read, which nobody else uses meanwhile.
    let cf = unsafe { Conf::from_ptr(cf) };
    // SAFETY: NGINX calls with what `create_loc_conf` made for the block that the directive stands in.
    let location = unsafe { &mut *location.cast::<Location>() };
    // SAFETY: NGINX calls with the entry of `COMMANDS` that has this function.
    let post = unsafe { (*command).post };
    // SAFETY: `COMMANDS` has an entry of `DIRECTIVES` as `post` wherever it has this function.
    let directive = unsafe { &*post.cast::<Directive>() };

    let words = cf.words();
    let words: Vec<&[u8]> = words.iter().map(|word| word.as_slice()).collect();
    let mut block = Block {
        cf,
        location,
        name: directive.name.to_str().unwrap_or_default(),
        words: &words,
    };
    let outcome = guarded(|| (directive.set)(&mut block));
    block.cf.wipe_words();
    let message = match outcome {
        Ok(Ok(())) => {
            if directive.needs_scheme {
                let place = block.cf.place();
                block
                    .location
                    .first_setting
                    .get_or_insert((block.name, place));
            }
            return NGX_CONF_OK;
        }
        Ok(Err(Wrong::Said)) => return NGX_CONF_ERROR,
        Ok(Err(Wrong::Because(message))) => message,
        Err(Panicked) => "internal error".to_owned(),
    };
    block.say(Level::Emergency, &message);
    NGX_CONF_ERROR
}
