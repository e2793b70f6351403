//! Requests that changed since their token was opened.

use crate::*;

/// What a request says may have changed since its token was opened.
struct Changing<'a> {
    parts: RequestParts<'a>,
    front: &'a [u8],
}

impl Request for Changing<'_> {
    fn path(&self) -> Result<&[u8], Failure> {
        self.parts.path()
    }
    fn stated_path(&self) -> Result<Option<&[u8]>, Failure> {
        Ok(None)
    }
    fn target(&self) -> Result<&[u8], Failure> {
        self.parts.target()
    }
    fn client_ip(&self) -> Result<Option<&[u8]>, Failure> {
        self.parts.client_ip()
    }
    fn country(&self) -> Result<Option<&[u8]>, Failure> {
        Ok(None)
    }
    fn referrer(&self) -> Result<&[u8], Failure> {
        Ok(b"")
    }
    fn host(&self) -> Result<&[u8], Failure> {
        Ok(b"")
    }
    fn protocol(&self) -> Result<&[u8], Failure> {
        Ok(b"")
    }
    fn variable(&self, _: usize) -> Result<&[u8], Failure> {
        Err(Failure)
    }
    fn source(&self, index: usize) -> Result<Option<Source<'_>>, Failure> {
        match index {
            0 => Ok(Some(Source::value(self.front))),
            _ => self.parts.source(index - 1),
        }
    }
    fn secret(&self, index: usize) -> Result<Option<Secret<'_>>, Failure> {
        self.parts.secret(index)
    }
}

#[test]
fn only_the_token_that_was_opened_has_children() {
    let scheme = by_name("gcore-mp4");
    let stated = claims(&[("speed", "7")]);
    let sent = signed(
        &scheme,
        Link {
            path: b"/d/a",
            client_ip: Some(CLIENT),
            fields: &stated,
            ..Link::default()
        },
    );
    let link = SentLink::new(&scheme, b"/d/a", sent.as_bytes());
    let (sources, secrets) = (link.sources(), [SECRET]);
    let parts = RequestParts {
        client_ip: Some(CLIENT),
        ..link.parts(&sources, &secrets)
    };
    let rules = Rules::of(&scheme);
    let opened = scheme
        .verify(&Changing { parts, front: b"" }, &rules, NOW)
        .unwrap();
    let forged = b"md5=AAAAAAAAAAAAAAAAAAAAAA&expires=9999999999&speed=9000";
    let mut text = String::new();
    let child = Child {
        path: b"/d/b",
        target: b"/d/b",
    };
    scheme
        .sign_child(
            &Changing {
                parts,
                front: forged,
            },
            opened.token().unwrap(),
            &child,
            &rules,
            &mut text,
        )
        .unwrap();
    assert!(text.ends_with("&expires=1800000600&speed=7"), "{text}");
}
