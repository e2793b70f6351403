//! Manifests: a signer whose tokens tell the path that they are for, and what is seen of the rewriting.

use std::fmt::Write as _;

use playlist::{
    Child, InPath, Links, ManifestUrl, Outcome, Output, Report, Signer, TokenText, Way, hls,
};
use url::Url;

use crate::input::Flags;
use crate::text::{bytes, served, text};

/// Where a manifest is, and how tokens come into it.
pub struct Manifest {
    pub host: String,
    pub path: String,
    flags: Flags,
}

/// The token that is handed on.
pub const HANDED_ON: &str = "st=$x&e=1";
const NAMES: [&str; 2] = ["st", "e"];

impl Manifest {
    /// `None` where no request can be for it.
    pub fn read(flags: Flags, host: String, path: String) -> Option<Self> {
        let is_host = |char: char| char.is_ascii_graphic() && !"/\\?#@".contains(char);
        let is_path = path.starts_with('/')
            && served(&path).is_some()
            && path.chars().all(|char| char.is_ascii_graphic());
        (is_path
            && !path.contains(['?', '#', '\\'])
            && !host.is_empty()
            && host.chars().all(is_host))
        .then_some(Self { host, path, flags })
    }

    /// Whether children get the manifest's own token.
    pub fn passes(&self) -> bool {
        self.flags.has('p')
    }

    /// Whether tokens come first.
    pub fn is_bare(&self) -> bool {
        self.flags.has('b')
    }

    /// Whether tokens stand in the path.
    pub fn is_in_path(&self) -> bool {
        self.flags.has('/')
    }

    /// Its URL, as the WHATWG has it. `None` for a path that no browser sends: such as one with dots, of which there
    /// nothing is left when a link is resolved.
    pub fn base(&self) -> Option<Url> {
        let scheme = if self.flags.has('t') { "https" } else { "http" };
        let url = Url::parse(&format!("{scheme}://{}{}", self.host, self.path));
        url.ok().filter(|url| url.path() == self.path)
    }

    /// Does with the links what is to be done.
    pub fn with_links<T>(&self, then: impl FnOnce(&Links<'_>) -> T) -> T {
        let (host, path) = (bytes(&self.host), bytes(&self.path));
        let directory = served(&self.path).expect("a path that NGINX serves");
        let directory = bytes(&directory[..=directory.rfind('/').expect("a slash")]);
        then(&Links {
            url: ManifestUrl {
                host: &host,
                path: &path,
                secure: self.flags.has('t'),
                merge_slashes: true,
            },
            way: match self.passes() {
                true => Way::Pass {
                    token: if self.is_in_path() {
                        b""
                    } else {
                        HANDED_ON.as_bytes()
                    },
                },
                false => Way::Sign {
                    under: if self.flags.has('u') {
                        b"/"
                    } else {
                        &directory
                    },
                },
            },
            in_path: self.is_in_path().then_some(InPath {
                front: b"",
                segments: b"/TOKEN",
            }),
            is_bare: self.is_bare(),
            hashes_sent: self.flags.has('h'),
        })
    }

    /// Rewrites a playlist that comes in such pieces.
    pub fn rewrite_hls<'c>(&self, chunks: impl Iterator<Item = &'c [u8]>) -> Rewritten {
        let mut rewritten = Rewritten::default();
        self.with_links(|links| {
            let mut parser = hls::Parser::new();
            for chunk in chunks {
                parser
                    .rewrite(chunk, links, self, &mut rewritten)
                    .expect("nothing fails");
            }
            parser
                .rewrite_end(links, self, &mut rewritten)
                .expect("nothing fails");
        });
        rewritten
    }

    /// What a link with a token in its query becomes.
    pub fn with_token(&self, uri: &str, token: &str) -> String {
        let (address, fragment) = uri.split_at(uri.find('#').unwrap_or(uri.len()));
        let (place, query) = address.split_once('?').unwrap_or((address, ""));
        let is_old = |piece: &&str| NAMES.contains(&piece.split('=').next().unwrap_or_default());
        let all: Vec<&str> = if query.is_empty() {
            Vec::new()
        } else {
            query.split('&').collect()
        };
        let kept: Vec<&str> = all.iter().filter(|piece| !is_old(piece)).copied().collect();
        let others = kept.join("&");
        let query = if kept.is_empty() {
            token.to_owned()
        } else if self.is_bare() {
            format!("{token}&{others}")
        } else if all.last() == Some(&"") {
            format!("{others}{token}")
        } else {
            format!("{others}&{token}")
        };
        format!("{place}?{query}{fragment}")
    }

    /// Whether a URI that has a token leads to the manifest's own host, and to that path.
    pub fn check_host(&self, base: &Url, uri: &str, path: Option<&str>) {
        let Some(own) = self
            .base()
            .filter(|_| !has_drive(uri) && !has_drive(base.path()))
        else {
            return;
        };
        let url = base
            .join(uri)
            .unwrap_or_else(|_| panic!("{uri} is no URL on top of {base}"));
        assert!(
            ["http", "https"].contains(&url.scheme()),
            "{uri} on {base} is {url}"
        );
        assert_eq!(
            (url.host_str(), url.port()),
            (own.host_str(), own.port()),
            "{uri} on {base} is {url}"
        );
        if let Some(path) = path {
            let sent = served(url.path());
            assert_eq!(sent.as_deref(), Some(path), "{uri} on {base} is {url}");
        }
    }
}

/// Whether a segment could be a drive of Windows. The crate `url` lets no `..` climb over one; the WHATWG says so of
/// `file:` alone.
pub fn has_drive(text: &str) -> bool {
    let is_drive = |segment: &str| {
        let mut chars = segment.chars();
        let first = chars.next().is_some_and(|char| char.is_ascii_alphabetic());
        first && chars.next().is_some_and(|char| ":|".contains(char)) && chars.next().is_none()
    };
    text.split(['/', '?', '#']).any(is_drive)
}

/// The token of a path.
pub fn token_of(path: &[u8]) -> String {
    let code = path.iter().fold(17u32, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add((*byte).into())
    });
    format!("st={code:08x}&e=1")
}

impl Signer for Manifest {
    type Refusal = ();
    type Error = ();

    fn sign(&self, child: Child<'_>, token: &mut TokenText) -> Result<Result<(), ()>, ()> {
        let of_path = if self.is_in_path() {
            "/TOKEN".to_owned()
        } else {
            token_of(child.path)
        };
        token.write_str(&of_path).map_err(|_| ())?;
        Ok(if child.path.ends_with(b"/refused") {
            Err(())
        } else {
            Ok(())
        })
    }

    fn is_parameter(&self, parameter: &[u8]) -> bool {
        playlist::has_name(parameter, &NAMES.map(str::as_bytes))
    }
}

/// What became of a manifest.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Rewritten {
    pub text: Vec<u8>,
    /// Each link: what it stands in, how it stood, the path, and whether it got a token.
    pub links: Vec<Seen>,
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub kind: &'static str,
    pub written: String,
    pub path: Option<String>,
    pub outcome: Outcome<()>,
}

impl Seen {
    pub fn has_token(&self) -> bool {
        matches!(self.outcome, Outcome::Signed | Outcome::HandedOn)
    }
}

impl Output<Manifest> for Rewritten {
    fn write(&mut self, text: &[u8]) -> Result<(), ()> {
        self.text.extend_from_slice(text);
        Ok(())
    }

    fn link(&mut self, report: Report<'_, ()>) -> Result<(), ()> {
        self.links.push(Seen {
            kind: report.kind,
            written: text(report.written),
            path: report.path.map(text),
            outcome: report.outcome,
        });
        Ok(())
    }
}
