//! A configuration as directives within directives.

use super::tokens::{Token, tokens};

/// A directive.
#[derive(Clone, Debug)]
pub(super) struct Directive {
    /// Its name, and what stands behind.
    pub(super) words: Vec<String>,
    /// Between braces, where it has those.
    pub(super) block: Vec<Directive>,
    /// The file and the line: `nginx.conf:7`.
    pub(super) place: String,
}

impl Directive {
    pub(super) fn name(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// What stands behind the name.
    pub(super) fn values(&self) -> &[String] {
        self.words.get(1..).unwrap_or_default()
    }
}

/// Reads the directives of a file.
///
/// # Errors
/// The place of what cannot be read, and why.
pub(super) fn parse(text: &str, file: &str) -> Result<Vec<Directive>, String> {
    let tokens = tokens(text).map_err(|(line, why)| format!("{file}:{line}: {why}"))?;
    let mut parser = Parser {
        file,
        tokens: tokens.into_iter(),
    };
    parser.block(false, 0)
}

struct Parser<'a> {
    file: &'a str,
    tokens: std::vec::IntoIter<(Token, usize)>,
}

/// Blocks within blocks; nobody writes more.
const DEEPEST: usize = 64;

impl Parser<'_> {
    fn block(&mut self, is_inner: bool, depth: usize) -> Result<Vec<Directive>, String> {
        let mut directives = Vec::new();
        let mut words: Vec<String> = Vec::new();
        let mut first = 0;
        loop {
            let Some((token, line)) = self.tokens.next() else {
                return if is_inner || !words.is_empty() {
                    Err(format!(
                        "{}: a \"}}\" or \";\" is missing at the end",
                        self.file
                    ))
                } else {
                    Ok(directives)
                };
            };
            let place = format!("{}:{first}", self.file);
            match token {
                Token::Word(word) => {
                    if words.is_empty() {
                        first = line;
                    }
                    words.push(word);
                }
                Token::End | Token::Open if words.is_empty() => {
                    return Err(format!("{}:{line}: there is no directive", self.file));
                }
                Token::End => directives.push(Directive {
                    words: std::mem::take(&mut words),
                    block: Vec::new(),
                    place,
                }),
                Token::Open if depth >= DEEPEST => {
                    return Err(format!("{place}: there are too many blocks within blocks"));
                }
                Token::Open => directives.push(Directive {
                    words: std::mem::take(&mut words),
                    block: self.block(true, depth.saturating_add(1))?,
                    place,
                }),
                Token::Close if is_inner && words.is_empty() => return Ok(directives),
                Token::Close => {
                    return Err(format!("{}:{line}: \"}}\" is not expected here", self.file));
                }
            }
        }
    }
}
