//! The built-in formats: a request is decided as the table of docs/formats.md says it has to be.
#![no_main]

use std::sync::LazyLock;

use fuzz::input::{Lines, one_of};
use fuzz::naive::Said;
use fuzz::naive::digest::decide;
use fuzz::naive::rows::{Row, rows};
use fuzz::request::{Asking, verdict};
use libfuzzer_sys::fuzz_target;
use token::{Rules, Scheme, scheme};

static SCHEMES: LazyLock<Vec<(Row, Scheme)>> = LazyLock::new(|| {
    let with_scheme = |row: Row| {
        let scheme = scheme::by_name(row.name.as_bytes()).expect("the scheme");
        (row, scheme)
    };
    rows().into_iter().map(with_scheme).collect()
});

fuzz_target!(|input: &[u8]| {
    let mut lines = Lines::of(input);
    let (row, scheme) = one_of(&SCHEMES, &lines.text(), |(row, _)| &row.name);
    let rules = Rules::of(scheme);
    let asking = Asking::read(lines, row, rules.lifetime);
    let Some(asked) = asking.signed(row) else {
        return;
    };
    let verdict = verdict(scheme, &rules, &asked);
    assert_eq!(
        Said::from(&verdict),
        decide(row, &asked),
        "{verdict:?}: {} {asked:?}",
        row.name
    );
});
