//! `ngx_module_t`: the modules that NGINX has loaded.

use std::ffi::{CStr, c_void};
use std::ptr;

use nginx_sys::{NGX_HTTP_MODULE, ngx_http_conf_ctx_t, ngx_module_t};
use ngx::http::HttpModule;

use super::Conf;

/// One of NGINX's modules.
#[derive(Clone, Copy)]
pub(crate) struct Loaded(&'static ngx_module_t);

impl Loaded {
    pub(crate) fn name(self) -> &'static CStr {
        if self.0.name.is_null() {
            return c"";
        }
        // SAFETY: NGINX has the names of its modules as texts of C, which stay while the module is loaded.
        unsafe { CStr::from_ptr(self.0.name) }
    }

    /// Where its settings are among those of the modules of http.
    pub(super) fn place(self) -> usize {
        self.0.ctx_index
    }

    pub(crate) fn is<M: HttpModule>(self) -> bool {
        ptr::eq(self.0, M::module())
    }

    /// Whether it has a directive of that name for the `http` block or what is inside.
    pub(crate) fn has_directive(self, name: &CStr) -> bool {
        let mut command = self.0.commands.cast_const();
        if self.0.type_ != NGX_HTTP_MODULE as usize || command.is_null() {
            return false;
        }
        loop {
            // SAFETY: every module ends its table of directives with an empty one, and that was not passed yet.
            let directive = unsafe { &*command };
            if directive.name.len == 0 {
                return false;
            }
            if directive.name.as_bytes() == name.to_bytes() {
                return true;
            }
            // SAFETY: it was not the empty directive, so the module has another one behind it.
            command = unsafe { command.add(1) };
        }
    }
}

impl Conf {
    /// The modules that are loaded, in the order in which NGINX asks them for directives.
    pub(crate) fn modules(&self) -> impl Iterator<Item = Loaded> {
        // SAFETY: NGINX has the cycle being configured there.
        let cycle = unsafe { self.0.cycle.as_ref() };
        let mut next = cycle.map_or(ptr::null(), |cycle| cycle.modules.cast_const());
        std::iter::from_fn(move || {
            if next.is_null() {
                return None;
            }
            // SAFETY: NGINX ends the list of modules with null, and that was not passed yet.
            let module = unsafe { *next };
            // SAFETY: NGINX has null there, or a module, which stays while the configuration is there.
            let module = unsafe { module.as_ref() }?;
            // SAFETY: it was not null, so NGINX has another entry behind it.
            next = unsafe { next.add(1) };
            Some(Loaded(module))
        })
    }

    /// What a module of `http` keeps for the block that is being read or merged; never null.
    pub(super) fn location_settings(&self, module: Loaded) -> Option<*const c_void> {
        let contexts = self.0.ctx.cast::<ngx_http_conf_ctx_t>();
        // SAFETY: NGINX has null there or, inside of the http block, a context of it.
        let contexts = unsafe { contexts.as_ref() }?;
        if contexts.loc_conf.is_null() {
            return None;
        }
        // SAFETY: NGINX has an entry there for every module of http, by its index.
        let settings = unsafe { contexts.loc_conf.add(module.0.ctx_index) };
        // SAFETY: NGINX has initialised all those entries, if with null.
        let settings = unsafe { *settings };
        (!settings.is_null()).then_some(settings.cast_const())
    }
}
