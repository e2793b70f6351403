//! Secrets, and what is made of them.

use token::{Key, KeyError, Request, Verdict, WordError};

use crate::*;

/// Has the keys of its secrets at hand.
struct Prepared<'a> {
    parts: RequestParts<'a>,
    keys: Vec<Option<Key>>,
}

impl Request for Prepared<'_> {
    fn path(&self) -> Result<&[u8], Failure> {
        self.parts.path()
    }
    fn stated_path(&self) -> Result<Option<&[u8]>, Failure> {
        self.parts.stated_path()
    }
    fn target(&self) -> Result<&[u8], Failure> {
        self.parts.target()
    }
    fn client_ip(&self) -> Result<Option<&[u8]>, Failure> {
        self.parts.client_ip()
    }
    fn country(&self) -> Result<Option<&[u8]>, Failure> {
        self.parts.country()
    }
    fn referrer(&self) -> Result<&[u8], Failure> {
        self.parts.referrer()
    }
    fn host(&self) -> Result<&[u8], Failure> {
        self.parts.host()
    }
    fn protocol(&self) -> Result<&[u8], Failure> {
        self.parts.protocol()
    }
    fn variable(&self, index: usize) -> Result<&[u8], Failure> {
        self.parts.variable(index)
    }
    fn source(&self, index: usize) -> Result<Option<Source<'_>>, Failure> {
        self.parts.source(index)
    }
    fn secret(&self, index: usize) -> Result<Option<Secret<'_>>, Failure> {
        let secret = self.parts.secret(index)?;
        Ok(secret.map(|secret| secret.with_key(self.keys[index].as_ref())))
    }
}

#[test]
fn a_key_that_was_prepared_opens_what_its_secret_does() {
    for words in [
        &[][..],
        &["sha1"],
        &["md5"],
        &["escape_early"],
        &["md5", "escape_early"],
    ] {
        for claims in ["acl=/a*", "url=/a!b"] {
            let order = Order {
                scheme: akamai(words),
                ..Order::new("/a!b", claims)
            };
            let query = order.sign().unwrap();
            let target = format!("/a!b?{query}");
            let sources = [Source::query(query.as_bytes())];
            let secrets = [b"00", SECRET];
            let parts = RequestParts {
                path: b"/a!b",
                target: target.as_bytes(),
                sources: &sources,
                secrets: &secrets,
                ..RequestParts::default()
            };
            let key = |text| order.scheme.prepare(Secret::new(text)).unwrap();
            let request = Prepared {
                parts,
                keys: secrets.map(key).into(),
            };
            let verdict = order.scheme.verify(&request, &order.rules, NOW).unwrap();
            assert!(
                matches!(&verdict, Verdict::Passed(token) if token.secret == 1),
                "{words:?}, {claims}: {verdict:?}"
            );
            assert_eq!(order.reason_of(&parts), None);
        }
    }
}

#[test]
fn a_secret_that_is_not_hexadecimal_is_none() {
    for (secret, error) in [
        ("", Some(KeyError::Empty)),
        ("a", Some(KeyError::NotHex)),
        ("aab", Some(KeyError::NotHex)),
        ("aag0", Some(KeyError::NotHex)),
        ("aa aa", Some(KeyError::NotHex)),
        ("0xaa", Some(KeyError::NotHex)),
        ("aa\n", Some(KeyError::NotHex)),
        (&"aa".repeat(1027), Some(KeyError::TooLong)),
        (&"aa".repeat(1026), None),
        ("aAfF09", None),
    ] {
        let secret = secret.as_bytes();
        assert_eq!(akamai(&[]).prepare(Secret::new(secret)).err(), error);

        let order = Order::new("/a", "acl=/a");
        let query = order.sign().unwrap();
        let sources = [Source::query(query.as_bytes())];
        let request = RequestParts {
            path: b"/a",
            sources: &sources,
            secrets: &[secret],
            ..RequestParts::default()
        };
        let expected = error.map_or(Reason::Signature, |_| Reason::NoSecret);
        assert_eq!(order.reason_of(&request), Some(expected));
    }
}

#[test]
fn words_are_put_together_and_none_contradicts_another() {
    let chain = |words: &[&str]| {
        let plain = Ok(akamai(&[]));
        words
            .iter()
            .fold(plain, |scheme, word| scheme?.with_word(word.as_bytes()))
            .map(|scheme| format!("{scheme:?}"))
    };
    assert_eq!(
        chain(&["sha1", "escape_early"]),
        chain(&["escape_early", "sha1"])
    );
    assert_ne!(chain(&["sha1", "escape_early"]), chain(&["sha1"]));
    for (words, error) in [
        (&["sha1", "md5"][..], WordError::Again("md5")),
        (&["md5", "md5"], WordError::Again("md5")),
        (
            &["escape_early", "escape_early"],
            WordError::Again("escape_early"),
        ),
        (&["salt=a", "sha1", "salt=a"], WordError::Again("salt")),
        (&["salt"], WordError::Value("salt")),
        (&["salt="], WordError::Value("salt")),
        (&["sha1="], WordError::Unknown),
        (&["sha256"], WordError::Unknown),
        (&["Salt=a"], WordError::Unknown),
        (&["=a"], WordError::Unknown),
        (&[""], WordError::Unknown),
    ] {
        assert_eq!(chain(words), Err(error), "{words:?}");
    }
    for extra in akamai(&[]).facts().extras {
        let word = extra.to_string();
        assert!(chain(&[&word]).is_ok_and(|scheme| Ok(scheme) != chain(&[])));
    }
}
