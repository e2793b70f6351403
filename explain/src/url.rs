//! A URL taken apart as a client does before it asks NGINX. Nothing is decoded, and what is put together
//! again is what was there.

use crate::path::{self, BadPath};
use crate::text::{quote, show};

/// The pieces of `https://host/path?query#fragment` or `/path?query#fragment`.
#[derive(Clone, Copy, Debug)]
pub struct Url<'a> {
    /// Everything up to the path: `https://host:port`, or nothing.
    pub site: &'a [u8],
    /// The path as it is written; may be empty behind a host.
    pub written_path: &'a [u8],
    /// Behind the question mark; `None` where there is none.
    pub query: Option<&'a [u8]>,
    /// With its `#`, or nothing. A client does not send it.
    pub fragment: &'a [u8],
}

impl<'a> Url<'a> {
    /// Takes it apart.
    ///
    /// # Errors
    /// What no client sends, and what to write instead.
    pub fn parse(text: &'a [u8]) -> Result<Self, String> {
        if let Some(bad) = text.iter().find(|byte| **byte <= b' ' || **byte == 0x7f) {
            return Err(format!(
                "{} has a blank or a control character, which no client sends; write \"%{bad:02X}\" for it",
                quote(text)
            ));
        }
        let (rest, fragment) = split_before(text, |byte| byte == b'#');
        let (rest, query) = split_before(rest, |byte| byte == b'?');
        let site_length = site_length(rest).ok_or_else(|| {
            format!(
                "{} is no URL; write \"https://host/path\", or \"/path\" for a path alone",
                quote(text)
            )
        })?;
        let (site, written_path) = rest.split_at_checked(site_length).unwrap_or_default();
        Ok(Self {
            site,
            written_path,
            query: query.get(1..),
            fragment,
        })
    }

    /// The path that a client asks for.
    pub fn sent_path(&self) -> &'a [u8] {
        if self.written_path.is_empty() {
            b"/"
        } else {
            self.written_path
        }
    }

    /// Path and query as a client sends them.
    pub fn target(&self) -> Vec<u8> {
        match self.query {
            Some(query) => [self.sent_path(), b"?", query].concat(),
            None => self.sent_path().to_vec(),
        }
    }

    /// The path that NGINX goes by.
    ///
    /// # Errors
    /// Why NGINX answers 400.
    pub fn served_path(&self, merge_slashes: bool) -> Result<Vec<u8>, BadPath> {
        path::normalised(self.sent_path(), merge_slashes)
    }

    /// `http` or `https`; empty where the URL is a path.
    pub fn protocol(&self) -> String {
        let end = self.site.iter().position(|&byte| byte == b':');
        show(self.site.get(..end.unwrap_or(0)).unwrap_or_default()).to_ascii_lowercase()
    }

    /// Host and port, as they are written.
    pub fn authority(&self) -> &'a [u8] {
        let slashes = self.site.windows(2).position(|pair| pair == b"//");
        let behind = slashes.and_then(|at| self.site.get(at..)?.get(2..));
        let authority = behind.unwrap_or_default();
        // What is in front of the "@" is a user's name, which is not sent in the URL.
        let at = authority.iter().rposition(|&byte| byte == b'@');
        at.and_then(|at| authority.get(at..)?.get(1..))
            .unwrap_or(authority)
    }

    /// The same URL with another query; without one where that is empty.
    pub fn with_query(&self, query: &[u8]) -> Vec<u8> {
        self.with(self.written_path, query)
    }

    /// The same URL with another path and query.
    pub fn with(&self, path: &[u8], query: &[u8]) -> Vec<u8> {
        let mark: &[u8] = if query.is_empty() { b"" } else { b"?" };
        [self.site, path, mark, query, self.fragment].concat()
    }
}

/// A host as NGINX compares it: in lower case, without port and without a final dot.
pub fn host_name(authority: &[u8]) -> Vec<u8> {
    let bracket = authority.iter().position(|&byte| byte == b']');
    let end = match bracket {
        Some(at) if authority.starts_with(b"[") => at.checked_add(1),
        _ => authority.iter().position(|&byte| byte == b':'),
    };
    let host = authority
        .get(..end.unwrap_or(authority.len()))
        .unwrap_or(authority);
    host.strip_suffix(b".").unwrap_or(host).to_ascii_lowercase()
}

/// How long `https://host` is; 0 where the text is a path. `None` for anything else.
fn site_length(text: &[u8]) -> Option<usize> {
    if text.first() == Some(&b'/') {
        return Some(0);
    }
    let protocol = [b"http://".as_slice(), b"https://"]
        .into_iter()
        .find(|protocol| {
            text.get(..protocol.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(protocol))
        })?;
    let behind = text.get(protocol.len()..)?;
    let host = behind.split(|&byte| byte == b'/').next()?;
    (!host.is_empty()).then(|| protocol.len().saturating_add(host.len()))
}

fn split_before(text: &[u8], is_mark: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let at = text.iter().position(|&byte| is_mark(byte));
    text.split_at_checked(at.unwrap_or(text.len()))
        .unwrap_or((text, b""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_falls_into_its_pieces_and_can_be_put_together() {
        for (text, site, path, query, fragment) in [
            ("/a", "", "/a", None, ""),
            ("/a?", "", "/a", Some(""), ""),
            (
                "https://h/a?b=?c#d?e#",
                "https://h",
                "/a",
                Some("b=?c"),
                "#d?e#",
            ),
            ("HTTP://u:p@h:80", "HTTP://u:p@h:80", "", None, ""),
            ("http://h?b", "http://h", "", Some("b"), ""),
            ("http://[::1]:8080/a", "http://[::1]:8080", "/a", None, ""),
            ("//a//b", "", "//a//b", None, ""),
        ] {
            let url = Url::parse(text.as_bytes()).unwrap();
            assert_eq!(url.site, site.as_bytes(), "{text}");
            assert_eq!(url.written_path, path.as_bytes(), "{text}");
            assert_eq!(url.query, query.map(str::as_bytes), "{text}");
            assert_eq!(url.fragment, fragment.as_bytes(), "{text}");
            if query != Some("") {
                let again = url.with_query(url.query.unwrap_or_default());
                assert_eq!(again, text.as_bytes());
            }
        }
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for text in [
            "",
            "a",
            "h/a",
            "ftp://h/a",
            "http:/a",
            "http:///a",
            "/a b",
            "/a\n",
            "?a",
        ] {
            assert!(Url::parse(text.as_bytes()).is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_host_is_compared_without_port_dot_and_case() {
        for (url, host, protocol) in [
            ("http://WWW.Example.com./a", "www.example.com", "http"),
            ("HTTPS://u:p@h.example:8443/a", "h.example", "https"),
            ("http://[2001:DB8::1]:80/", "[2001:db8::1]", "http"),
            ("/a", "", ""),
        ] {
            let url = Url::parse(url.as_bytes()).unwrap();
            assert_eq!(host_name(url.authority()), host.as_bytes());
            assert_eq!(url.protocol(), protocol);
        }
    }
}
