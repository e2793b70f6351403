//! A configuration's words, semicolons and braces, by NGINX's rules.

use std::iter::Peekable;
use std::str::Chars;

/// What a configuration consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    /// `;`
    End,
    /// `{`
    Open,
    /// `}`
    Close,
}

/// Takes a text apart. Each token has the number of its line.
///
/// # Errors
/// The line, and what is wrong there.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, usize)>, (usize, String)> {
    let mut reader = Reader {
        rest: text.chars().peekable(),
        line: 1,
    };
    let mut tokens = Vec::new();
    while let Some(first) = reader.next() {
        let line = reader.line;
        match first {
            ' ' | '\t' | '\r' | '\n' => {}
            ';' => tokens.push((Token::End, line)),
            '{' => tokens.push((Token::Open, line)),
            '}' => tokens.push((Token::Close, line)),
            '#' => while reader.next().is_some_and(|character| character != '\n') {},
            '"' | '\'' => {
                let word = reader.quoted(first).map_err(|why| (line, why))?;
                tokens.push((Token::Word(word), line));
            }
            first => tokens.push((Token::Word(reader.bare(first)), line)),
        }
    }
    Ok(tokens)
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    line: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.rest.next();
        if next == Some('\n') {
            self.line = self.line.saturating_add(1);
        }
        next
    }

    /// What stands up to the second quote.
    fn quoted(&mut self, quote: char) -> Result<String, String> {
        let mut word = String::new();
        loop {
            match self.next() {
                None => return Err(format!("there is no second {quote} behind the first")),
                Some('\\') => self.escaped(&mut word),
                Some(character) if character == quote => break,
                Some(character) => word.push(character),
            }
        }
        match self.rest.peek() {
            None | Some(' ' | '\t' | '\r' | '\n' | ';' | '{' | ')') => Ok(word),
            Some(_) => Err(format!(
                "there is no blank behind the second {quote}, and NGINX wants one"
            )),
        }
    }

    /// A word without quotes.
    fn bare(&mut self, first: char) -> String {
        let mut word = String::new();
        let mut before = first;
        if first == '\\' {
            self.escaped(&mut word);
        } else {
            word.push(first);
        }
        while let Some(&next) = self.rest.peek() {
            // "${name}" is a variable.
            let is_end =
                matches!(next, ' ' | '\t' | '\r' | '\n' | ';') || next == '{' && before != '$';
            if is_end {
                break;
            }
            self.next();
            if next == '\\' {
                self.escaped(&mut word);
            } else {
                word.push(next);
            }
            before = next;
        }
        word
    }

    /// What a backslash and the character behind it stand for.
    fn escaped(&mut self, word: &mut String) {
        match self.next() {
            Some('t') => word.push('\t'),
            Some('r') => word.push('\r'),
            Some('n') => word.push('\n'),
            Some(character @ ('"' | '\'' | '\\')) => word.push(character),
            Some(character) => word.extend(['\\', character]),
            None => word.push('\\'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let tokens = tokens(text).unwrap().into_iter();
        let shown = tokens.map(|(token, line)| match token {
            Token::Word(word) => format!("{line}:{word}"),
            Token::End => ";".to_owned(),
            Token::Open => "{".to_owned(),
            Token::Close => "}".to_owned(),
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_end_where_nginx_ends_them() {
        for (text, expected) in [
            ("a b;# c {\nd{}", "1:a 1:b ; 2:d { }"),
            ("a#b;", "1:a#b ;"),
            ("a ${b}c$d{e", "1:a 1:${b}c$d { 1:e"),
            (r#"a "b; {c}" 'd"e';"#, "1:a 1:b; {c} 1:d\"e ;"),
            (r#"a "\"\\\.\[" \;"#, "1:a 1:\"\\\\.\\[ 1:\\;"),
            ("a \"b\n\" c", "1:a 1:b\n 2:c"),
            (r"a b\tc", "1:a 1:b\tc"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
        assert_eq!(tokens("a\n'b").unwrap_err().0, 2);
        assert_eq!(tokens("a \"b\"c").unwrap_err().0, 1);
    }
}
