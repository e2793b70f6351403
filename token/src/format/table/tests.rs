use std::string::ToString as _;
use std::vec::Vec;

use super::*;
use crate::{Anatomy, Format, Scope};

fn format_of(facts: &Facts) -> &Format {
    facts.format().unwrap()
}

#[test]
fn every_row_is_a_format_with_a_title_and_an_address() {
    for row in ROWS {
        let (facts, _) = facts(row).unwrap_or_else(|error| panic!("{}: {error}", row.name));
        assert!(!facts.title.is_empty() && facts.vendor.starts_with("https://"));
        assert!(matches!(facts.anatomy, Anatomy::Digest(_)));
    }
}

#[test]
fn no_two_rows_have_one_name() {
    let mut names: Vec<_> = ROWS.iter().map(|row| row.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ROWS.len());
}

#[test]
fn rows_are_written_as_they_were_read() {
    for row in ROWS {
        let (facts, _) = facts(row).unwrap();
        let format = format_of(&facts);
        assert_eq!(facts.link(&facts.params), row.link);
        assert_eq!(format.message_text(), row.message);
        assert_eq!(format.digest.to_string(), row.digest);
    }
}

#[test]
fn the_choices_that_a_vendor_leaves_are_digests_and_open_to_its_rows_alone() {
    for row in ROWS {
        let (facts, _) = facts(row).unwrap();
        for digest in row.digests {
            let (chosen, _) = facts.with_digest(digest).unwrap();
            assert_eq!(format_of(&chosen).digest.to_string(), *digest);
            assert_eq!(
                format_of(&chosen.with_digest(row.digest).unwrap().0),
                format_of(&facts)
            );
        }
        assert!(facts.with_digest("sha512:hex").is_err(), "{}", row.name);
    }
}

#[test]
fn a_token_opens_what_its_vendor_says() {
    for row in ROWS {
        let (facts, _) = facts(row).unwrap();
        let expected = match row.name {
            "gcore-video" | "cdn77-path" => Scope::Tree,
            "flussonic" => Scope::Directory,
            _ => Scope::Exact,
        };
        assert_eq!(facts.scope, expected, "{}", row.name);
        let expected = match row.name {
            "leaseweb" | "secure-link" | "flussonic" => ClientIp::Always,
            _ if row.message.contains("{client_ip}") => ClientIp::Optional,
            _ => ClientIp::Never,
        };
        assert_eq!(facts.client_ip, expected, "{}", row.name);
    }
}
