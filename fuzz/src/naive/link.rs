//! What a link looks like, as docs/formats.md has it under "The link".

use std::collections::BTreeMap;

/// A piece of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    Field {
        name: String,
        form: String,
        is_optional: bool,
    },
}

/// The texts of a link's fields.
pub type Fields = BTreeMap<String, String>;

/// The pieces of a part of a link.
pub fn pieces(mut template: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    while !template.is_empty() {
        let (text, behind) = template.split_once('{').unwrap_or((template, ""));
        if !text.is_empty() {
            pieces.push(Piece::Text(text.to_owned()));
        }
        let Some((field, rest)) = behind.split_once('}') else {
            break;
        };
        let is_optional = field.ends_with('?');
        let field = field.trim_end_matches(['?', '*']);
        let (name, form) = field.split_once(':').unwrap_or((field, ""));
        pieces.push(Piece::Field {
            name: name.to_owned(),
            form: form.to_owned(),
            is_optional,
        });
        template = rest;
    }
    pieces
}

/// Takes a text apart by a template: a free field ends where the text begins that stands behind it.
pub fn take_apart(
    template: &[Piece],
    text: &str,
    token_length: usize,
    fields: &mut Fields,
) -> Option<()> {
    let mut rest = text;
    for (at, piece) in template.iter().enumerate() {
        let (name, end) = match (piece, template.get(at + 1)) {
            (Piece::Text(text), _) => {
                rest = rest.strip_prefix(text.as_str())?;
                continue;
            }
            (Piece::Field { name, .. }, None) => (name, rest.len()),
            (Piece::Field { name, .. }, Some(Piece::Text(next))) => {
                let shortest = if name == "token" { token_length } else { 0 };
                // Characters that are one byte each here, though two in UTF-8.
                let shortest = rest
                    .char_indices()
                    .nth(shortest)
                    .map_or(rest.len(), |(at, _)| at);
                match rest[shortest..].find(next.as_str()) {
                    Some(end) => (name, shortest + end),
                    None if template[at + 1..].iter().all(may_be_absent) => {
                        fields.insert(name.clone(), rest.to_owned());
                        return Some(());
                    }
                    None => return None,
                }
            }
            (_, Some(Piece::Field { .. })) => panic!("two fields side by side: {template:?}"),
        };
        fields.insert(name.clone(), rest[..end].to_owned());
        rest = &rest[end..];
    }
    rest.is_empty().then_some(())
}

fn may_be_absent(piece: &Piece) -> bool {
    matches!(
        piece,
        Piece::Text(_)
            | Piece::Field {
                is_optional: true,
                ..
            }
    )
}

/// A link's two kinds.
#[derive(Clone, Debug)]
pub enum Link {
    /// Arguments: their names, and what each is.
    Query(Vec<(String, Vec<Piece>)>),
    /// Segments that stay, those that are taken out, and the field that is all that is left.
    Path {
        front: String,
        token: String,
        rest: Option<String>,
    },
}

impl Link {
    pub fn of(text: &str) -> Self {
        if let Some(query) = text.strip_prefix('?') {
            let arguments = query.split('&').map(|argument| {
                let (name, value) = argument.split_once('=').expect("a name and a value");
                (name.to_owned(), pieces(value))
            });
            return Self::Query(arguments.collect());
        }
        let (segments, rest) = match text.strip_suffix("{path}") {
            Some(segments) => (segments, None),
            None => {
                let (segments, rest) = text.rsplit_once('/').expect("a slash");
                (
                    segments,
                    Some(rest.trim_matches(['{', '*', '}']).to_owned()),
                )
            }
        };
        let mut segments: Vec<&str> = segments.split('/').skip(1).collect();
        let own = ["{token", "{expires", "{time", "{start", "{ttl"];
        let is_own = |segment: &&str| {
            own.iter().any(|field| {
                let is_whole = |(at, _): (usize, &str)| {
                    segment[at + field.len()..].starts_with([':', '}', '?'])
                };
                segment.match_indices(field).any(is_whole)
            })
        };
        let at = segments
            .iter()
            .position(is_own)
            .expect("the token's segment");
        let token = segments.split_off(at).join("/");
        Self::Path {
            front: segments
                .iter()
                .map(|segment| format!("/{segment}"))
                .collect(),
            token,
            rest,
        }
    }

    /// Every piece that is a field.
    pub fn fields(&self) -> Vec<Piece> {
        let mut all = match self {
            Self::Query(arguments) => arguments
                .iter()
                .flat_map(|(_, pieces)| pieces.clone())
                .collect(),
            Self::Path { front, token, .. } => [pieces(front), pieces(token)].concat(),
        };
        all.retain(|piece| matches!(piece, Piece::Field { .. }));
        all
    }
}

/// Whether the argument has the token.
pub fn has_token(pieces: &[Piece]) -> bool {
    pieces
        .iter()
        .any(|piece| matches!(piece, Piece::Field { name, .. } if name == "token"))
}
