//! The same numbers as JSON.

use std::cell::Cell;
use std::fmt::{self, Write};

use super::prometheus::{Status, happened};
use super::{Numbers, Quoted};
use crate::nginx;

pub(super) fn write(numbers: &Numbers<'_>, out: &mut dyn Write) -> fmt::Result {
    let Numbers { counts, links } = numbers;
    write!(
        out,
        "{{\"version\":\"{}\",\"nginx\":\"{}\",\"requests\":[",
        env!("CARGO_PKG_VERSION"),
        nginx::version()
    )?;
    let comma = Comma::default();
    for record in counts.decisions() {
        let mut item = |status: Status, reason: &str, number: u64| {
            write!(
                out,
                "{comma}{{\"label\":{},\"scheme\":{},\"status\":\"{status}\",\"reason\":\"{reason}\",\
                 \"count\":{number}}}",
                Quoted(record.label.as_str()),
                Quoted(record.of.as_str()),
            )
        };
        let decisions = &record.counters;
        item(Status(None, false), "", decisions.passed())?;
        for (reason, number) in decisions.refused().filter(happened) {
            item(Status(Some(reason), false), reason.as_str(), number)?;
        }
        for (reason, number) in decisions.spared().filter(happened) {
            item(Status(Some(reason), true), reason.as_str(), number)?;
        }
    }
    out.write_str("],\"keys\":[")?;
    let comma = Comma::default();
    for record in counts.secrets() {
        write!(
            out,
            "{comma}{{\"label\":{},\"key\":{},\"passed\":{}}}",
            Quoted(record.label.as_str()),
            Quoted(record.of.as_str()),
            record.counters.get(),
        )?;
    }
    out.write_str("],\"lifetimes\":[")?;
    let comma = Comma::default();
    for record in counts.lifetimes() {
        let label = Quoted(record.label.as_str());
        write!(out, "{comma}{{\"label\":{label},\"buckets\":[")?;
        let mut count = 0;
        let comma = Comma::default();
        for (bound, number) in record.counters.cumulated() {
            count = number;
            // The last bucket has everything, and JSON no word for infinity.
            if let Some(seconds) = bound {
                write!(out, "{comma}{{\"le\":{seconds},\"count\":{number}}}")?;
            }
        }
        let seconds = record.counters.seconds();
        write!(out, "],\"sum\":{seconds},\"count\":{count}}}")?;
    }
    out.write_str("]")?;
    if let Some(links) = links {
        write!(
            out,
            ",\"links\":{{\"room\":{},\"taken\":{},\"forgotten\":{},\"revoked\":{}}}",
            links.room, links.taken, links.forgotten, links.revoked
        )?;
    }
    out.write_str("}\n")
}

/// Writes nothing the first time and a comma ever after.
#[derive(Default)]
struct Comma(Cell<bool>);

impl fmt::Display for Comma {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.replace(true) {
            f.write_str(",")?;
        }
        Ok(())
    }
}
