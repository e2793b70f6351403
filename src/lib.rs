//! NGINX module that opens a location only to signed, time-limited links.
//!
//! This file is the module as NGINX sees it: its descriptor and the callbacks that read a
//! configuration.

use std::ffi::{c_char, c_void};
use std::ptr;

use nginx_sys::{
    NGX_HTTP_MODULE, NGX_OK, ngx_conf_t, ngx_cycle_t, ngx_http_module_t, ngx_int_t, ngx_module_t,
    ngx_shm_zone_t,
};
use ngx::core::{NGX_CONF_ERROR, NGX_CONF_OK, Status};
use ngx::http::{HttpModule, HttpModuleLocationConf, HttpModuleMainConf, Request};

use crate::config::{Location, Main};
use crate::cookie::SetCookie;
use crate::decision::Kept;
use crate::gate::Gate;
use crate::guard::{Panicked, guarded};
use crate::history::History;
use crate::nginx::{Conf, Failed, InPool, Level, RequestMemory, Zone};
use crate::playlist::Rewriting;
use crate::sharing::Counted;

mod abi;
mod access;
mod config;
mod cookie;
mod counters;
mod decision;
mod directives;
#[cfg(not(feature = "linked-by-nginx"))]
mod export;
mod gate;
mod grace;
mod guard;
mod history;
mod metrics;
mod nginx;
mod path;
mod playlist;
mod privacy;
mod query;
mod request;
mod revocation;
mod revoke;
mod sharing;
mod variables;

/// The module among NGINX's others.
struct Module;

static CONTEXT: ngx_http_module_t = ngx_http_module_t {
    preconfiguration: Some(preconfiguration),
    postconfiguration: Some(postconfiguration),
    create_main_conf: Some(create_main_conf),
    init_main_conf: None,
    create_srv_conf: None,
    merge_srv_conf: None,
    create_loc_conf: Some(create_loc_conf),
    merge_loc_conf: Some(merge_loc_conf),
};

/// What `load_module` looks for.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static mut ngx_http_secure_token_module: ngx_module_t = ngx_module_t {
    ctx: ptr::from_ref(&CONTEXT).cast_mut().cast(),
    commands: directives::commands(),
    type_: NGX_HTTP_MODULE as _,
    init_module: Some(init_module),
    ..ngx_module_t::default()
};

/// Of a module that has no configuration of its own.
const NO_CONTEXT: ngx_http_module_t = ngx_http_module_t {
    preconfiguration: None,
    postconfiguration: None,
    create_main_conf: None,
    init_main_conf: None,
    create_srv_conf: None,
    merge_srv_conf: None,
    create_loc_conf: None,
    merge_loc_conf: None,
};

static FILTER_CONTEXT: ngx_http_module_t = ngx_http_module_t {
    postconfiguration: Some(add_filters),
    ..NO_CONTEXT
};

static PRIVACY_CONTEXT: ngx_http_module_t = ngx_http_module_t {
    postconfiguration: Some(add_privacy_filter),
    ..NO_CONTEXT
};

/// What rewrites playlists and sets cookies. A module of its own: NGINX calls filters in the order of their modules, and
/// this one has to stand where the answer's text is in memory and not yet compressed, while the checks of access go by
/// another order.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static mut ngx_http_secure_token_playlist_filter_module: ngx_module_t = ngx_module_t {
    ctx: ptr::from_ref(&FILTER_CONTEXT).cast_mut().cast(),
    type_: NGX_HTTP_MODULE as _,
    ..ngx_module_t::default()
};

/// What says that answers are for one client. It has to come after whatever else says how long they may be kept.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static mut ngx_http_secure_token_privacy_filter_module: ngx_module_t = ngx_module_t {
    ctx: ptr::from_ref(&PRIVACY_CONTEXT).cast_mut().cast(),
    type_: NGX_HTTP_MODULE as _,
    ..ngx_module_t::default()
};

// SAFETY: `create_main_conf` gives NGINX a `Main` for this module, and nothing else does.
unsafe impl HttpModuleMainConf for Module {
    type MainConf = Main;
}

// SAFETY: `create_loc_conf` gives NGINX a `Location` for this module and every block, and nothing else does.
unsafe impl HttpModuleLocationConf for Module {
    type LocationConf = Location;
}

// SAFETY: only `nginx::keep` and `nginx::keep_for_good` put anything into this module's context, and both put a `Kept`.
unsafe impl RequestMemory for Module {
    type Kept = Kept;
    type Note = Notes;
}

/// What stays with a request wherever it is sent.
#[derive(Default)]
struct Notes {
    history: History,
    /// Its answer is a playlist that is being rewritten.
    rewriting: Option<InPool<Rewriting>>,
    /// Its answer sets a cookie.
    cookie: Option<SetCookie>,
    /// What it was counted for: two links, for on its way it may come to a dry run, or to another token.
    counted: [Option<Counted>; 2],
    /// Its answer is for nobody else.
    is_private: bool,
}

impl HttpModule for Module {
    fn module() -> &'static ngx_module_t {
        let module = &raw const ngx_http_secure_token_module;
        // SAFETY: NGINX writes to the static only while it loads the module, before it calls anything of it.
        unsafe { &*module }
    }
}

impl Module {
    /// What is in force where a request is; `None` where that is open.
    #[inline]
    fn gate(r: &Request) -> Option<&'static Gate> {
        Self::location_conf(r)?.gate.as_deref()
    }
}

/// The status of a step of reading a configuration. An error ends the reading.
fn step(callback: impl FnOnce() -> Result<(), Failed>) -> ngx_int_t {
    match guarded(callback) {
        Ok(Ok(())) => Status::NGX_OK.into(),
        Ok(Err(Failed)) | Err(Panicked) => Status::NGX_ERROR.into(),
    }
}

unsafe extern "C" fn preconfiguration(cf: *mut ngx_conf_t) -> ngx_int_t {
    // SAFETY: NGINX calls with the configuration being read, which nobody else uses meanwhile.
    let cf = unsafe { Conf::from_ptr(cf) };
    step(|| {
        if let Some(message) = directives::claimed_by_another(cf) {
            cf.log(Level::Emergency, &message);
            return Err(Failed);
        }
        variables::add(cf)
    })
}

unsafe extern "C" fn postconfiguration(cf: *mut ngx_conf_t) -> ngx_int_t {
    // SAFETY: NGINX calls with the configuration being read, which nobody else uses meanwhile.
    let cf = unsafe { Conf::from_ptr(cf) };
    step(|| {
        let main = Module::main_conf_mut(cf.as_ref()).ok_or(Failed)?;
        match main.finish(cf) {
            Ok(warnings) => {
                for warning in warnings {
                    cf.log_at(warning.level, warning.place, &warning.message);
                }
            }
            Err(complaint) => {
                cf.log_at(complaint.level, complaint.place, &complaint.message);
                return Err(Failed);
            }
        }
        cf.add_access_handler(access::handler)
    })
}

unsafe extern "C" fn add_filters(cf: *mut ngx_conf_t) -> ngx_int_t {
    // SAFETY: NGINX calls with the configuration being read, which nobody else uses meanwhile.
    let cf = unsafe { Conf::from_ptr(cf) };
    step(|| {
        let main = Module::main_conf_mut(cf.as_ref()).ok_or(Failed)?;
        // Elsewhere no answer is to pay for it.
        if main.rewrites_playlists {
            cf.add_filters(playlist::header, playlist::body);
        }
        if main.sets_cookies {
            cf.add_cookie_filter(cookie::header);
        }
        Ok(())
    })
}

unsafe extern "C" fn add_privacy_filter(cf: *mut ngx_conf_t) -> ngx_int_t {
    // SAFETY: NGINX calls with the configuration being read, which nobody else uses meanwhile.
    let cf = unsafe { Conf::from_ptr(cf) };
    step(|| {
        let main = Module::main_conf_mut(cf.as_ref()).ok_or(Failed)?;
        if main.rewrites_playlists || main.sets_cookies {
            cf.add_privacy_filter(privacy::header);
        }
        Ok(())
    })
}

unsafe extern "C" fn init_zone(zone: *mut ngx_shm_zone_t, _: *mut c_void) -> ngx_int_t {
    // SAFETY: NGINX calls with a zone to which `secure_token_zone` gave the configuration's `Main`.
    let main = unsafe { nginx::owner_of::<Main>(zone) };
    let Some(cycle) = main.cycle else {
        return Status::NGX_ERROR.into();
    };
    // SAFETY: NGINX calls once the zone's memory is there, and `Main` keeps it no longer than to `init_module`.
    let Some(zone) = (unsafe { Zone::from_ptr(zone, cycle) }) else {
        return Status::NGX_ERROR.into();
    };
    step(|| main.take(zone))
}

unsafe extern "C" fn init_playback_zone(zone: *mut ngx_shm_zone_t, _: *mut c_void) -> ngx_int_t {
    // SAFETY: NGINX calls with a zone to which `secure_token_playback_zone` gave the configuration's `Main`.
    let main = unsafe { nginx::owner_of::<Main>(zone) };
    let Some(cycle) = main.cycle else {
        return Status::NGX_ERROR.into();
    };
    // SAFETY: NGINX calls once the zone's memory is there, and nobody keeps the `Zone`.
    let Some(zone) = (unsafe { Zone::from_ptr(zone, cycle) }) else {
        return Status::NGX_ERROR.into();
    };
    step(|| main.viewers.settle(&zone))
}

unsafe extern "C" fn init_links_zone(zone: *mut ngx_shm_zone_t, _: *mut c_void) -> ngx_int_t {
    // SAFETY: NGINX calls with a zone to which `secure_token_links` gave the configuration's `Main`.
    let main = unsafe { nginx::owner_of::<Main>(zone) };
    let Some(cycle) = main.cycle else {
        return Status::NGX_ERROR.into();
    };
    // SAFETY: NGINX calls once the zone's memory is there, and nobody keeps the `Zone`.
    let Some(zone) = (unsafe { Zone::from_ptr(zone, cycle) }) else {
        return Status::NGX_ERROR.into();
    };
    step(|| main.links.settle(&zone, nginx::now()))
}

/// Called when nothing can refuse the configuration any more. An error would end NGINX.
unsafe extern "C" fn init_module(cycle: *mut ngx_cycle_t) -> ngx_int_t {
    // SAFETY: NGINX calls with the configuration that is about to be in force, and changes it no more meanwhile.
    let cycle = unsafe { &*cycle };
    if let Some(main) = Module::main_conf(cycle) {
        // What found no place is not counted, and has been told of.
        let _ = step(|| main.commit());
    }
    Status::NGX_OK.into()
}

unsafe extern "C" fn create_main_conf(cf: *mut ngx_conf_t) -> *mut c_void {
    // SAFETY: NGINX calls with the configuration being read, which nobody else uses meanwhile.
    unsafe { Conf::from_ptr(cf) }.allocate(Main::default())
}

unsafe extern "C" fn create_loc_conf(cf: *mut ngx_conf_t) -> *mut c_void {
    // SAFETY: NGINX calls with the configuration being read, which nobody else uses meanwhile.
    unsafe { Conf::from_ptr(cf) }.allocate(Location::default())
}

unsafe extern "C" fn merge_loc_conf(
    cf: *mut ngx_conf_t,
    outer: *mut c_void,
    inner: *mut c_void,
) -> *mut c_char {
    // SAFETY: NGINX calls with the configuration being read, which nobody else uses meanwhile.
    let cf = unsafe { Conf::from_ptr(cf) };
    // SAFETY: NGINX calls with what `create_loc_conf` made for the outer block.
    let outer = unsafe { &*outer.cast::<Location>() };
    // SAFETY: NGINX calls with what `create_loc_conf` made for the inner block, which is another one.
    let inner = unsafe { &mut *inner.cast::<Location>() };
    let merged = step(|| {
        let main = Module::main_conf_mut(cf.as_ref()).ok_or(Failed)?;
        for complaint in inner.merge(outer, main, cf) {
            cf.log_at(complaint.level, complaint.place, &complaint.message);
            if complaint.level == Level::Emergency {
                return Err(Failed);
            }
        }
        Ok(())
    });
    if merged == NGX_OK as ngx_int_t {
        NGX_CONF_OK
    } else {
        NGX_CONF_ERROR
    }
}
