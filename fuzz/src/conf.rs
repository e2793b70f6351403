//! The command's reader of configurations: no library has it.

#[path = "../../cli/src/conf/blocks.rs"]
mod blocks;
#[path = "../../cli/src/conf/tokens.rs"]
mod tokens;

/// A directive's words, and those within.
#[derive(Debug, PartialEq, Eq)]
pub struct Read(pub Vec<String>, pub Vec<Read>);

/// Reads a configuration.
pub fn read(text: &str) -> Result<Vec<Read>, String> {
    blocks::parse(text, "f").map(|directives| all(&directives))
}

fn all(directives: &[blocks::Directive]) -> Vec<Read> {
    let one = |directive: &blocks::Directive| {
        assert_eq!(directive.name(), directive.words[0]);
        assert_eq!(directive.values(), &directive.words[1..]);
        assert!(directive.place.starts_with("f:"));
        Read(directive.words.clone(), all(&directive.block))
    };
    directives.iter().map(one).collect()
}
