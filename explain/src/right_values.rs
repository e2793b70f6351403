//! What the module takes for the parts of a message.

use token::Part;
use token::inspect::{directory, parents, stream};

use crate::digest;
use crate::link_request::LinkRequest;
use crate::token_fields::TokenFields;

/// The values of all parts but secret, time and address, for one link.
pub(crate) struct RightValues {
    /// The part that is the path of the scheme's message.
    pub(crate) path_part: Part,
    decoded: Vec<u8>,
    raw: Vec<u8>,
    raw_uri: Vec<u8>,
    args: Vec<u8>,
    fields: Vec<Vec<u8>>,
    variables: Vec<Vec<u8>>,
}

impl RightValues {
    pub(crate) fn new(request: &LinkRequest<'_>, fields: &TokenFields) -> Self {
        let folded = |path: &[u8]| {
            if request.rules.ignore_case {
                path.to_ascii_lowercase()
            } else {
                path.to_vec()
            }
        };
        let raw = folded(digest::raw_path(request));
        let args = digest::other_args(request);
        let mark: &[u8] = if args.is_empty() { b"" } else { b"?" };
        Self {
            path_part: digest::path_part(&request.scheme),
            decoded: folded(&request.path),
            raw_uri: [&raw, mark, &args].concat(),
            raw,
            args,
            fields: fields.fields.clone(),
            variables: request.variables.clone(),
        }
    }

    /// The path as it is hashed. There are several where any directory above the file will do, the deepest first.
    pub(crate) fn paths(&self) -> Vec<Vec<u8>> {
        if self.path_part == Part::Parent {
            parents(&self.decoded).map(<[u8]>::to_vec).collect()
        } else {
            vec![self.of(&self.path_part).to_vec()]
        }
    }

    pub(crate) fn of(&self, part: &Part) -> &[u8] {
        match part {
            Part::Path => &self.decoded,
            Part::RawPath => &self.raw,
            Part::RawUri => &self.raw_uri,
            Part::Directory => directory(&self.decoded),
            Part::Stream => stream(&self.decoded),
            Part::Parent => parents(&self.decoded).next().unwrap_or_default(),
            Part::Args => &self.args,
            Part::Field(id) => self.fields.get(usize::from(*id)).map_or(b"", Vec::as_slice),
            Part::Variable(id) => self
                .variables
                .get(usize::from(*id))
                .map_or(b"", Vec::as_slice),
            Part::Secret | Part::Time | Part::ClientIp | Part::Literal(_) | Part::Choice { .. } => {
                b""
            }
        }
    }
}
