//! `ngx_conf_t`: the configuration while it is being read.

use std::ffi::{OsStr, c_void};
use std::fmt;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::ptr::{self, NonNull};

use nginx_sys::{
    NGX_OK, ngx_array_push, ngx_conf_full_name, ngx_conf_t, ngx_cycle_t, ngx_http_handler_pt,
    ngx_http_request_t, ngx_int_t, ngx_parse_time, ngx_str_t,
};
use ngx::core::Pool;
use ngx::http::{HttpModuleLocationConf as _, HttpModuleMainConf as _, NgxHttpCoreModule};
use ngx::{ngx_conf_log_error, ngx_log_error};
use zeroize::{Zeroize as _, Zeroizing};

use super::pool::put_with_cleanup;
use super::{Failed, Level};

/// A function that NGINX calls for a request in some phase.
pub(crate) type PhaseHandler = unsafe extern "C" fn(*mut ngx_http_request_t) -> ngx_int_t;

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
        // SAFETY: NGINX changes the variable between two events only, and has no other threads that do.
        let current = unsafe { nginx_sys::ngx_cycle };
        ptr::eq(current.cast_const(), self.0)
    }
}

/// Where in the configuration something stands. Small, for every setting of every block has one.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    /// The file's name, and its length.
    file: *mut u8,
    length: u32,
    line: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = ngx_str_t {
            len: self.length as usize,
            data: self.file,
        };
        write!(f, "{file}:{}", self.line)
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
        // SAFETY: the caller promises that the pointer is valid and nobody else's; a `Conf` is laid out as an
        // `ngx_conf_t`, for it is transparent.
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
        // SAFETY: NGINX has null there or, while a directive's setter runs, an array.
        let Some(args) = (unsafe { self.0.args.as_ref() }) else {
            return Vec::new();
        };
        // SAFETY: NGINX makes `args` an array of `ngx_str_t`.
        let words = unsafe { args.as_slice::<ngx_str_t>() };
        let words = words.iter().skip(1);
        words
            .map(|word| Zeroizing::new(word.as_bytes().to_vec()))
            .collect()
    }

    /// Overwrites them in NGINX's memory, for one may be a secret.
    pub(crate) fn wipe_words(&mut self) {
        // SAFETY: NGINX has null there or, while a directive's setter runs, an array that nobody else uses.
        let Some(args) = (unsafe { self.0.args.as_mut() }) else {
            return;
        };
        // SAFETY: NGINX makes `args` an array of `ngx_str_t`.
        let words = unsafe { args.as_slice_mut::<ngx_str_t>() };
        for word in words.iter_mut().skip(1) {
            word.as_bytes_mut().zeroize();
        }
    }

    /// A text in the configuration's pool.
    pub(super) fn copy(&mut self, text: &[u8]) -> Result<ngx_str_t, Failed> {
        // SAFETY: NGINX keeps the configuration's pool while it is read.
        unsafe { ngx_str_t::from_bytes(self.0.pool, text) }.ok_or(Failed)
    }

    /// File and line of the directive being read.
    pub(crate) fn place(&self) -> Place {
        // SAFETY: NGINX has null there, or the file being read.
        let (file, line) = match unsafe { self.0.conf_file.as_ref() } {
            Some(file) => (file.file.name, file.line),
            None => (ngx_str_t::empty(), 0),
        };
        Place {
            file: file.data,
            // A name that long is none of a file.
            length: file.len.try_into().unwrap_or(0),
            line: line.try_into().unwrap_or(u32::MAX),
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
        // SAFETY: NGINX has the cycle being configured there, and `copy` was given a NUL for the end of the name.
        let rc = unsafe { ngx_conf_full_name(self.0.cycle, &raw mut name, 1) };
        (rc == NGX_OK as ngx_int_t).then(|| OsStr::from_bytes(name.as_bytes()).into())
    }

    /// A time as NGINX writes it (`90`, `5m`, `1h 30m`), in seconds.
    pub(crate) fn seconds(text: &[u8]) -> Option<u64> {
        let mut text = ngx_str_t {
            len: text.len(),
            data: text.as_ptr().cast_mut(),
        };
        // SAFETY: NGINX only reads the text, and so many bytes of it.
        let seconds = unsafe { ngx_parse_time(&raw mut text, 1) };
        seconds.try_into().ok()
    }

    /// Has `handler` answer the requests of the location that is being read or merged, where nothing does so yet. Whether it
    /// does now.
    pub(crate) fn answer_with(&mut self, handler: PhaseHandler) -> bool {
        if let Some(location) = NgxHttpCoreModule::location_conf_mut(&self.0) {
            location.handler.get_or_insert(handler);
        }
        self.is_answered_with(handler)
    }

    /// Whether it is `handler` that answers the requests of the location that is being merged.
    pub(crate) fn is_answered_with(&self, handler: PhaseHandler) -> bool {
        let location = NgxHttpCoreModule::location_conf(&self.0);
        let answers = location.and_then(|location| location.handler);
        answers.is_some_and(|answers| std::ptr::fn_addr_eq(answers, handler))
    }

    /// Has `handler` called for every request that reaches the access phase.
    pub(crate) fn add_access_handler(&mut self, handler: PhaseHandler) -> Result<(), Failed> {
        let http = NgxHttpCoreModule::main_conf_mut(&self.0).ok_or(Failed)?;
        let phase = http
            .phases
            .get_mut(nginx_sys::ngx_http_phases_NGX_HTTP_ACCESS_PHASE as usize)
            .ok_or(Failed)?;
        // SAFETY: NGINX makes the array, of phase handlers, before it calls any postconfiguration.
        let slot = unsafe { ngx_array_push(&raw mut phase.handlers) };
        let slot = NonNull::new(slot.cast::<ngx_http_handler_pt>()).ok_or(Failed)?;
        // SAFETY: NGINX returned room for one handler, and it is not null.
        unsafe { slot.write(Some(handler)) };
        Ok(())
    }

    /// Puts a value into the configuration's pool; it is dropped with the configuration. Null where
    /// memory ran out.
    pub(crate) fn allocate<T>(&mut self, value: T) -> *mut c_void {
        unsafe extern "C" fn drop_value<T>(value: *mut c_void) {
            // SAFETY: NGINX calls this once, with the `T` that `put_with_cleanup` has put beside it.
            unsafe { value.cast::<T>().drop_in_place() };
        }
        // SAFETY: NGINX keeps the configuration's pool while it is read.
        let pool = unsafe { Pool::from_ngx_pool(self.0.pool) };
        // SAFETY: `drop_value::<T>` is made to be called with a `T`.
        let added = unsafe { put_with_cleanup(&pool, drop_value::<T>, value) };
        added.map_or(ptr::null_mut(), |value| value.as_ptr().cast())
    }
}
