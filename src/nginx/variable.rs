//! Variables: which there are, and `ngx_variable_value_t`, the value of one.

use std::ffi::CStr;

use nginx_sys::{
    NGX_HTTP_VAR_NOCACHEABLE, ngx_array_t, ngx_hash_key_t, ngx_http_add_variable,
    ngx_http_core_main_conf_t, ngx_http_request_t, ngx_http_variable_t, ngx_int_t, ngx_str_t,
    ngx_variable_value_t,
};
use ngx::http::{HttpModuleMainConf as _, NgxHttpCoreModule};

use super::{Conf, Failed, bits};

/// A function that works out a variable.
type VariableGetter =
    unsafe extern "C" fn(*mut ngx_http_request_t, *mut ngx_variable_value_t, usize) -> ngx_int_t;
impl Conf {
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
        // SAFETY: NGINX only reads the name, and copies it.
        let added = unsafe { ngx_http_add_variable(self.as_ptr(), &raw mut name, flags) };
        // SAFETY: NGINX returns null, or a variable that it keeps as long as the configuration.
        let added = unsafe { added.as_mut() }.ok_or(Failed)?;
        added.get_handler = Some(get);
        added.data = data;
        Ok(())
    }

    /// Names of the variables whose value something in the configuration uses.
    pub(crate) fn used_variables(&self) -> impl Iterator<Item = &[u8]> {
        self.http()
            .map(|http| {
                // SAFETY: NGINX makes it an array of `ngx_http_variable_t`.
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
        // SAFETY: NGINX has null there or, while the configuration is read, the keys that it collects.
        let keys = unsafe { http.variables_keys.as_ref() };
        keys.is_some_and(|keys| {
            // SAFETY: NGINX makes it an array of `ngx_hash_key_t`.
            unsafe { elements::<ngx_hash_key_t>(&keys.keys) }
                .iter()
                .any(|key| key.key.as_bytes() == name)
        }) || {
            // SAFETY: NGINX makes it an array of `ngx_http_variable_t`.
            unsafe { elements::<ngx_http_variable_t>(&http.prefix_variables) }
                .iter()
                .any(|prefix| name.starts_with(prefix.name.as_bytes()))
        }
    }

    fn http(&self) -> Option<&'static ngx_http_core_main_conf_t> {
        NgxHttpCoreModule::main_conf(&self.0)
    }
}

/// # Safety
/// The array holds elements of type `T`, or was never initialised (all zero).
unsafe fn elements<T>(array: &ngx_array_t) -> &[T] {
    if array.elts.is_null() {
        return &[];
    }
    // SAFETY: the caller promises that the elements are of that type, and NGINX has made as many as it says.
    unsafe { array.as_slice() }
}

/// What NGINX found for a variable; `None` where it has no value.
///
/// # Errors
/// Where NGINX could not work it out.
///
/// # Safety
/// `value` is null, or a value that NGINX keeps as long as the result lives.
pub(super) unsafe fn text<'a>(
    value: *const ngx_variable_value_t,
) -> Result<Option<&'a [u8]>, Failed> {
    if value.is_null() {
        return Err(Failed);
    }
    // Of a variable without a value NGINX sets this bit and may leave the rest as it was.
    // SAFETY: the value is not null, so by the caller's promise it is there.
    if unsafe { bits::NGX_VARIABLE_VALUE_NOT_FOUND.read(value) } != 0 {
        return Ok(None);
    }
    // SAFETY: the value is not null, so by the caller's promise it is there.
    let length = unsafe { bits::NGX_VARIABLE_VALUE_LEN.read(value) };
    if length == 0 {
        return Ok(Some(&[]));
    }
    // SAFETY: NGINX writes all the fields of a variable that has a value.
    let data = unsafe { (*value).data };
    // SAFETY: NGINX has so many bytes there, and the caller promises that it keeps them.
    Ok(Some(unsafe {
        std::slice::from_raw_parts(data, length as usize)
    }))
}

/// Answers NGINX's question for a variable.
///
/// NGINX would hand a valid value to whoever asks next, in whatever location and subrequest the request is
/// by then. Left unmarked, it asks again.
///
/// # Safety
/// There is room for the value at `value`.
pub(crate) unsafe fn answer_once(value: *mut ngx_variable_value_t, text: &[u8]) {
    // NGINX may never have written there, and a reference is to something that is.
    // SAFETY: the structure is C's, of numbers and of pointers that may be null, so all zero is a value of it.
    let mut answer: ngx_variable_value_t = unsafe { std::mem::zeroed() };
    answer.data = text.as_ptr().cast_mut();
    bits::NGX_VARIABLE_VALUE_LEN.set(&mut answer, text.len().try_into().unwrap_or(0));
    bits::NGX_VARIABLE_VALUE_NO_CACHEABLE.set(&mut answer, 1);
    // SAFETY: the caller promises that there is room.
    unsafe { value.write(answer) };
}
