//! `ngx_variable_value_t`: the value of a variable.

use nginx_sys::ngx_variable_value_t;

use super::{Failed, bits};

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
    // SAFETY: not null.
    if unsafe { bits::NGX_VARIABLE_VALUE_NOT_FOUND.read(value) } != 0 {
        return Ok(None);
    }
    // SAFETY: not null.
    let length = unsafe { bits::NGX_VARIABLE_VALUE_LEN.read(value) };
    if length == 0 {
        return Ok(Some(&[]));
    }
    // SAFETY: a variable that has a value has all of it.
    let data = unsafe { (*value).data };
    // SAFETY: by the caller's promise.
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
    // SAFETY: all zero is valid for this structure.
    let mut answer: ngx_variable_value_t = unsafe { std::mem::zeroed() };
    answer.data = text.as_ptr().cast_mut();
    bits::NGX_VARIABLE_VALUE_LEN.set(&mut answer, text.len().try_into().unwrap_or(0));
    bits::NGX_VARIABLE_VALUE_NO_CACHEABLE.set(&mut answer, 1);
    // SAFETY: there is room by the caller's promise.
    unsafe { value.write(answer) };
}
