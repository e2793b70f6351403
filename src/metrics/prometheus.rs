//! The text format of Prometheus, version 0.0.4.
//!
//! <https://prometheus.io/docs/instrumenting/exposition_formats/>

use std::fmt::{self, Write};

use token::Reason;

use super::{Numbers, Quoted};
use crate::nginx;
use crate::sharing::Occupancy;

pub(super) fn write(numbers: &Numbers<'_>, out: &mut dyn Write) -> fmt::Result {
    let Numbers { counts, links } = numbers;
    head(
        out,
        "requests_total",
        "counter",
        "Requests that were decided about.",
    )?;
    for record in counts.decisions() {
        let mut line = |status: Status, reason: &str, number: u64| {
            writeln!(
                out,
                "secure_token_requests_total{{label={},scheme={},status=\"{status}\",reason=\"{reason}\"}} \
                 {number}",
                Quoted(record.label.as_str()),
                Quoted(record.of.as_str()),
            )
        };
        let decisions = &record.counters;
        line(Status(None, false), "", decisions.passed())?;
        // What never happened is left out: there are many reasons, and may be many labels.
        for (reason, number) in decisions.refused().filter(happened) {
            line(Status(Some(reason), false), reason.as_str(), number)?;
        }
        for (reason, number) in decisions.spared().filter(happened) {
            line(Status(Some(reason), true), reason.as_str(), number)?;
        }
    }

    head(
        out,
        "key_passed_total",
        "counter",
        "Requests that each secret opened.",
    )?;
    for record in counts.secrets() {
        writeln!(
            out,
            "secure_token_key_passed_total{{label={},key={}}} {}",
            Quoted(record.label.as_str()),
            Quoted(record.of.as_str()),
            record.counters.get(),
        )?;
    }

    head(
        out,
        "lifetime_seconds",
        "histogram",
        "How long the tokens of passed requests still had before they expire.",
    )?;
    for record in counts.lifetimes() {
        let label = Quoted(record.label.as_str());
        let mut count = 0;
        for (bound, number) in record.counters.cumulated() {
            write!(
                out,
                "secure_token_lifetime_seconds_bucket{{label={label},le=\""
            )?;
            match bound {
                Some(seconds) => write!(out, "{seconds}")?,
                None => out.write_str("+Inf")?,
            }
            writeln!(out, "\"}} {number}")?;
            count = number;
        }
        let seconds = record.counters.seconds();
        writeln!(
            out,
            "secure_token_lifetime_seconds_sum{{label={label}}} {seconds}"
        )?;
        writeln!(
            out,
            "secure_token_lifetime_seconds_count{{label={label}}} {count}"
        )?;
    }

    if let Some(links) = links {
        write_links(links, out)?;
    }

    head(
        out,
        "build_info",
        "gauge",
        "Versions of the module and of the NGINX it was built for.",
    )?;
    writeln!(
        out,
        "secure_token_build_info{{version=\"{}\",nginx=\"{}\"}} 1",
        env!("CARGO_PKG_VERSION"),
        nginx::version(),
    )
}

fn write_links(links: &Occupancy, out: &mut dyn Write) -> fmt::Result {
    let Occupancy {
        room,
        taken,
        forgotten,
        revoked,
    } = links;
    let help = "Links that have room, those that are remembered and have not expired, and what is revoked.";
    head(out, "links", "gauge", help)?;
    writeln!(out, "secure_token_links{{state=\"room\"}} {room}")?;
    writeln!(out, "secure_token_links{{state=\"taken\"}} {taken}")?;
    writeln!(out, "secure_token_links{{state=\"revoked\"}} {revoked}")?;
    let help = "Links that were forgotten before they expired, for want of room.";
    head(out, "links_forgotten_total", "counter", help)?;
    writeln!(out, "secure_token_links_forgotten_total {forgotten}")
}

fn head(out: &mut dyn Write, name: &str, kind: &str, help: &str) -> fmt::Result {
    writeln!(out, "# HELP secure_token_{name} {help}")?;
    writeln!(out, "# TYPE secure_token_{name} {kind}")
}

/// The word of `$secure_token_status`, in the tone of Prometheus.
pub(super) struct Status(pub(super) Option<Reason>, pub(super) bool);

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(reason, is_spared) = *self;
        Reason::status_of(reason, is_spared)
            .chars()
            .try_for_each(|letter| f.write_char(letter.to_ascii_lowercase()))
    }
}

pub(super) fn happened((_, number): &(Reason, u64)) -> bool {
    *number > 0
}
