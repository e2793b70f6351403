//! Which links of a manifest get a token, which one, and what is said of the others.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

use playlist::{
    Child, InPath, Links, ManifestUrl, Outcome, Output, Report, Signer, TokenText, Way, Why,
    has_name,
};
use std::fmt::Write as _;

mod dash;
mod hls;

/// A token that says what it is for. None is made for `/v/refused`.
struct Stated;

impl Signer for Stated {
    type Refusal = &'static str;
    type Error = ();

    fn sign(
        &self,
        child: Child<'_>,
        token: &mut TokenText,
    ) -> Result<Result<(), &'static str>, ()> {
        if child.path == b"/v/refused" {
            return Ok(Err("refused"));
        }
        let text = |bytes| str::from_utf8(bytes).unwrap();
        let written = match child.target {
            b"" => write!(token, "st={}", text(child.path)),
            target => write!(token, "st={}", text(target)),
        };
        written.map_err(drop)?;
        Ok(Ok(()))
    }

    fn is_parameter(&self, parameter: &[u8]) -> bool {
        has_name(parameter, &[b"st"])
    }
}

#[derive(Default)]
struct Seen {
    text: String,
    reports: Vec<(String, Option<String>, Outcome<&'static str>)>,
}

impl Output<Stated> for Seen {
    fn write(&mut self, text: &[u8]) -> Result<(), ()> {
        self.text.push_str(str::from_utf8(text).unwrap());
        Ok(())
    }

    fn link(&mut self, report: Report<'_, &'static str>) -> Result<(), ()> {
        let text = |bytes| String::from_utf8(Vec::from(bytes)).unwrap();
        let link = format!("{} {}", report.kind, text(report.written));
        self.reports
            .push((link, report.path.map(text), report.outcome));
        Ok(())
    }
}

fn links(way: Way<'static>) -> Links<'static> {
    Links {
        url: ManifestUrl {
            host: b"example.com",
            path: b"/v/m",
            ..ManifestUrl::default()
        },
        way,
        in_path: None,
        is_bare: false,
        hashes_sent: false,
    }
}

const SIGN: Way<'static> = Way::Sign { under: b"/v/" };
const PASS: Way<'static> = Way::Pass { token: b"st=all" };

/// The same, opened by a token in its path.
fn in_path(way: Way<'static>) -> Links<'static> {
    Links {
        url: ManifestUrl {
            path: b"/p/TOKEN/v/m",
            ..links(way).url
        },
        in_path: Some(InPath {
            front: b"/p",
            segments: b"/TOKEN",
        }),
        ..links(way)
    }
}

fn hls(playlist: &str, links: &Links<'_>) -> Seen {
    let mut seen = Seen::default();
    let mut parser = playlist::hls::Parser::new();
    for chunk in playlist.as_bytes().chunks(7) {
        parser.rewrite(chunk, links, &Stated, &mut seen).unwrap();
    }
    parser.rewrite_end(links, &Stated, &mut seen).unwrap();
    seen
}

/// What becomes of one link.
fn one(link: &str, links: &Links<'_>) -> (String, Outcome<&'static str>) {
    let Seen { text, reports } = hls(&format!("#EXTM3U\n{link}"), links);
    let [(_, _, outcome)] = reports[..] else {
        panic!("{reports:?}")
    };
    (text["#EXTM3U\n".len()..].to_string(), outcome)
}

fn left(link: &str, links: &Links<'_>) -> Why<&'static str> {
    match one(link, links) {
        (text, Outcome::Left(why)) => {
            assert_eq!(text, link, "what is left stays as it stands");
            why
        }
        other => panic!("{link}: {other:?}"),
    }
}
