//! What else decides who gets into a location: checks of NGINX's own modules.

use std::ffi::{CStr, c_void};

use nginx_sys::{
    NGX_HTTP_POST, ngx_array_t, ngx_http_complex_value_t, ngx_http_conf_ctx_t,
    ngx_http_core_loc_conf_t, ngx_str_t, ngx_uint_t,
};

use super::Conf;
use super::module::Loaded;

/// What the modules keep for a block of the configuration.
#[derive(Clone, Copy)]
pub(crate) struct Settings(*mut *mut c_void);

/// A module whose checks are known, and whether it makes any under its settings.
struct Guard {
    module: &'static CStr,
    checks: fn(*const c_void) -> bool,
}

// NGINX keeps these structures to itself. What their first fields are, and what a rule is, is the same from 1.22 to 1.31, as
// far as was looked; nothing behind them is looked at, for how much there is depends on how NGINX was configured.
static GUARDS: [Guard; 3] = [
    Guard {
        module: c"ngx_http_access_module",
        checks: denies_all,
    },
    Guard {
        module: c"ngx_http_auth_basic_module",
        checks: has_realm,
    },
    Guard {
        module: c"ngx_http_auth_request_module",
        checks: has_uri,
    },
];

/// A rule of `allow` or `deny` for IPv4.
#[repr(C)]
struct AccessRule {
    mask: u32,
    address: u32,
    deny: ngx_uint_t,
}

/// `allow` and `deny`: whether those are kept out whom no rule names. The rules for IPv4 tell, for "all" stands in each list.
fn denies_all(settings: *const c_void) -> bool {
    // SAFETY: the module has allocated its settings, which begin with a pointer to an array of rules.
    let rules = unsafe { settings.cast::<*const ngx_array_t>().read() };
    // SAFETY: the module has null there, or an array that it keeps as long as the configuration.
    let Some(rules) = (unsafe { rules.as_ref() }) else {
        return false;
    };
    if rules.size != size_of::<AccessRule>() {
        // Unknown ones; who wrote them had something in mind.
        return rules.nelts > 0;
    }
    let first = rules.elts.cast_const().cast::<AccessRule>();
    // SAFETY: an array of NGINX's has so many elements there, never null, and these have the size of such rules.
    let rules = unsafe { std::slice::from_raw_parts(first, rules.nelts) };
    // The first one that means an address decides.
    let mut of_all = rules
        .iter()
        .filter(|rule| rule.mask == 0 && rule.address == 0);
    of_all.next().is_some_and(|rule| rule.deny != 0)
}

/// `auth_basic`: whether there is a realm, and it is not "off".
fn has_realm(settings: *const c_void) -> bool {
    // SAFETY: the module has allocated its settings, which begin with a pointer to the realm.
    let realm = unsafe { settings.cast::<*const ngx_http_complex_value_t>().read() };
    // All bits are set where nothing is.
    if realm.is_null() || realm.addr() == usize::MAX {
        return false;
    }
    // SAFETY: the module has a value there, which it keeps as long as the configuration.
    let realm = unsafe { &*realm };
    realm.value.as_bytes() != b"off"
}

/// `auth_request`: whether there is somebody to ask.
fn has_uri(settings: *const c_void) -> bool {
    // SAFETY: the module has allocated its settings, which begin with a text.
    let uri = unsafe { settings.cast::<ngx_str_t>().read() };
    uri.len > 0
}

impl Settings {
    fn of(self, module: Loaded) -> Option<*const c_void> {
        // SAFETY: NGINX has an entry there for every module of http, by its index.
        let settings = unsafe { self.0.add(module.place()) };
        // SAFETY: NGINX has initialised all those entries, if with null.
        let settings = unsafe { *settings };
        (!settings.is_null()).then_some(settings.cast_const())
    }
}

impl Conf {
    /// What the modules keep for the block that is being read or merged. All of it is there once everything was read.
    pub(crate) fn settings(&self) -> Option<Settings> {
        let contexts = self.0.ctx.cast::<ngx_http_conf_ctx_t>();
        // SAFETY: NGINX has null there or, inside of the http block, a context of it.
        let contexts = unsafe { contexts.as_ref() }?;
        (!contexts.loc_conf.is_null()).then_some(Settings(contexts.loc_conf))
    }

    /// Whether one of NGINX's own modules checks who comes to a block, or who does so to change something there. To be
    /// asked once everything was read.
    pub(crate) fn is_guarded(&self, block: Settings) -> bool {
        let guards = |block: Settings| {
            self.modules().any(|module| {
                let mut known = GUARDS.iter();
                let guard = known.find(|guard| guard.module == module.name());
                let settings = guard.and_then(|_| block.of(module));
                guard
                    .zip(settings)
                    .is_some_and(|(guard, settings)| (guard.checks)(settings))
            })
        };
        guards(block) || self.limit_except(block).is_some_and(guards)
    }

    /// The block of a `limit_except`.
    fn limit_except(&self, block: Settings) -> Option<Settings> {
        let mut modules = self.modules();
        let core = modules.find(|module| module.name() == c"ngx_http_core_module")?;
        let core = block.of(core)?.cast::<ngx_http_core_loc_conf_t>();
        // SAFETY: NGINX's core has such a structure for each block, and keeps it as long as the configuration.
        let core = unsafe { &*core };
        let inner = core.limit_except_loc_conf;
        (!inner.is_null() && core.limit_except & NGX_HTTP_POST != 0).then_some(Settings(inner))
    }
}
