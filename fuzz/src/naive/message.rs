//! What is hashed, as docs/formats.md has it under "The message".

use super::link::Fields;

/// What a message may be made of.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    pub secret: String,
    pub path: String,
    pub raw: String,
    pub args: Vec<String>,
    pub parent: String,
    pub client_ip: String,
    /// Fields of the link, the time among them.
    pub fields: Fields,
    pub variables: Vec<(String, String)>,
    pub ignore_case: bool,
}

impl Parts {
    fn cased(&self, path: &str) -> String {
        if self.ignore_case {
            path.to_ascii_lowercase()
        } else {
            path.to_owned()
        }
    }

    fn field(&self, name: &str) -> String {
        let directory = &self.path[..self.path.rfind('/').map_or(0, |at| at + 1)];
        match name {
            "secret" => self.secret.clone(),
            "path" => self.cased(&self.path),
            "path:raw" => self.cased(&self.raw),
            "dir" => self.cased(directory),
            "stream" => {
                let inner = directory.strip_prefix('/').unwrap_or(directory);
                self.cased(inner.strip_suffix('/').unwrap_or(inner))
            }
            "parent" => self.cased(&self.parent),
            "args" => self.args.join("&"),
            "uri:raw" if self.args.is_empty() => self.cased(&self.raw),
            "uri:raw" => format!("{}?{}", self.cased(&self.raw), self.args.join("&")),
            "client_ip" => self.client_ip.clone(),
            // "{time}" is the field whatever its form is in the link.
            name => self.fields.get(name).cloned().unwrap_or_default(),
        }
    }

    fn variable(&self, name: &str) -> String {
        let mut variables = self.variables.iter();
        let found = variables.find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// The message.
    pub fn message(&self, template: &str) -> String {
        self.expand(&template.chars().collect::<Vec<_>>()).0
    }

    /// The text, and whether the field in it is empty.
    fn expand(&self, template: &[char]) -> (String, bool) {
        let (mut out, mut is_empty, mut at) = (String::new(), false, 0);
        while at < template.len() {
            let behind = template.get(at + 1).copied();
            match template[at] {
                '{' if behind == Some('{') => {
                    out.push('{');
                    at += 2;
                }
                '}' => {
                    out.push('}');
                    at += 2;
                }
                '\\' => {
                    out.push(match behind {
                        Some('n') => '\n',
                        Some('t') => '\t',
                        Some('r') => '\r',
                        Some(other) => other,
                        None => panic!("an escape of nothing"),
                    });
                    at += 2;
                }
                '{' => {
                    let name: String = template[at + 1..]
                        .iter()
                        .take_while(|char| **char != '}')
                        .collect();
                    at += name.chars().count() + 2;
                    let value = self.field(&name);
                    is_empty |= value.is_empty() && (name != "args" || self.args.is_empty());
                    out.push_str(&value);
                }
                '$' => {
                    let is_braced = behind == Some('{');
                    let start = at + 1 + usize::from(is_braced);
                    let is_name = |char: &&char| char.is_ascii_alphanumeric() || **char == '_';
                    let name: String = template[start..].iter().take_while(is_name).collect();
                    at = start + name.len() + usize::from(is_braced);
                    let value = self.variable(&name);
                    is_empty |= value.is_empty();
                    out.push_str(&value);
                }
                '[' => {
                    let end = end_of_bracket(template, at);
                    let inside = &template[at + 1..end];
                    let bar = bar(inside).unwrap_or(inside.len());
                    let (chosen, without) = self.expand(&inside[..bar]);
                    if !without {
                        out.push_str(&chosen);
                    } else if bar < inside.len() {
                        out.push_str(&self.expand(&inside[bar + 1..]).0);
                    }
                    at = end + 1;
                }
                char => {
                    out.push(char);
                    at += 1;
                }
            }
        }
        (out, is_empty)
    }
}

fn end_of_bracket(template: &[char], open: usize) -> usize {
    find(template, open + 1, ']').expect("the end of the bracket")
}

fn bar(inside: &[char]) -> Option<usize> {
    find(inside, 0, '|')
}

fn find(template: &[char], mut at: usize, wanted: char) -> Option<usize> {
    while at < template.len() {
        match template[at] {
            '\\' => at += 2,
            char if char == wanted => return Some(at),
            _ => at += 1,
        }
    }
    None
}
