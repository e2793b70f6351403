//! Values of the configuration that may contain variables.

use std::ptr::NonNull;

use nginx_sys::{
    NGX_OK, ngx_http_compile_complex_value, ngx_http_compile_complex_value_t,
    ngx_http_complex_value_t, ngx_http_get_flushed_variable, ngx_http_get_variable_index,
    ngx_int_t, ngx_palloc, ngx_str_t, ngx_uint_t,
};
use ngx::http::Request;

use super::{Conf, Failed};

/// A value that may contain variables.
pub(crate) enum Value {
    /// Text.
    Literal(Box<[u8]>),
    /// One variable and nothing else: read where NGINX keeps it.
    Variable(ngx_uint_t),
    /// Text and variables, put together for every request in its pool.
    Script(NonNull<ngx_http_complex_value_t>),
}

impl Value {
    /// Compiles a word of the configuration.
    ///
    /// # Errors
    /// Where NGINX refuses it; NGINX has then said why.
    pub(crate) fn compile(cf: &mut Conf, text: &'static [u8]) -> Result<Self, Failed> {
        if !text.contains(&b'$') {
            return Ok(Self::Literal(text.into()));
        }
        let mut word = ngx_str_t {
            len: text.len(),
            data: text.as_ptr().cast_mut(),
        };
        if let Some(name) = sole_variable(text) {
            word.data = name.as_ptr().cast_mut();
            word.len = name.len();
            // SAFETY: the name is only read.
            let index = unsafe { ngx_http_get_variable_index(cf.as_ptr(), &raw mut word) };
            return index.try_into().map(Self::Variable).map_err(|_| Failed);
        }
        // SAFETY: the configuration's pool is valid while it is read.
        let memory = unsafe { ngx_palloc(cf.pool(), size_of::<ngx_http_complex_value_t>()) };
        let script = NonNull::new(memory.cast::<ngx_http_complex_value_t>()).ok_or(Failed)?;
        // SAFETY: there is room for it; all zero is what the compiler starts from.
        unsafe { script.write_bytes(0, 1) };
        // SAFETY: all zero is valid for this structure.
        let mut compile: ngx_http_compile_complex_value_t = unsafe { std::mem::zeroed() };
        compile.cf = cf.as_ptr();
        compile.value = &raw mut word;
        compile.complex_value = script.as_ptr();
        // SAFETY: every pointer in it is valid; the text lives as long as the configuration.
        let rc = unsafe { ngx_http_compile_complex_value(&raw mut compile) };
        if rc == NGX_OK as ngx_int_t {
            Ok(Self::Script(script))
        } else {
            Err(Failed)
        }
    }

    /// The value for a request. A variable without a value is empty.
    ///
    /// # Errors
    /// Where NGINX could not work it out.
    pub(crate) fn get<'a>(&'a self, r: &'a Request) -> Result<&'a [u8], Failed> {
        match self {
            Self::Literal(text) => Ok(text),
            Self::Variable(index) => {
                let r = std::ptr::from_ref(r).cast_mut().cast();
                // SAFETY: the index came from NGINX for this configuration.
                let value = unsafe { ngx_http_get_flushed_variable(r, *index) };
                // SAFETY: null, or a value that the request keeps.
                match unsafe { value.as_ref() } {
                    None => Err(Failed),
                    Some(value) if value.not_found() != 0 => Ok(&[]),
                    Some(value) => Ok(value.as_bytes()),
                }
            }
            Self::Script(script) => {
                // SAFETY: compiled into the pool of the configuration that owns this value.
                let script = unsafe { script.as_ref() };
                r.get_complex_value(script)
                    .map(ngx::core::NgxStr::as_bytes)
                    .ok_or(Failed)
            }
        }
    }
}

/// The name in `$name` or `${name}` where nothing else stands there. A capture (`$1`) has no name.
fn sole_variable(text: &[u8]) -> Option<&[u8]> {
    let name = text.strip_prefix(b"$")?;
    let name = name
        .strip_prefix(b"{")
        .and_then(|name| name.strip_suffix(b"}"))
        .unwrap_or(name);
    let is_name = name.iter().all(is_name_byte) && !name.first()?.is_ascii_digit();
    is_name.then_some(name)
}

/// The variables that a text names, in order; an error for a `$` that begins none.
pub(crate) fn variable_names(text: &[u8]) -> impl Iterator<Item = Result<&[u8], Failed>> {
    let behind_dollars = text.split(|&byte| byte == b'$').skip(1);
    behind_dollars.map(|text| {
        let braced = text.strip_prefix(b"{");
        let text = braced.unwrap_or(text);
        let length = text.iter().take_while(|byte| is_name_byte(byte)).count();
        match text.split_at_checked(length) {
            Some((name, rest)) if length > 0 && (braced.is_none() || rest.starts_with(b"}")) => {
                Ok(name)
            }
            _ => Err(Failed),
        }
    })
}

fn is_name_byte(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || *byte == b'_'
}
