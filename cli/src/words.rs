//! The words of a directive in one argument of the command line.

/// The words of a directive: with quotes around them, as a configuration has them, or without. As in a configuration,
/// a backslash in front of a quote or of another backslash is no part of the word; `\n` and the like are left as they
/// are, for whoever reads the word knows them.
pub(crate) fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, behind) = if let '"' | '\'' = first {
            let quoted = rest.get(1..).unwrap_or_default();
            let (word, behind) = quoted_word(quoted, first)
                .ok_or_else(|| format!("there is no second {first} behind the first"))?;
            if !behind.is_empty() && !behind.starts_with(char::is_whitespace) {
                return Err(format!(
                    "write a blank behind the second {first}, as NGINX wants it"
                ));
            }
            (word, behind)
        } else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let (word, behind) = rest.split_at(end);
            (unescaped(word), behind)
        };
        words.push(word);
        rest = behind.trim_start();
    }
    Ok(words)
}

/// What stands in front of the closing quote, and behind it.
fn quoted_word(text: &str, quote: char) -> Option<(String, &str)> {
    let mut is_escaped = false;
    let end = text.find(|character| {
        let is_end = character == quote && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        is_end
    })?;
    let (word, behind) = text.split_at_checked(end)?;
    Some((unescaped(word), behind.get(quote.len_utf8()..)?))
}

/// Without the backslashes that are no part of a word.
fn unescaped(text: &str) -> String {
    let mut word = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match characters.peek() {
            Some(&next @ ('"' | '\'' | '\\')) if character == '\\' => {
                word.push(next);
                characters.next();
            }
            _ => word.push(character),
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_stand_between_blanks_or_quotes() {
        for (text, expected) in [
            ("", vec![]),
            (" a  b ", vec!["a", "b"]),
            (r#""a b" 'c "d"' e"f"#, vec!["a b", "c \"d\"", "e\"f"]),
            (r#""a\"b\n" '\'' \n"#, vec!["a\"b\\n", "'", "\\n"]),
            (r#""" ''"#, vec!["", ""]),
            (r#""a\\n\'" b\\n "\\""#, vec![r"a\n'", r"b\n", r"\"]),
            (r#""\\\"" '\t\.'"#, vec![r#"\""#, r"\t\."]),
        ] {
            assert_eq!(words(text).unwrap(), expected, "{text}");
        }
        for text in ["\"a", "'a\\'", "\"a\"b"] {
            assert!(words(text).is_err(), "{text}");
        }
    }
}
