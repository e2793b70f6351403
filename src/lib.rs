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
use ngx::http::{HttpModule, HttpModuleLocationConf, HttpModuleMainConf};

use crate::access::History;
use crate::config::{LocationConf, MainConf};
use crate::decision::Kept;
use crate::guard::{Panicked, guarded};
use crate::nginx::{Conf, Failed, Level, RequestMemory, Zone};

mod abi;
mod access;
mod config;
mod counters;
mod decision;
mod directives;
mod guard;
mod metrics;
mod nginx;
mod request;
mod variables;

mod export {
    use super::ngx_http_secure_token_module;

    ngx::ngx_modules!(ngx_http_secure_token_module);
}

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

// SAFETY: `create_main_conf` allocates a `MainConf`.
unsafe impl HttpModuleMainConf for Module {
    type MainConf = MainConf;
}

// SAFETY: `create_loc_conf` allocates a `LocationConf`.
unsafe impl HttpModuleLocationConf for Module {
    type LocationConf = LocationConf;
}

// SAFETY: `nginx::keep` and `nginx::keep_for_good` are the only ones that put anything there.
unsafe impl RequestMemory for Module {
    type Kept = Kept;
    type Note = History;
}

impl HttpModule for Module {
    fn module() -> &'static ngx_module_t {
        let module = &raw const ngx_http_secure_token_module;
        // SAFETY: NGINX writes to it only when it loads the module, before it calls any of this.
        unsafe { &*module }
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
    // SAFETY: NGINX calls with the configuration being read.
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
    // SAFETY: NGINX calls with the configuration being read.
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

unsafe extern "C" fn init_zone(zone: *mut ngx_shm_zone_t, _: *mut c_void) -> ngx_int_t {
    // SAFETY: NGINX calls with a zone to which `secure_token_zone` gave the configuration's `MainConf`,
    let main = unsafe { nginx::owner_of::<MainConf>(zone) };
    let Some(cycle) = main.cycle else {
        return Status::NGX_ERROR.into();
    };
    // SAFETY: and with its memory there. `MainConf` keeps the zone no longer than to `init_module`.
    let Some(zone) = (unsafe { Zone::from_ptr(zone, cycle) }) else {
        return Status::NGX_ERROR.into();
    };
    step(|| main.take(zone))
}

/// Called when nothing can refuse the configuration any more. An error would end NGINX.
unsafe extern "C" fn init_module(cycle: *mut ngx_cycle_t) -> ngx_int_t {
    // SAFETY: NGINX calls with the configuration that is about to be in force.
    let cycle = unsafe { &*cycle };
    if let Some(main) = Module::main_conf(cycle) {
        // What found no place is not counted, and has been told of.
        let _ = step(|| main.commit());
    }
    Status::NGX_OK.into()
}

unsafe extern "C" fn create_main_conf(cf: *mut ngx_conf_t) -> *mut c_void {
    // SAFETY: NGINX calls with the configuration being read.
    unsafe { Conf::from_ptr(cf) }.allocate(MainConf::default())
}

unsafe extern "C" fn create_loc_conf(cf: *mut ngx_conf_t) -> *mut c_void {
    // SAFETY: NGINX calls with the configuration being read.
    unsafe { Conf::from_ptr(cf) }.allocate(LocationConf::default())
}

unsafe extern "C" fn merge_loc_conf(
    cf: *mut ngx_conf_t,
    outer: *mut c_void,
    inner: *mut c_void,
) -> *mut c_char {
    // SAFETY: NGINX calls with the configuration being read,
    let cf = unsafe { Conf::from_ptr(cf) };
    // SAFETY: with two blocks' settings that `create_loc_conf` made,
    let outer = unsafe { &*outer.cast::<LocationConf>() };
    // SAFETY: which are never the same.
    let inner = unsafe { &mut *inner.cast::<LocationConf>() };
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
