//! The formats, as docs/formats.md has them: this is the table that people read.

/// A format in its strings.
#[derive(Clone, Debug)]
pub struct Row {
    pub name: String,
    pub link: String,
    pub digest: String,
    pub message: String,
    pub options: Vec<String>,
}

impl Row {
    /// The value of an option.
    pub fn option(&self, name: &str) -> Option<&str> {
        let mut options = self.options.iter();
        options.find_map(|option| match option.split_once('=') {
            Some((own, value)) if own == name => Some(value),
            None if option == name => Some(""),
            _ => None,
        })
    }

    /// How the secret is written.
    pub fn secret(&self) -> &str {
        self.option("secret").unwrap_or("text")
    }
}

const DOCUMENT: &str = include_str!("../../../docs/formats.md");

/// All rows.
pub fn rows() -> Vec<Row> {
    let (_, behind) = DOCUMENT
        .split_once("<!-- facts: formats -->")
        .expect("the table");
    let (table, _) = behind.split_once("<!-- /facts -->").expect("its end");
    let rows: Vec<Row> = table
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(row)
        .collect();
    assert!(rows.len() > 30, "the table has {} rows", rows.len());
    rows
}

fn row(line: &str) -> Row {
    let line = line.replace("\\|", "\u{1}");
    let cells: Vec<String> = line
        .split('|')
        .map(|cell| cell.trim().replace('\u{1}', "|"))
        .collect();
    let code = |cell: &str| cell.trim_matches('`').to_owned();
    let words = cells[5].split_whitespace().map(code).collect();
    Row {
        name: code(&cells[1]),
        link: code(&cells[2]),
        digest: code(&cells[3]),
        message: code(&cells[4]),
        options: words,
    }
}
