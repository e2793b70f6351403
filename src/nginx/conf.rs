//! `ngx_conf_t`: the configuration while it is being read.

use std::ffi::{CStr, OsStr, c_void};
use std::fmt;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::ptr::{self, NonNull};

use nginx_sys::{
    NGX_HTTP_VAR_NOCACHEABLE, NGX_OK, ngx_array_push, ngx_array_t, ngx_conf_full_name, ngx_conf_t,
    ngx_cycle_t, ngx_hash_key_t, ngx_http_add_variable, ngx_http_core_main_conf_t,
    ngx_http_handler_pt, ngx_http_request_t, ngx_http_variable_t, ngx_int_t, ngx_list_part_t,
    ngx_pagesize, ngx_parse_size, ngx_parse_time, ngx_shared_memory_add, ngx_shm_zone_t, ngx_str_t,
    ngx_variable_value_t,
};
use ngx::core::Pool;
use ngx::http::{
    HttpModule, HttpModuleLocationConf as _, HttpModuleMainConf as _, NgxHttpCoreModule,
};
use ngx::{ngx_conf_log_error, ngx_log_error};
use zeroize::{Zeroize as _, Zeroizing};

use super::pool::put_with_cleanup;
use super::zone::ZoneInit;
use super::{Failed, Level};

/// A function that works out a variable.
type VariableGetter =
    unsafe extern "C" fn(*mut ngx_http_request_t, *mut ngx_variable_value_t, usize) -> ngx_int_t;
/// A function that NGINX calls for a request in some phase.
type PhaseHandler = unsafe extern "C" fn(*mut ngx_http_request_t) -> ngx_int_t;

/// The configuration while it is being read.
#[repr(transparent)]
pub(crate) struct Conf(pub(super) ngx_conf_t);

/// A configuration, to be told from others.
#[derive(Clone, Copy)]
pub(crate) struct Cycle(*const ngx_cycle_t);

impl Cycle {
    /// Whether this process goes by that configuration. An old worker does until it ends; but without a
    /// master, connections go on under an old configuration whose shared memory may be gone.
    pub(crate) fn is_current(self) -> bool {
        // SAFETY: NGINX changes it between requests only.
        let current = unsafe { nginx_sys::ngx_cycle };
        ptr::eq(current.cast_const(), self.0)
    }
}

/// Where in the configuration something stands.
#[derive(Clone, Copy, Default)]
pub(crate) struct Place {
    file: ngx_str_t,
    line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl AsRef<ngx_conf_t> for Conf {
    fn as_ref(&self) -> &ngx_conf_t {
        &self.0
    }
}

impl Conf {
    /// # Safety
    /// `cf` is what NGINX handed to a configuration callback, and is used through nothing else
    /// while the result lives.
    pub(crate) unsafe fn from_ptr<'a>(cf: *mut ngx_conf_t) -> &'a mut Self {
        // SAFETY: valid by the caller's promise; the layout is that of ngx_conf_t.
        unsafe { &mut *cf.cast::<Self>() }
    }

    /// The configuration that is being read, as something to know it by.
    pub(crate) fn cycle(&self) -> Cycle {
        Cycle(self.0.cycle)
    }

    pub(super) fn as_ptr(&mut self) -> *mut ngx_conf_t {
        &raw mut self.0
    }

    /// What stands behind the name of the directive being read.
    pub(crate) fn words(&self) -> Vec<Zeroizing<Vec<u8>>> {
        // SAFETY: `args` is set while a directive's setter runs.
        let Some(args) = (unsafe { self.0.args.as_ref() }) else {
            return Vec::new();
        };
        // SAFETY: `args` is an array of ngx_str_t.
        let words = unsafe { args.as_slice::<ngx_str_t>() };
        let words = words.iter().skip(1);
        words
            .map(|word| Zeroizing::new(word.as_bytes().to_vec()))
            .collect()
    }

    /// Overwrites them in NGINX's memory, for one may be a secret.
    pub(crate) fn wipe_words(&mut self) {
        // SAFETY: as in `words`.
        let Some(args) = (unsafe { self.0.args.as_mut() }) else {
            return;
        };
        // SAFETY: as in `words`.
        let words = unsafe { args.as_slice_mut::<ngx_str_t>() };
        for word in words.iter_mut().skip(1) {
            word.as_bytes_mut().zeroize();
        }
    }

    /// A text in the configuration's pool.
    pub(super) fn copy(&mut self, text: &[u8]) -> Result<ngx_str_t, Failed> {
        // SAFETY: the configuration's pool is valid while it is read.
        unsafe { ngx_str_t::from_bytes(self.0.pool, text) }.ok_or(Failed)
    }

    /// File and line of the directive being read.
    pub(crate) fn place(&self) -> Place {
        // SAFETY: null, or the file being read.
        match unsafe { self.0.conf_file.as_ref() } {
            Some(file) => Place {
                file: file.file.name,
                line: file.line,
            },
            None => Place {
                file: ngx_str_t::empty(),
                line: 0,
            },
        }
    }

    /// A message about the directive being read; NGINX adds file and line.
    pub(crate) fn log(&mut self, level: Level, message: &str) {
        ngx_conf_log_error!(level, self.as_ptr(), "{message}");
    }

    /// A message about a directive that was read before.
    pub(crate) fn log_at(&mut self, level: Level, place: Place, message: &str) {
        ngx_log_error!(level, self.0.log, "{message} in {place}");
    }

    /// A path as NGINX means it: relative ones start at the folder of the configuration.
    pub(crate) fn full_path(&mut self, path: &[u8]) -> Option<PathBuf> {
        let mut name = self.copy(&[path, b"\0"].concat()).ok()?;
        name.len = path.len();
        // SAFETY: `cycle` is the one being configured, and `name` ends with a NUL.
        let rc = unsafe { ngx_conf_full_name(self.0.cycle, &raw mut name, 1) };
        (rc == NGX_OK as ngx_int_t).then(|| OsStr::from_bytes(name.as_bytes()).into())
    }

    /// A time as NGINX writes it (`90`, `5m`, `1h 30m`), in seconds.
    pub(crate) fn seconds(text: &[u8]) -> Option<u64> {
        let mut text = ngx_str_t {
            len: text.len(),
            data: text.as_ptr().cast_mut(),
        };
        // SAFETY: the function only reads the text.
        let seconds = unsafe { ngx_parse_time(&raw mut text, 1) };
        seconds.try_into().ok()
    }

    /// Makes a variable known that `get` works out anew whenever it is asked for.
    pub(crate) fn add_variable(
        &mut self,
        name: &'static CStr,
        get: VariableGetter,
        data: usize,
    ) -> Result<(), Failed> {
        let mut name = ngx_str_t {
            len: name.count_bytes(),
            data: name.as_ptr().cast_mut().cast(),
        };
        let flags = NGX_HTTP_VAR_NOCACHEABLE as usize;
        // SAFETY: NGINX copies the name.
        let added = unsafe { ngx_http_add_variable(self.as_ptr(), &raw mut name, flags) };
        // SAFETY: null, or a variable in the configuration's pool.
        let added = unsafe { added.as_mut() }.ok_or(Failed)?;
        added.get_handler = Some(get);
        added.data = data;
        Ok(())
    }

    /// Adds a zone of shared memory; `init` is called with it, and finds `owner` there. NGINX has said
    /// what is wrong where this fails.
    pub(crate) fn add_zone<M: HttpModule, T>(
        &mut self,
        name: &[u8],
        size: usize,
        init: ZoneInit,
        owner: &mut T,
    ) -> Result<(), Failed> {
        let mut name = self.copy(name)?;
        let tag = ptr::from_ref(M::module()).cast_mut().cast();
        // SAFETY: the name is in the configuration's pool, where NGINX keeps it.
        let zone = unsafe { ngx_shared_memory_add(self.as_ptr(), &raw mut name, size, tag) };
        // SAFETY: null, or a zone of the configuration.
        let zone = unsafe { zone.as_mut() }.ok_or(Failed)?;
        zone.init = Some(init);
        zone.data = ptr::from_mut(owner).cast();
        Ok(())
    }

    /// The size that a zone has in the configuration that is in force, where there is one.
    pub(crate) fn size_in_force(&self, name: &[u8]) -> Option<usize> {
        // SAFETY: the cycle being configured.
        let cycle = unsafe { self.0.cycle.as_ref() }?;
        // SAFETY: null, or the cycle in force.
        let old = unsafe { cycle.old_cycle.as_ref() }?;
        let mut part: *const ngx_list_part_t = &raw const old.shared_memory.part;
        // SAFETY: null, or a part of the list.
        while let Some(zones) = unsafe { part.as_ref() } {
            let first = zones.elts.cast::<ngx_shm_zone_t>();
            for index in 0..zones.nelts {
                // SAFETY: the part has so many zones.
                let zone = unsafe { first.add(index) };
                // SAFETY: one of them.
                let shm = unsafe { &(*zone).shm };
                if shm.name.as_bytes() == name {
                    return Some(shm.size);
                }
            }
            part = zones.next;
        }
        None
    }

    /// A size as NGINX writes it (`64k`, `1m`), in bytes.
    pub(crate) fn size(text: &[u8]) -> Option<usize> {
        let mut text = ngx_str_t {
            len: text.len(),
            data: text.as_ptr().cast_mut(),
        };
        // SAFETY: the function only reads the text.
        let size = unsafe { ngx_parse_size(&raw mut text) };
        size.try_into().ok()
    }

    /// The smallest zone that NGINX can make use of, in bytes.
    pub(crate) fn smallest_zone() -> usize {
        // SAFETY: set when NGINX starts.
        let page = unsafe { ngx_pagesize };
        page.saturating_mul(8)
    }

    /// Has `handler` answer the requests of the location that is being read or merged.
    pub(crate) fn answer_with(&mut self, handler: PhaseHandler) -> Result<(), Failed> {
        let location = NgxHttpCoreModule::location_conf_mut(&self.0).ok_or(Failed)?;
        location.handler = Some(handler);
        Ok(())
    }

    /// Has `handler` called for every request that reaches the access phase.
    pub(crate) fn add_access_handler(&mut self, handler: PhaseHandler) -> Result<(), Failed> {
        let http = NgxHttpCoreModule::main_conf_mut(&self.0).ok_or(Failed)?;
        let phase = http
            .phases
            .get_mut(nginx_sys::ngx_http_phases_NGX_HTTP_ACCESS_PHASE as usize)
            .ok_or(Failed)?;
        // SAFETY: an array of phase handlers, initialised before any postconfiguration.
        let slot = unsafe { ngx_array_push(&raw mut phase.handlers) };
        let slot = NonNull::new(slot.cast::<ngx_http_handler_pt>()).ok_or(Failed)?;
        // SAFETY: room for one of them.
        unsafe { slot.write(Some(handler)) };
        Ok(())
    }

    /// Names of the variables whose value something in the configuration uses.
    pub(crate) fn used_variables(&self) -> impl Iterator<Item = &[u8]> {
        self.http()
            .map(|http| {
                // SAFETY: an array of ngx_http_variable_t.
                unsafe { elements::<ngx_http_variable_t>(&http.variables) }
            })
            .unwrap_or_default()
            .iter()
            .map(|variable| variable.name.as_bytes())
    }

    /// Whether a variable of that name exists, in whatever case. Only after the whole configuration
    /// was read.
    pub(crate) fn has_variable(&self, name: &[u8]) -> bool {
        let Some(http) = self.http() else {
            return false;
        };
        let name = name.to_ascii_lowercase();
        // SAFETY: null, or the keys collected while the configuration is read.
        let keys = unsafe { http.variables_keys.as_ref() };
        keys.is_some_and(|keys| {
            // SAFETY: an array of ngx_hash_key_t.
            unsafe { elements::<ngx_hash_key_t>(&keys.keys) }
                .iter()
                .any(|key| key.key.as_bytes() == name)
        }) || {
            // SAFETY: an array of ngx_http_variable_t.
            unsafe { elements::<ngx_http_variable_t>(&http.prefix_variables) }
                .iter()
                .any(|prefix| name.starts_with(prefix.name.as_bytes()))
        }
    }

    fn http(&self) -> Option<&'static ngx_http_core_main_conf_t> {
        NgxHttpCoreModule::main_conf(&self.0)
    }

    /// Puts a value into the configuration's pool; it is dropped with the configuration. Null where
    /// memory ran out.
    pub(crate) fn allocate<T>(&mut self, value: T) -> *mut c_void {
        unsafe extern "C" fn drop_value<T>(value: *mut c_void) {
            // SAFETY: NGINX runs a cleanup once, with the value that it was added with.
            unsafe { value.cast::<T>().drop_in_place() };
        }
        // SAFETY: the configuration's pool is valid while it is read.
        let pool = unsafe { Pool::from_ngx_pool(self.0.pool) };
        // SAFETY: `drop_value` is made for this type.
        let added = unsafe { put_with_cleanup(&pool, drop_value::<T>, value) };
        added.map_or(ptr::null_mut(), |value| value.as_ptr().cast())
    }
}

/// # Safety
/// The array holds elements of type `T`, or was never initialised (all zero).
unsafe fn elements<T>(array: &ngx_array_t) -> &[T] {
    if array.elts.is_null() {
        return &[];
    }
    // SAFETY: of that type by the caller's promise.
    unsafe { array.as_slice() }
}
