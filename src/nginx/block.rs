//! The block of the configuration that is being merged: what it is called, and how requests get there.

use std::fmt;

use nginx_sys::{
    ngx_array_t, ngx_http_core_loc_conf_t, ngx_http_core_srv_conf_t, ngx_http_script_code_pt,
    ngx_http_script_return_code, ngx_http_script_return_code_t, ngx_str_t,
};
use ngx::http::{HttpModuleLocationConf as _, HttpModuleServerConf as _, NgxHttpCoreModule};

use super::{Conf, bits};

/// How a request finds a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Search {
    /// `location /a/`: unless a regular expression matches, which is looked for afterwards.
    Prefix,
    /// `location ^~ /a/`
    PrefixAlone,
    /// `location = /a`
    Exact,
    /// `location ~ a`
    Regex,
    /// `location @a`, which a client never finds.
    Named,
}

/// What a block is called: `location "/a/" of server "example.com"`.
#[derive(Clone, Copy, Default)]
pub(crate) struct BlockName {
    location: ngx_str_t,
    server: ngx_str_t,
}

impl BlockName {
    /// What stands behind `location`.
    pub(crate) fn location(&self) -> &[u8] {
        self.location.as_bytes()
    }
}

impl fmt::Display for BlockName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { location, server } = self;
        match (location.is_empty(), server.is_empty()) {
            (true, true) => write!(f, "a server without a name"),
            (true, false) => write!(f, "server \"{server}\""),
            (false, true) => write!(f, "location \"{location}\""),
            (false, false) => write!(f, "location \"{location}\" of server \"{server}\""),
        }
    }
}

impl Conf {
    /// Whether the block that is being merged is that of an `if` or a `limit_except`.
    pub(crate) fn is_nameless(&self) -> bool {
        self.location()
            .is_some_and(|core| bits::NGX_HTTP_CORE_LOC_CONF_NONAME.is_set(core))
    }

    /// Whether the block that is being merged has locations of its own inside.
    pub(crate) fn has_inner_locations(&self) -> bool {
        self.location()
            .is_some_and(|core| !core.locations.is_null())
    }

    /// What the block that is being merged is called.
    pub(crate) fn block_name(&self) -> BlockName {
        let server = NgxHttpCoreModule::server_conf(&self.0);
        BlockName {
            location: self.location().map(|core| core.name).unwrap_or_default(),
            server: server
                .map(|core: &ngx_http_core_srv_conf_t| core.server_name)
                .unwrap_or_default(),
        }
    }

    /// How requests find the location that is being merged.
    pub(crate) fn search(&self) -> Option<Search> {
        let core = self.location()?;
        Some(if !core.regex.is_null() {
            Search::Regex
        } else if bits::NGX_HTTP_CORE_LOC_CONF_NAMED.is_set(core) {
            Search::Named
        } else if bits::NGX_HTTP_CORE_LOC_CONF_EXACT_MATCH.is_set(core) {
            Search::Exact
        } else if bits::NGX_HTTP_CORE_LOC_CONF_NOREGEX.is_set(core) {
            Search::PrefixAlone
        } else {
            Search::Prefix
        })
    }

    /// Whether only NGINX itself sends requests to the location that is being merged.
    pub(crate) fn is_internal(&self) -> bool {
        self.location().is_some_and(|core| core.internal == 1)
    }

    /// The status that the block being merged answers with before anything else, by `return`.
    pub(crate) fn returned_status(&self) -> Option<usize> {
        let mut modules = self.modules();
        let rewrite = modules.find(|module| module.name() == c"ngx_http_rewrite_module")?;
        let settings = self.location_settings(rewrite)?;
        // NGINX keeps this structure to itself. Its first field has always been the array of what `if`,
        // `set`, `return` and so on were made into, as bytes; that it looks like one is seen to.
        // SAFETY: the rewrite module has allocated its settings, which in every NGINX begin with a pointer.
        let codes = unsafe { settings.cast::<*const ngx_array_t>().read() };
        // SAFETY: the rewrite module has null there, or an array that it keeps as long as the configuration.
        let codes = unsafe { codes.as_ref() }?;
        let is_room = codes.nelts >= size_of::<ngx_http_script_return_code_t>();
        if codes.size != 1 || codes.elts.is_null() || !is_room {
            return None;
        }
        let code = codes.elts.cast::<ngx_http_script_return_code_t>();
        // SAFETY: NGINX begins every code with the function that runs it, and there is room for one.
        let run = unsafe { (*code).code };
        let ours: ngx_http_script_code_pt = Some(ngx_http_script_return_code);
        if run.map(|run| run as usize) != ours.map(|run| run as usize) {
            return None;
        }
        // SAFETY: NGINX has this structure as the code of that function, and there is room for it.
        Some(unsafe { (*code).status })
    }

    fn location(&self) -> Option<&'static ngx_http_core_loc_conf_t> {
        NgxHttpCoreModule::location_conf(&self.0)
    }
}
