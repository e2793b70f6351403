//! Query strings, `name=value&name=value`: finding a token's parameters and taking them out.
//!
//! A token is the value of a parameter, or it is the first piece of the query and has no name.
//!
//! Names are compared byte by byte: `ST` or `%73t` is not `st`. Values are handed on as they were
//! sent.

use alloc::borrow::Cow;

use crate::{FieldId, Name, Parts};

pub use find::QueryFields;
pub(crate) use pieces::{pieces, unpadded, value_of};

mod find;
mod pieces;

/// Names of a token's parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Params {
    /// The token itself; `None` where it is the query's first piece, `?TOKEN&other=1`.
    pub token: Option<Name>,
    /// Its expiry, or its time of issue; `None` where the token's own text has it.
    pub expires: Option<Name>,
    /// The other fields that have a parameter of their own.
    pub fields: Parts<FieldParam>,
}

/// The parameter of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldParam {
    /// Its name.
    pub name: Name,
    /// Which field its value is.
    pub field: FieldId,
}

/// Whether a parameter may be given this name: no character of it has another spelling in a query.
pub fn is_param_name(name: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    !name.is_empty() && name.iter().all(is_plain)
}

impl Params {
    /// No names: of schemes whose tokens need none.
    pub const NONE: Self = Self {
        token: None,
        expires: None,
        fields: Cow::Borrowed(&[]),
    };

    /// These names.
    pub(crate) const fn of(token: &'static str, expires: Option<&'static str>) -> Self {
        Self {
            token: Some(Name::of(token)),
            expires: match expires {
                Some(name) => Some(Name::of(name)),
                None => None,
            },
            fields: Cow::Borrowed(&[]),
        }
    }

    /// The same parameters by other names, where they are given any. A scheme whose tokens have their expiry
    /// inside gets no parameter for it.
    #[must_use]
    pub fn renamed(&self, token: Option<&[u8]>, expires: Option<&[u8]>) -> Self {
        let renamed = |own: &Name| expires.map_or_else(|| own.clone(), Name::new);
        Self {
            token: token.map(Name::new).or_else(|| self.token.clone()),
            expires: self.expires.as_ref().map(renamed),
            fields: self.fields.clone(),
        }
    }

    /// Whether two of them go by one name, so that neither can be found.
    pub fn clash(&self) -> bool {
        let mut names = self.names();
        while let Some(name) = names.next() {
            if names.clone().any(|other| other == name) {
                return true;
            }
        }
        false
    }

    /// All the names.
    pub fn names(&self) -> impl Iterator<Item = &Name> + Clone {
        let fields = self.fields.iter().map(|param| &param.name);
        self.token.iter().chain(&self.expires).chain(fields)
    }

    /// The pieces of `query` that have these names, in order and as they were sent.
    pub fn own<'q>(&self, query: &'q [u8]) -> impl Iterator<Item = &'q [u8]> + Clone + use<'_, 'q> {
        pieces(query).filter(|piece| self.names().any(|name| value_of(piece, name).is_some()))
    }

    /// The pieces of `query` that are not the token's, in order and as they were sent. `query` may have
    /// become another than the `sent` one, in which the token was found: what has no name is the token
    /// where it is the same.
    pub fn others<'q>(
        &self,
        query: &'q [u8],
        sent: &'q [u8],
    ) -> impl Iterator<Item = &'q [u8]> + Clone + use<'_, 'q> {
        let bare = match self.token {
            None => find::bare_token(sent).map(unpadded),
            Some(_) => None,
        };
        pieces(query).filter(move |piece| {
            let has_name = |name| value_of(piece, name).is_some();
            bare.is_none_or(|token| unpadded(piece) != token) && !self.names().any(has_name)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    const ST_E: Params = Params::of("st", Some("e"));
    const BARE: Params = Params::NONE;

    #[test]
    fn taking_the_token_out_leaves_the_others_as_they_were() {
        let others = |params: Params, query: &str| -> std::string::String {
            let pieces: std::vec::Vec<_> = params
                .others(query.as_bytes(), query.as_bytes())
                .map(|piece| core::str::from_utf8(piece).unwrap())
                .collect();
            pieces.join("&")
        };
        assert_eq!(others(ST_E, "st=a&e=1"), "");
        assert_eq!(others(ST_E, "b=%20&st=a&&c&e=1&ST=x"), "b=%20&&c&ST=x");
        let token = "0123456789abcdef-_ABCD";
        assert_eq!(others(BARE, token), "");
        assert_eq!(others(BARE, &format!("{token}&b=%20&&c")), "b=%20&&c");
        assert_eq!(others(BARE, "download&b=%20"), "download&b=%20");
        let elsewhere = format!("b=%20&{token}");
        assert_eq!(others(BARE, &elsewhere), elsewhere);
        let twice = format!("a=1&{token}&{token}=&{token}x");
        let left = BARE.others(twice.as_bytes(), token.as_bytes());
        assert!(left.eq([b"a=1".as_slice(), format!("{token}x").as_bytes()]));
    }
}
