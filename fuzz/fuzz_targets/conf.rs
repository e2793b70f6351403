//! The command's reader of configurations: what is written is what is read, and no text panics.
#![no_main]

use arbitrary::Arbitrary;
use fuzz::conf::{Read, read};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Directive {
    words: Vec<(String, Quotes)>,
    block: Option<Vec<Directive>>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Quotes {
    Single,
    Double,
    None,
}

#[derive(Arbitrary, Debug)]
enum Input {
    Text(String),
    Directives(Vec<Directive>),
}

fuzz_target!(|input: Input| match input {
    Input::Text(text) => drop(read(&text)),
    Input::Directives(directives) => {
        let (mut text, mut expected) = (String::new(), Vec::new());
        write(&directives, 0, &mut text, &mut expected);
        assert_eq!(read(&text), Ok(expected), "{text}");
    }
});

/// Writes directives by NGINX's rules, and what is to be read of them.
fn write(directives: &[Directive], depth: usize, text: &mut String, expected: &mut Vec<Read>) {
    for directive in directives {
        let mut words = Vec::new();
        for (at, (word, quotes)) in directive.words.iter().enumerate() {
            words.push(word.clone());
            if at > 0 {
                text.push([' ', '\t', '\n'][word.len() % 3]);
            }
            let escaped = word
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\'', "\\'");
            let is_bare = |char: char| char.is_alphanumeric() || "-_/.:=~^".contains(char);
            match quotes {
                Quotes::None if !word.is_empty() && word.chars().all(is_bare) => {
                    text.push_str(word)
                }
                Quotes::Single => text.push_str(&format!("'{escaped}'")),
                Quotes::Double | Quotes::None => text.push_str(&format!("\"{escaped}\"")),
            }
        }
        if words.is_empty() {
            text.push_str("#; {\n");
            continue;
        }
        let mut inner = Vec::new();
        match &directive.block {
            Some(block) if depth < 60 => {
                text.push_str(" {");
                write(block, depth + 1, text, &mut inner);
                text.push('}');
            }
            _ => text.push(';'),
        }
        expected.push(Read(words, inner));
    }
}
