//! Requests for links of formats, read from an input.

use token::{RequestParts, Rules, Scheme, Secret, Source, Verdict};

use crate::input::{Flags, Lines};
use crate::naive::digest::{Asked, read, token_length};
use crate::naive::rows::Row;
use crate::naive::{Clock, query};
use crate::text::{bytes, served};

/// A request whose link may still want its token.
pub struct Asking {
    pub flags: Flags,
    pub asked: Asked,
}

/// What stands in an input for the right token.
pub const PLACE: &str = "{token}";

impl Asking {
    /// Reads what letters switch on, secret, target, address, time of the request and the value of variables.
    pub fn read(mut lines: Lines<'_>, row: &Row, lifetime: u64) -> Self {
        let flags = lines.flags();
        let secret = lines.bytes().to_vec();
        let target = lines.text();
        let address = lines.text();
        let now = lines.number(1_800_000_000);
        let value = lines.text();
        let names = ["host", "uid", "x"].map(|name| (name.to_owned(), value.clone()));
        let asked = Asked {
            target,
            secret,
            client_ip: flags.has('c').then_some(address),
            variables: names.into(),
            ignore_case: flags.has('i'),
            lifetime: if flags.has('l') { 90 } else { lifetime },
            clock: Clock {
                now,
                skew: if flags.has('s') { 60 } else { 0 },
                longest: flags.has('m').then_some(86_400),
                is_exclusive: row.option("exclusive").is_some(),
            },
        };
        Self { flags, asked }
    }

    /// The request with the right token in its place, by the second opinion. `None` for what NGINX does not let in.
    pub fn signed(&self, row: &Row) -> Option<Asked> {
        let mut asked = self.asked.clone();
        let (path, _) = query::split_target(&asked.target);
        if !path.starts_with('/') || (!path.contains(PLACE) && served(path).is_none()) {
            return None;
        }
        if asked.target.contains(PLACE) {
            // Any that is as long stands there as well.
            let some = "A".repeat(token_length(&row.digest));
            let unsigned = Asked {
                target: asked.target.replace(PLACE, &some),
                ..asked.clone()
            };
            let right = read(row, &unsigned).map_or(vec![some], |read| read.right);
            let token = if self.flags.has('o') {
                right.last()
            } else {
                right.first()
            }?;
            let token = if self.flags.has('e') {
                token
                    .replace('=', "%3D")
                    .replace('+', "%2B")
                    .replace('a', "%61")
            } else {
                token.clone()
            };
            asked.target = asked.target.replace(PLACE, &token);
        }
        served(query::split_target(&asked.target).0)?;
        Some(asked)
    }
}

/// What the scheme says of a request.
pub fn verdict(scheme: &Scheme, rules: &Rules, asked: &Asked) -> Verdict {
    let (path, query) = query::split_target(&asked.target);
    let (path, target, query) = (
        bytes(&served(path).expect("a path that NGINX serves")),
        bytes(&asked.target),
        bytes(query.unwrap_or_default()),
    );
    let address = asked.client_ip.as_deref().map(bytes);
    let format = scheme.facts().format();
    let names = format.map_or(&[][..], |format| &format.variables);
    let values: Vec<Vec<u8>> = names
        .iter()
        .map(|name| {
            let mut known = asked.variables.iter();
            let value = known.find(|(own, _)| own.eq_ignore_ascii_case(name));
            value.map(|(_, value)| bytes(value)).unwrap_or_default()
        })
        .collect();
    let variables: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
    let rules = Rules {
        ignore_case: asked.ignore_case,
        clock_skew: asked.clock.skew,
        max_lifetime: asked.clock.longest,
        lifetime: asked.lifetime,
        ..rules.clone()
    };
    let request = RequestParts {
        path: &path,
        target: &target,
        sources: &[Source::query(&query)],
        secrets: &[&asked.secret],
        client_ip: address.as_deref(),
        variables: &variables,
        ..RequestParts::default()
    };
    let verdict = scheme
        .verify(&request, &rules, asked.clock.now)
        .expect("all answers are at hand");
    // A secret that was prepared decides as the same one that was not.
    if let Ok(Some(key)) = scheme.prepare(Secret::new(&asked.secret)) {
        let prepared = Prepared(request, &asked.secret, key);
        assert_eq!(
            scheme.verify(&prepared, &rules, asked.clock.now),
            Ok(verdict)
        );
    }
    verdict
}

/// The same request with a secret that was prepared.
struct Prepared<'a>(RequestParts<'a>, &'a [u8], token::Key);

impl token::Request for Prepared<'_> {
    fn path(&self) -> Result<&[u8], token::Failure> {
        self.0.path()
    }
    fn stated_path(&self) -> Result<Option<&[u8]>, token::Failure> {
        self.0.stated_path()
    }
    fn target(&self) -> Result<&[u8], token::Failure> {
        self.0.target()
    }
    fn client_ip(&self) -> Result<Option<&[u8]>, token::Failure> {
        self.0.client_ip()
    }
    fn country(&self) -> Result<Option<&[u8]>, token::Failure> {
        self.0.country()
    }
    fn referrer(&self) -> Result<&[u8], token::Failure> {
        self.0.referrer()
    }
    fn host(&self) -> Result<&[u8], token::Failure> {
        self.0.host()
    }
    fn protocol(&self) -> Result<&[u8], token::Failure> {
        self.0.protocol()
    }
    fn variable(&self, index: usize) -> Result<&[u8], token::Failure> {
        self.0.variable(index)
    }
    fn source(&self, index: usize) -> Result<Option<Source<'_>>, token::Failure> {
        self.0.source(index)
    }
    fn secret(&self, index: usize) -> Result<Option<Secret<'_>>, token::Failure> {
        Ok((index == 0).then(|| Secret::new(self.1).with_key(Some(&self.2))))
    }
}
