//! What else decides who gets into a location: checks of NGINX's own modules.

use std::ffi::{CStr, c_void};

use nginx_sys::{
    NGX_HTTP_POST, NGX_HTTP_SATISFY_ANY, ngx_array_t, ngx_http_complex_value_t,
    ngx_http_conf_ctx_t, ngx_http_core_loc_conf_t, ngx_str_t, ngx_uint_t,
};

use super::Conf;
use super::module::Loaded;

/// What the modules keep for a block of the configuration.
#[derive(Clone, Copy)]
pub(crate) struct Settings(*mut *mut c_void);

const ACCESS: &CStr = c"ngx_http_access_module";

/// A module whose checks are known, and whether it makes any under its settings.
struct Guard {
    module: &'static CStr,
    checks: fn(*const c_void) -> bool,
}

// NGINX keeps these structures to itself. What their first fields are is the same from 1.22 to 1.31, and what a rule is from
// 1.22 to 1.30, as far as was looked; nothing behind them is looked at, for how much there is depends on how NGINX was configured.
static GUARDS: [Guard; 3] = [
    Guard {
        module: ACCESS,
        checks: |settings| denies_strangers(settings) == Some(true),
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

/// `allow` and `deny`: what becomes of those whom no rule names; `None` where nothing is said of them. The rules for IPv4 tell,
/// for whoever writes "all" has one in each list: one for all addresses of IPv4 alone is taken for that.
fn denies_strangers(settings: *const c_void) -> Option<bool> {
    // SAFETY: the module has allocated its settings, which begin with a pointer to an array of rules.
    let rules = unsafe { settings.cast::<*const ngx_array_t>().read() };
    // SAFETY: the module has null there, or an array that it keeps as long as the configuration.
    let rules = unsafe { rules.as_ref() }?;
    if rules.size != size_of::<AccessRule>() {
        // Unknown ones; who wrote them had something in mind.
        return Some(true);
    }
    let first = rules.elts.cast_const().cast::<AccessRule>();
    // SAFETY: an array of NGINX's has so many elements there, never null, and these have the size of such rules.
    let rules = unsafe { std::slice::from_raw_parts(first, rules.nelts) };
    // The first one that means an address decides.
    let mut of_all = rules
        .iter()
        .filter(|rule| rule.mask == 0 && rule.address == 0);
    of_all.next().map(|rule| rule.deny != 0)
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

    /// Whether it is checked who comes to a block or, where others may only look, who does so to change something there: by
    /// the block's tokens or by one of NGINX's own modules. To be asked once everything was read.
    pub(crate) fn is_guarded(&self, block: Settings, takes_tokens: bool) -> bool {
        // What is not set in a `limit_except` is taken from the location around it.
        let block = self.limit_except(block).unwrap_or(block);
        let settings = |name| {
            let mut modules = self.modules();
            let module = modules.find(|module| module.name() == name)?;
            block.of(module)
        };
        let lets_all_in = settings(ACCESS).and_then(denies_strangers) == Some(false);
        if lets_all_in && self.one_check_is_enough(block) {
            return false;
        }
        let mut guards = GUARDS.iter();
        takes_tokens
            || guards.any(|guard| settings(guard.module).is_some_and(|its| (guard.checks)(its)))
    }

    /// `satisfy any`
    fn one_check_is_enough(&self, block: Settings) -> bool {
        let core = self.core(block);
        core.is_some_and(|core| core.satisfy == NGX_HTTP_SATISFY_ANY as usize)
    }

    /// The block of a `limit_except`.
    fn limit_except(&self, block: Settings) -> Option<Settings> {
        let core = self.core(block)?;
        let inner = core.limit_except_loc_conf;
        (!inner.is_null() && core.limit_except & NGX_HTTP_POST != 0).then_some(Settings(inner))
    }

    /// What NGINX's core keeps for a block.
    fn core(&self, block: Settings) -> Option<&ngx_http_core_loc_conf_t> {
        let mut modules = self.modules();
        let core = modules.find(|module| module.name() == c"ngx_http_core_module")?;
        let core = block.of(core)?.cast::<ngx_http_core_loc_conf_t>();
        // SAFETY: NGINX's core has such a structure for each block, and keeps it as long as the configuration.
        unsafe { core.as_ref() }
    }
}
