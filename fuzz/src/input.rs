//! An input of a target, as lines: so vectors can be seeds, and a crash can be read.

use crate::text::text;

/// The lines of an input, taken one by one; empty ones where there are no more.
pub struct Lines<'i> {
    rest: std::slice::Split<'i, u8, fn(&u8) -> bool>,
}

impl<'i> Lines<'i> {
    pub fn of(input: &'i [u8]) -> Self {
        Self {
            rest: input.split(|byte| *byte == b'\n'),
        }
    }

    pub fn bytes(&mut self) -> &'i [u8] {
        self.rest.next().unwrap_or_default()
    }

    pub fn text(&mut self) -> String {
        text(self.bytes())
    }

    /// A line in UTF-8, with something in place of what is not.
    pub fn string(&mut self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }

    /// A number in decimal digits, or what stands for another.
    pub fn number(&mut self, otherwise: u64) -> u64 {
        self.text().parse().unwrap_or(otherwise)
    }

    /// What is switched on: letters.
    pub fn flags(&mut self) -> Flags {
        Flags(self.text())
    }

    /// All the rest.
    pub fn rest(mut self) -> Vec<u8> {
        let lines: Vec<&[u8]> = self.rest.by_ref().collect();
        lines.join(&b'\n')
    }
}

/// Letters, each of which switches something on.
pub struct Flags(String);

impl Flags {
    pub fn has(&self, letter: char) -> bool {
        self.0.contains(letter)
    }
}

/// One of these: that of the name, or any that a wrong name stands for.
pub fn one_of<'a, T>(all: &'a [T], name: &str, name_of: impl Fn(&T) -> &str) -> &'a T {
    let named = all.iter().find(|one| name_of(one) == name);
    let sum: usize = name.chars().map(|char| char as usize).sum();
    named.unwrap_or_else(|| &all[sum % all.len()])
}
