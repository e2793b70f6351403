//! Values of the configuration that may contain variables.

use nginx_sys::{
    ngx_http_get_flushed_variable, ngx_http_get_variable_index, ngx_str_t, ngx_uint_t,
};
use ngx::http::Request;
use zeroize::Zeroizing;

use super::{Conf, Failed, variable};

/// A value that may contain variables.
pub(crate) enum Value {
    /// Text. It may be a secret, and is wiped with the configuration.
    Literal(Zeroizing<Box<[u8]>>),
    /// One variable and nothing else: read where NGINX keeps it.
    Variable(ngx_uint_t),
    /// Text and variables, put together for every request in its pool.
    Joined(Box<[Value]>),
}

impl Value {
    /// Puts a value together from its pieces.
    ///
    /// # Errors
    /// Where memory ran out; NGINX has then said so.
    pub(crate) fn join(cf: &mut Conf, pieces: &[Piece<'_>]) -> Result<Self, Failed> {
        let mut values = Vec::new();
        for piece in pieces {
            values.push(match piece {
                Piece::Text(text) => Self::Literal(Zeroizing::new((*text).into())),
                Piece::Variable(name) => Self::variable(cf, name)?,
            });
        }
        Ok(match values.len() {
            0 => Self::Literal(Zeroizing::default()),
            1 => values.remove(0),
            _ => Self::Joined(values.into()),
        })
    }

    fn variable(cf: &mut Conf, name: &[u8]) -> Result<Self, Failed> {
        let mut name = ngx_str_t {
            len: name.len(),
            data: name.as_ptr().cast_mut(),
        };
        // SAFETY: NGINX only reads the name, and copies it.
        let index = unsafe { ngx_http_get_variable_index(cf.as_ptr(), &raw mut name) };
        index.try_into().map(Self::Variable).map_err(|_| Failed)
    }

    /// The names of its variables, in lower case.
    pub(crate) fn variables(&self, cf: &Conf) -> Vec<Vec<u8>> {
        match self {
            Self::Literal(_) => Vec::new(),
            Self::Variable(index) => cf
                .used_variables()
                .nth(*index)
                .map(<[u8]>::to_ascii_lowercase)
                .into_iter()
                .collect(),
            Self::Joined(values) => values
                .iter()
                .flat_map(|value| value.variables(cf))
                .collect(),
        }
    }

    /// The value for a request. A variable without a value is empty.
    ///
    /// # Errors
    /// Where NGINX could not work it out.
    #[inline]
    pub(crate) fn get<'a>(&'a self, r: &'a Request) -> Result<&'a [u8], Failed> {
        match self {
            Self::Literal(text) => Ok(text),
            Self::Variable(_) | Self::Joined(_) => self.work_out(r),
        }
    }

    #[inline(never)]
    fn work_out<'a>(&'a self, r: &'a Request) -> Result<&'a [u8], Failed> {
        match self {
            Self::Literal(text) => Ok(text),
            Self::Variable(index) => {
                let r = std::ptr::from_ref(r).cast_mut().cast();
                // SAFETY: NGINX gave the index for the configuration that the request is under.
                let value = unsafe { ngx_http_get_flushed_variable(r, *index) };
                // SAFETY: NGINX returns null, or a value that it keeps as long as the request.
                unsafe { variable::text(value) }.map(Option::unwrap_or_default)
            }
            Self::Joined(values) => {
                // Room for all of it at once: no piece of a secret is left where it grew.
                let mut room = 0usize;
                for value in values {
                    room = room.saturating_add(value.get(r)?.len());
                }
                let mut text = ngx::collections::Vec::new_in(r.pool());
                text.try_reserve_exact(room).map_err(|_| Failed)?;
                for value in values {
                    let value = value.get(r)?;
                    text.try_reserve(value.len()).map_err(|_| Failed)?;
                    text.extend_from_slice(value);
                }
                Ok(text.leak())
            }
        }
    }
}

/// A piece of a value.
pub(crate) enum Piece<'a> {
    Text(&'a [u8]),
    /// Name of a variable.
    Variable(&'a [u8]),
}

/// Why a value has no pieces.
pub(crate) enum Unsplit {
    /// It has what some regular expression captured, such as `$1`: the one that ran last, be it a `map`'s
    /// for what the client chose.
    Captures,
    /// It has a `$` that begins no variable.
    StrayDollar,
}

/// Takes a value apart.
pub(crate) fn split(text: &[u8]) -> Result<Vec<Piece<'_>>, Unsplit> {
    let mut pieces = Vec::new();
    let mut has_captures = false;
    for (number, text) in text.split(|&byte| byte == b'$').enumerate() {
        let mut text = text;
        if number > 0 {
            let braced = text.strip_prefix(b"{");
            let named = braced.unwrap_or(text);
            let is_name_byte = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
            let length = named.iter().take_while(is_name_byte).count();
            let (name, behind) = named.split_at_checked(length).ok_or(Unsplit::StrayDollar)?;
            let first = name.first().ok_or(Unsplit::StrayDollar)?;
            has_captures |= first.is_ascii_digit();
            pieces.push(Piece::Variable(name));
            text = match braced {
                Some(_) => behind.strip_prefix(b"}").ok_or(Unsplit::StrayDollar)?,
                None => behind,
            };
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
    }
    if has_captures {
        return Err(Unsplit::Captures);
    }
    Ok(pieces)
}
