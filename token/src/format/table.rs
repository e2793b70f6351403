//! The formats that have a name, as one would write them.

pub(crate) use rows::ROWS;

use alloc::sync::Arc;

use super::parse::{FormatError, parse};
use crate::{ClientIp, Facts, Format};

mod rows;
#[cfg(test)]
mod tests;

/// A format that has a name.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// What its vendor calls it.
    pub(crate) title: &'static str,
    /// Address of the vendor's document.
    pub(crate) vendor: &'static str,
    pub(crate) link: &'static str,
    pub(crate) digest: &'static str,
    pub(crate) message: &'static str,
    pub(crate) options: &'static [&'static str],
    /// Whether tokens are bound to the client's address, where it is not the operator who says so.
    pub(crate) client_ip: Option<ClientIp>,
    /// The digests that the vendor lets one choose besides.
    pub(crate) digests: &'static [&'static str],
}

/// The row of that name.
pub(crate) fn by_name(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.name == name)
}

/// The facts of a row.
pub(crate) fn facts(row: &'static Row) -> Result<(Facts, Arc<Format>), FormatError> {
    let (facts, format) = parse(row.name, row.link, row.digest, row.message, row.options)?;
    let facts = Facts {
        name: row.name.into(),
        title: row.title.into(),
        vendor: row.vendor.into(),
        client_ip: row.client_ip.unwrap_or(facts.client_ip),
        ..facts
    };
    Ok((facts, format))
}

/// A row that has its name and title.
const fn row(name: &'static str, title: &'static str) -> Row {
    Row {
        name,
        title,
        vendor: "",
        link: "",
        digest: "",
        message: "",
        options: &[],
        client_ip: None,
        digests: &[],
    }
}

impl Row {
    const fn vendor(self, vendor: &'static str) -> Self {
        Self { vendor, ..self }
    }

    const fn link(self, link: &'static str) -> Self {
        Self { link, ..self }
    }

    const fn hash(self, digest: &'static str, message: &'static str) -> Self {
        Self {
            digest,
            message,
            ..self
        }
    }

    const fn options(self, options: &'static [&'static str]) -> Self {
        Self { options, ..self }
    }

    const fn bound(self, client_ip: ClientIp) -> Self {
        Self {
            client_ip: Some(client_ip),
            ..self
        }
    }

    const fn digests(self, digests: &'static [&'static str]) -> Self {
        Self { digests, ..self }
    }
}
