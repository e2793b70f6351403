//! Where a token is looked for, as secure_token_source says it: the query, or headers and cookies of the request.

use explain::place::{ARGS, Header, Place};
use explain::url::Url;

use crate::words::words;

/// The values of secure_token_source.
#[derive(Clone)]
pub(crate) struct Sources(Vec<Source>);

#[derive(Clone)]
struct Source {
    name: String,
    pieces: Vec<Piece>,
}

#[derive(Clone)]
enum Piece {
    Text(String),
    Args,
    Arg(String),
    Cookie(String),
    Header(String),
}

impl Sources {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let sources = words(text)?.into_iter();
        let sources: Vec<Source> = sources
            .map(|word| Source::parse(&word))
            .collect::<Result<_, _>>()?;
        if sources.is_empty() {
            return Err("write \"args\", or a variable such as '$cookie_link'".to_owned());
        }
        Ok(Self(sources))
    }

    pub(crate) fn places(&self, url: &Url<'_>, headers: &[Header]) -> Vec<Place> {
        let place = |source: &Source| Place {
            name: source.name.clone(),
            text: source
                .pieces
                .iter()
                .flat_map(|piece| piece.value(url, headers))
                .collect(),
        };
        self.0.iter().map(place).collect()
    }

    /// Whether one of them looks into a header.
    pub(crate) fn reads(&self, header: &Header) -> bool {
        let mut pieces = self.0.iter().flat_map(|source| &source.pieces);
        pieces.any(|piece| match piece {
            Piece::Text(_) | Piece::Args | Piece::Arg(_) => false,
            Piece::Cookie(_) => header.is("cookie"),
            Piece::Header(name) => header.variable() == format!("$http_{name}"),
        })
    }
}

impl Source {
    fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        if rest == ARGS {
            pieces.push(Piece::Args);
            rest = "";
        }
        while !rest.is_empty() {
            let (before, variable) = rest.split_at(rest.find('$').unwrap_or(rest.len()));
            pieces.push(Piece::Text(before.to_owned()));
            let Some(behind) = variable.strip_prefix('$') else {
                break;
            };
            let (name, behind) = match behind.strip_prefix('{') {
                Some(braced) => braced.split_once('}').unwrap_or_default(),
                None => {
                    let end = behind.bytes().position(|byte| !is_word(byte));
                    behind.split_at(end.unwrap_or(behind.len()))
                }
            };
            pieces.push(Piece::variable(name).ok_or_else(|| unknown(variable, name))?);
            rest = behind;
        }
        Ok(Self {
            name: text.to_owned(),
            pieces,
        })
    }
}

fn unknown(text: &str, name: &str) -> String {
    let shown = if name.is_empty() {
        text.to_owned()
    } else {
        format!("${name}")
    };
    format!(
        "\"{shown}\" is none of the variables that are known here: $args, $arg_NAME, $cookie_NAME and $http_NAME; write \
         what another one would have in its place, 'st=…&e=…'"
    )
}

impl Piece {
    /// The variable of a name, which NGINX reads without regard to case.
    fn variable(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        if lower == ARGS || lower == "query_string" {
            return Some(Self::Args);
        }
        let (kind, name) = lower.split_once('_').filter(|(_, name)| !name.is_empty())?;
        match kind {
            "arg" => Some(Self::Arg(name.to_owned())),
            "cookie" => Some(Self::Cookie(name.to_owned())),
            "http" => Some(Self::Header(name.to_owned())),
            _ => None,
        }
    }

    /// What NGINX has in it. Nothing is decoded.
    fn value(&self, url: &Url<'_>, headers: &[Header]) -> Vec<u8> {
        let query = url.query.unwrap_or_default();
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Args => query.to_vec(),
            Self::Arg(name) => {
                let mut pieces = query.split(|&byte| byte == b'&');
                let value = pieces.find_map(|piece| {
                    let (own, value) = piece.split_at_checked(name.len())?;
                    let is_own = own.eq_ignore_ascii_case(name.as_bytes());
                    value.strip_prefix(b"=").filter(|_| is_own)
                });
                value.unwrap_or_default().to_vec()
            }
            Self::Cookie(name) => {
                let found = headers.iter().find_map(|header| header.cookie(name));
                found.unwrap_or_default().as_bytes().to_vec()
            }
            Self::Header(name) => {
                let variable = format!("$http_{name}");
                let values = headers
                    .iter()
                    .filter(|header| header.variable() == variable);
                let values: Vec<&str> = values.map(|header| header.value.as_str()).collect();
                let between = if name == "cookie" { "; " } else { ", " };
                values.join(between).into_bytes()
            }
        }
    }
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
